import { Button } from '@mantine/core'
import {
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconInfoCircle,
  IconMail,
  IconUserPlus,
} from '@tabler/icons-react'
import type { Attention, GatewayHealth, Home as HomeAnswer } from '../../../contract/console/home.ts'
import { useReading } from '../calls.ts'
import { healths } from '../delivery/health.ts'
import { Chart, type Series, Shares } from '../parts/chart.tsx'
import { Empty } from '../parts/empty.tsx'
import { Figure, Meter } from '../parts/figure.tsx'
import { Link } from '../parts/link.tsx'
import { Page } from '../parts/page.tsx'
import { PageBones } from '../parts/page-bones.tsx'
import { Panel } from '../parts/panel.tsx'
import { SendTest } from '../parts/send-test.tsx'
import { Tag, type Tone } from '../parts/tag.tsx'
import { hourOf, Time } from '../parts/time.tsx'
import { Trouble } from '../parts/trouble.tsx'
import { methodName, plural, viaNames } from '../parts/words.ts'
import { go } from '../router.ts'
import { useMay, useSession } from '../session.ts'

const refreshMs = 15_000

/** How things are, at a glance, and what to do next. */
export function Home() {
  const { customers, customerId } = useSession().state
  const mayManage = useMay('manage')
  const home = useReading('home.look', undefined, { everyMs: refreshMs })
  const customer = customers.find(({ id }) => id === customerId)
  if (!home.data) return home.error ? <Trouble error={home.error} onRetry={() => void home.refetch()} /> : <PageBones />
  const { checklist, today, gateways, attention } = home.data
  const left = checklist.filter(({ isDone }) => !isDone).length
  return (
    <Page title={customer?.name ?? 'Home'} lead={leadOf(home.data)} actions={mayManage && <SendTest />}>
      <Attentions list={attention} />
      <Today today={today} />
      <div className="columns">
        <Panel title="Set up" lead={left === 0 ? 'All done.' : `${plural(left, 'thing')} left to do.`}>
          <Checklist list={checklist} />
        </Panel>
        <div>
          <Panel title="Gateways" lead={gatewaysLead(gateways.length)}>
            <Gateways list={gateways} />
          </Panel>
          <Panel title="Messages today">
            <Meter used={home.data.spend.used} of={home.data.spend.budget} what="messages of this day (UTC)" />
          </Panel>
        </div>
      </div>
    </Page>
  )
}

function leadOf({ users, attention }: HomeAnswer): string {
  const people = `${users.isTotalExact ? '' : 'more than '}${plural(users.total, 'user')}`
  const locked = users.locked > 0 ? `, ${users.locked.toLocaleString('en')} of them locked out` : ''
  const state = attention.some(isPressing) ? 'Something needs your attention' : 'All is well'
  return `${state} · ${people}${locked}`
}

function gatewaysLead(count: number): string {
  return count === 0 ? 'Who carries messages.' : `${plural(count, 'gateway')}; messages of the last 24 hours.`
}

function isPressing({ level }: Attention): boolean {
  return level !== 'note'
}

const attentionTones = { bad: 'bad', warn: 'warn', note: 'plain' } as const satisfies Record<Attention['level'], Tone>

function Attentions({ list }: { readonly list: readonly Attention[] }) {
  if (list.length === 0) return null
  return (
    <Panel title={list.some(isPressing) ? 'Needs attention' : 'Good to know'} lead={plural(list.length, 'thing')}>
      <ul className="lines">
        {list.map(({ level, text, href, atMs }) => (
          <li key={text}>
            {level === 'note' ? <IconInfoCircle size={20} /> : <IconCircleX size={20} color={`var(--${level})`} />}
            <span className="lines-text">
              {text}
              {atMs !== null && (
                <span className="under">
                  <Time atMs={atMs} />
                </span>
              )}
            </span>
            <Tag tone={attentionTones[level]}>{level === 'bad' ? 'Urgent' : level === 'warn' ? 'Soon' : 'Note'}</Tag>
            {href && (
              <Link to={href} aria-label={`Look at: ${text}`}>
                Look
              </Link>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  )
}

/** Says why the numbers do not add up, where they do not. */
function leadOfToday({ asked, approved }: HomeAnswer['today']): string | undefined {
  return approved > asked ? 'Codes of apps and tokens are typed without a question, and count as approved.' : undefined
}

const hours: readonly Series[] = [
  { name: 'Approved', tone: 'good' },
  { name: 'Refused', tone: 'bad' },
]
const methods: readonly Series[] = [...hours, { name: 'Unanswered', tone: 'still' }]

function Today({ today }: { readonly today: HomeAnswer['today'] }) {
  if (today.asked === 0)
    return (
      <Panel title="The last 24 hours">
        <Empty
          icon={<IconUserPlus size={28} />}
          title="Nobody was asked yet"
          action={
            <div className="row">
              <Button onClick={() => go('/console/users')}>Add a user</Button>
              <Button variant="default" onClick={() => go('/console/developers')}>
                Make a first call
              </Button>
            </div>
          }
        >
          As soon as your site asks for a second factor you see here who was asked, by what, and how it ended.
        </Empty>
      </Panel>
    )
  return (
    <div className="even">
      <Panel title="The last 24 hours" lead={leadOfToday(today)}>
        <div className="figures">
          <Figure name="Asked" number={today.asked} />
          <Figure name="Approved" number={today.approved} />
          <Figure name="Refused" number={today.denied + today.failed} about={`${today.denied} by the user`} />
          <Figure name="Unanswered" number={today.waiting} />
        </div>
        <Chart
          title="Answers by hour"
          of="Hour"
          series={hours}
          bars={today.byHour.map(({ atMs, approved, refused }) => ({
            label: hourOf(atMs),
            values: [approved, refused],
          }))}
        />
      </Panel>
      <Panel title="By method">
        <Shares
          of="Method"
          series={methods}
          shares={today.byMethod.map(({ method, approved, refused, unanswered }) => ({
            key: method,
            name: methodName(method),
            values: [approved, refused, unanswered],
          }))}
        />
      </Panel>
    </div>
  )
}

function Checklist({ list }: { readonly list: HomeAnswer['checklist'] }) {
  const sorted = list.toSorted((left, right) => Number(left.isDone) - Number(right.isDone))
  return (
    <ul className="checklist">
      {sorted.map(({ id, isDone, title, advice, href }) => (
        <li key={id} className={isDone ? 'is-done' : ''}>
          {isDone ? (
            <IconCircleCheck size={22} aria-label="Done:" />
          ) : (
            <IconCircleDashed size={22} aria-label="To do:" />
          )}
          <div>
            <strong>{title}</strong>
            {!isDone && <p>{advice}</p>}
          </div>
          {!isDone && href && (
            <Link to={href} aria-label={`Begin: ${title}`}>
              Begin
            </Link>
          )}
        </li>
      ))}
    </ul>
  )
}

function Gateways({ list }: { readonly list: readonly GatewayHealth[] }) {
  if (list.length === 0)
    return (
      <Empty
        icon={<IconMail size={28} />}
        title="No gateway yet"
        action={
          <Button variant="default" onClick={() => go('/console/delivery')}>
            Set one up
          </Button>
        }
      >
        Until there is one, messages go to the development inbox and nobody receives them.
      </Empty>
    )
  return (
    <ul className="lines">
      {list.map(({ id, via, state, taken, failed, delivered, lastProblem }) => (
        <li key={id}>
          <span className="lines-text">
            <strong>{id}</strong>
            <span className="under">
              {via.map((each) => viaNames[each]).join(', ')} · {taken.toLocaleString('en')} taken, {delivered}{' '}
              delivered, {failed} failed
            </span>
            {lastProblem && state !== 'well' && <span className="under">{lastProblem}</span>}
          </span>
          <Tag tone={healths[state][0]}>{healths[state][1]}</Tag>
        </li>
      ))}
    </ul>
  )
}
