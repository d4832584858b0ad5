import type { DeliverySetup } from '../../../contract/console/delivery.ts'
import { useReading } from '../calls.ts'
import { Chart, type Series } from '../parts/chart.tsx'
import { Meter } from '../parts/figure.tsx'
import { Link } from '../parts/link.tsx'
import { List } from '../parts/list.tsx'
import { PageBones } from '../parts/page-bones.tsx'
import { Panel } from '../parts/panel.tsx'
import { dayOf } from '../parts/time.tsx'
import { Trouble } from '../parts/trouble.tsx'
import { settingTitle } from '../settings/titles.ts'

const series: readonly Series[] = [
  { name: 'Sent', tone: 'good' },
  { name: 'Failed', tone: 'bad' },
]

/** What messages may cost, and what keeps fraudsters from running that up. */
export function Limits() {
  const setup = useReading('delivery.look')
  if (!setup.data)
    return setup.error ? <Trouble error={setup.error} onRetry={() => void setup.refetch()} /> : <PageBones />
  const { spend, limits, allowedCountries, spendByDay } = setup.data
  return (
    <>
      <div className="columns">
        <Panel title="Today">
          <Meter used={spend.used} of={spend.budget} what="messages of this day (UTC)" />
          <p className="quiet">Above the limit nothing more is sent, so that nobody can run up your bill.</p>
        </Panel>
        <Panel title="Countries">
          <p>
            {allowedCountries.length === 0 ? 'Only the default country is sent to.' : allowedCountries.join(', ')}{' '}
            <Link to="/console/settings?find=allowedCountries">Change</Link>
          </p>
          <p className="quiet">
            Every further country is one more that fraudsters can have messages sent to, at your cost.
          </p>
        </Panel>
      </div>
      {spendByDay.length > 0 && (
        <Panel title="Messages by day">
          <Chart title="Messages by day" of="Day" series={series} bars={daysOf(spendByDay)} />
        </Panel>
      )}
      <Panel title="Limits" isFlush>
        <List
          of={['limit', 'limits']}
          columns={[
            {
              name: 'Limit',
              of: ({ name, meaning }) => (
                <span>
                  <strong>{settingTitle(name)}</strong>
                  <span className="under">{meaning}</span>
                </span>
              ),
            },
            { name: 'Is', isRight: true, of: ({ value }) => value },
            {
              name: 'Act',
              isRight: true,
              isUnnamed: true,
              of: ({ name }) => (
                <Link to={`/console/settings?find=${name}`} aria-label={`Change ${settingTitle(name)}`}>
                  Change
                </Link>
              ),
            },
          ]}
          rows={limits}
          keyOf={({ name }) => name}
          empty={null}
        />
      </Panel>
    </>
  )
}

const daysShown = 14
const dayMs = 86_400_000

function daysOf(spend: DeliverySetup['spendByDay']) {
  const newest = Math.max(...spend.map((each) => each.dayMs))
  const days = new Map<number, readonly [number, number]>(
    Array.from({ length: daysShown }, (_none, index) => [newest - index * dayMs, [0, 0]]),
  )
  for (const { dayMs: day, sent, failed } of spend) {
    const [sentBefore, failedBefore] = days.get(day) ?? [0, 0]
    days.set(day, [sentBefore + sent, failedBefore + failed])
  }
  return [...days].sort(([left], [right]) => left - right).map(([day, values]) => ({ label: dayOf(day), values }))
}
