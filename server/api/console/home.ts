import type { Attention, Home } from '../../../contract/console/home.ts'
import { guardLimits } from '../../engine/guard.ts'
import type { Engine } from '../../engine/ports.ts'
import { tallyOf } from '../../engine/tally.ts'
import { type Customer, serverScope } from '../../vocabulary/customer.ts'
import type { ConsolePorts, Handlers } from './asked.ts'
import { invalid } from './problem.ts'

const hourMs = 3_600_000
const countedMax = 10_000

/** The first page: what is set up, what happens, and what needs somebody. */
export const home = {
  'home.look': async ({ ports, engine, customer }) => {
    const setup = await ports.setup.delivery(customer)
    const gateways = setup.providers.map(({ health }) => health)
    const tally = await tallyOf(engine, customer.id, 24 * hourMs, hourMs)
    const users = await usersOf(engine, customer)
    const { asked, approved, denied, refused, failed, unanswered } = tally.total
    return {
      checklist: await checklistOf(ports, customer, setup, users.total, asked),
      today: {
        asked,
        approved,
        denied,
        failed: refused - denied + failed,
        waiting: unanswered,
        byMethod: tally.byMethod,
        byHour: tally.bySpan.map(({ startMs: atMs, approved: good, refused: bad }) => ({
          atMs,
          approved: good,
          refused: bad,
        })),
      },
      gateways,
      attention: [
        ...(await reportsOf(engine, customer)),
        ...attentionOf(ports, gateways, users.locked, setup.spend, refused, approved),
      ],
      users,
      spend: setup.spend,
    }
  },

  'home.test': async ({ ports, customer, body }) => {
    const sent = await ports.setup.sendTest(customer, body.via, body.to)
    return typeof sent === 'string' ? invalid(sent, 'to') : sent
  },
} satisfies Handlers<'home.look' | 'home.test'>

async function usersOf({ store, clock }: Engine, { id }: Customer) {
  const nowMs = clock()
  const { failuresMax } = guardLimits
  const { total } = await store.read.users.search(id, { state: 'all', failuresMax, nowMs, offset: 0, limit: 1 })
  const locked = await store.read.guards.countClosed(id, nowMs, failuresMax)
  return { total: Math.min(total, countedMax), isTotalExact: total <= countedMax, locked }
}

type Delivery = Awaited<ReturnType<ConsolePorts['setup']['delivery']>>

async function checklistOf(
  { engine, hasInbox }: ConsolePorts,
  customer: Customer,
  { providers, hasSmtp }: Delivery,
  users: number,
  asked: number,
): Promise<Home['checklist']> {
  const reaches = (via: string) => providers.some((one) => one.via.some((word) => word === via))
  const admins = (await engine.store.read.admins.list()).filter(
    ({ customerId, password }) => password !== null && (customerId === serverScope || customerId === customer.id),
  )
  const inbox = hasInbox ? ' Until then messages go to the inbox of development.' : ''
  return [
    {
      id: 'base-url',
      isDone: engine.baseUrl.startsWith('https:'),
      title: 'A base URL with https',
      advice: 'Set COUNTERSIGN_BASE_URL to the address that users and apps reach, with https.',
      href: null,
    },
    {
      id: 'email',
      isDone: hasSmtp || reaches('email'),
      title: 'E-mail leaves the server',
      advice: `Name your mail server on the page of delivery.${inbox}`,
      href: '/console/delivery',
    },
    {
      id: 'sms',
      isDone: reaches('sms'),
      title: 'Text messages leave the server',
      advice: `Add a gateway on the page of delivery.${inbox}`,
      href: '/console/delivery',
    },
    {
      id: 'first-user',
      isDone: users > 0,
      title: 'The first user',
      advice: 'Import a list, add one, or let an app register people.',
      href: '/console/users',
    },
    {
      id: 'first-challenge',
      isDone: asked > 0,
      title: 'The first question of the day',
      advice: 'Ask somebody with the line that the start prints, or from your app.',
      href: '/console/developers',
    },
    {
      id: 'second-admin',
      isDone: admins.length > 1,
      title: 'A second admin',
      advice: 'Invite somebody, so that one lost phone does not shut everybody out.',
      href: '/console/settings',
    },
    {
      id: 'backup',
      isDone: false,
      title: 'A backup',
      advice: 'Back up the database and the master key, apart from each other; docs/operating.md says how.',
      href: null,
    },
  ]
}

/** Users who said in the last week that something was not them. */
async function reportsOf({ store, clock }: Engine, { id }: Customer): Promise<Attention[]> {
  const sinceMs = clock() - 7 * 24 * hourMs
  const reports = await store.read.audit.reports(id, sinceMs, 5)
  return Promise.all(
    reports.map(async ({ subject, atMs }): Promise<Attention> => {
      const user = subject === null ? undefined : await store.read.users.byId(id, subject)
      const href = user ? `/console/users/${user.id}` : null
      return { level: 'bad', text: `${user?.username ?? 'A user who is gone'} said: this was not me.`, href, atMs }
    }),
  )
}

function attentionOf(
  { mode }: ConsolePorts,
  gateways: Home['gateways'],
  locked: number,
  { used, budget }: Home['spend'],
  refused: number,
  approved: number,
): Attention[] {
  const list: (Attention | false)[] = [
    ...gateways
      .filter(({ state }) => state === 'failing' || state === 'troubled')
      .map(({ id, state, lastProblem, lastProblemAtMs }): Attention => {
        const text = `The gateway ${id} ${state === 'failing' ? 'takes no messages' : 'refuses some messages'}: ${lastProblem ?? 'no reason given'}.`
        return { level: state === 'failing' ? 'bad' : 'warn', text, href: '/console/delivery', atMs: lastProblemAtMs }
      }),
    used > budget * 0.8 && {
      level: used >= budget ? 'bad' : 'warn',
      text: `${used} of ${budget} messages of the day are used.`,
      href: '/console/delivery',
      atMs: null,
    },
    locked > 0 && {
      level: 'note',
      text: `${locked} ${locked === 1 ? 'user is' : 'users are'} locked after wrong answers.`,
      href: '/console/users?state=locked',
      atMs: null,
    },
    refused > 20 &&
      refused > approved && {
        level: 'bad',
        text: 'More answers were refused than accepted today: somebody may be guessing.',
        href: '/console/activity',
        atMs: null,
      },
    mode === 'development' && {
      level: 'note',
      text: 'The server runs in development: messages can be read by everybody who reaches it.',
      href: null,
      atMs: null,
    },
  ]
  return list.filter((one) => one !== false)
}
