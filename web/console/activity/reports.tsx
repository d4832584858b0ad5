import { SegmentedControl } from '@mantine/core'
import { IconChartBar } from '@tabler/icons-react'
import type { Reports } from '../../../contract/console/activity.ts'
import { useReading } from '../calls.ts'
import { Chart, type Series, Shares } from '../parts/chart.tsx'
import { Empty } from '../parts/empty.tsx'
import { Figure } from '../parts/figure.tsx'
import { Link } from '../parts/link.tsx'
import { PageBones } from '../parts/page-bones.tsx'
import { Panel } from '../parts/panel.tsx'
import { dayOf } from '../parts/time.tsx'
import { Trouble } from '../parts/trouble.tsx'
import { methodName, percent, plural } from '../parts/words.ts'
import { setQuery, useAddress } from '../router.ts'

const spans = [7, 30, 90] as const
const series: readonly Series[] = [
  { name: 'Approved', tone: 'good' },
  { name: 'Refused', tone: 'bad' },
  { name: 'Unanswered', tone: 'still' },
]

/** What the log adds up to. */
export function ReportsPanel() {
  const asked = Number(useAddress().query.get('days') ?? 30)
  const days = spans.find((each) => each === asked) ?? 30
  const reports = useReading('activity.reports', { query: { days } })
  if (!reports.data)
    return reports.error ? <Trouble error={reports.error} onRetry={() => void reports.refetch()} /> : <PageBones />
  const { methodMix, byDay, successRate, completionRate, noStrongMethod, usesSms } = reports.data
  const total = methodMix.reduce((sum, each) => sum + each.asked, 0)
  return (
    <>
      <div className="chooser">
        <SegmentedControl
          aria-label="Days"
          value={String(days)}
          data={spans.map((each) => ({ value: String(each), label: `${each} days` }))}
          onChange={(value) => setQuery({ days: value })}
        />
      </div>
      <Panel title={`The last ${days} days`}>
        <div className="figures">
          <Figure name="Asked" number={total} />
          <Figure name="Answered right" number={percent(successRate)} about="of those that were answered" />
          <Figure name="Brought to an end" number={percent(completionRate)} about="of those that were asked" />
        </div>
        {total === 0 ? (
          <Empty icon={<IconChartBar size={28} />} title="Nobody was asked in this time">
            Choose a longer time, or come back when your site has asked somebody.
          </Empty>
        ) : (
          <Chart
            title="Challenges by day"
            of="Day"
            series={series}
            bars={byDay.map(({ dayMs, approved, refused, unanswered }) => ({
              label: dayOf(dayMs),
              values: [approved, refused, unanswered],
            }))}
          />
        )}
      </Panel>
      {total > 0 && (
        <Panel title="By method">
          <Shares
            of="Method"
            series={series}
            shares={methodMix.map(({ method, approved, refused, unanswered }) => ({
              key: method,
              name: methodName(method),
              values: [approved, refused, unanswered],
            }))}
          />
        </Panel>
      )}
      <div className="columns">
        <People
          title="Without a strong method"
          about="They can be tricked out of their codes. Invite them to make a passkey."
          people={noStrongMethod}
        />
        <People
          title="Still use SMS"
          about="Numbers are moved and messages read on the way. Offer them an app or a passkey."
          people={usesSms}
        />
      </div>
    </>
  )
}

interface PeopleProps {
  readonly title: string
  readonly about: string
  readonly people: Reports['usesSms']
}

function People({ title, about, people }: PeopleProps) {
  const more = people.total - people.first.length
  return (
    <Panel title={title} lead={people.total === 0 ? 'Nobody. Well done.' : plural(people.total, 'user')}>
      {people.total > 0 && <p className="quiet">{about}</p>}
      <ul className="names">
        {people.first.map(({ id, username }) => (
          <li key={id}>
            <Link to={`/console/users/${encodeURIComponent(id)}`}>{username}</Link>
          </li>
        ))}
        {more > 0 && <li className="quiet">and {more.toLocaleString('en')} more</li>}
      </ul>
    </Panel>
  )
}
