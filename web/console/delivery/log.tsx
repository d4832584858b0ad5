import { IconMailbox } from '@tabler/icons-react'
import type { DeliveryRow } from '../../../contract/console/delivery.ts'
import { useReading } from '../calls.ts'
import { Empty } from '../parts/empty.tsx'
import { type Column, List } from '../parts/list.tsx'
import { Panel } from '../parts/panel.tsx'
import { Tag, type Tone } from '../parts/tag.tsx'
import { Time } from '../parts/time.tsx'
import { viaNames } from '../parts/words.ts'

const limit = 200
const refreshMs = 5_000

const states = {
  sending: ['plain', 'On its way'],
  sent: ['good', 'Handed over'],
  failed: ['bad', 'Failed'],
} as const satisfies Record<DeliveryRow['state'], readonly [Tone, string]>

const columns: readonly Column<DeliveryRow>[] = [
  { name: 'To', of: ({ contact }) => <strong>{contact}</strong> },
  { name: 'By', of: ({ via }) => viaNames[via] },
  { name: 'State', of: (row) => <State row={row} /> },
  {
    name: 'Tries',
    of: ({ tries, reason }) => (
      <span>
        {tries.length === 0 && <span className="quiet">none yet</span>}
        {tries.map(({ provider, isTaken, detail, atMs, receipt }) => (
          <span key={`${provider} ${atMs}`} className="under">
            {provider}: {isTaken ? 'taken' : `refused${detail ? `, ${detail}` : ''}`}
            {receipt && `, ${receipt === 'delivered' ? 'arrived' : 'did not arrive'}`}
          </span>
        ))}
        {reason && <span className="under">{reason}</span>}
      </span>
    ),
  },
  { name: 'When', isRight: true, of: ({ createdAtMs }) => <Time atMs={createdAtMs} /> },
]

function State({ row: { state, tries } }: { readonly row: DeliveryRow }) {
  const receipt = tries.find((each) => each.receipt !== null)?.receipt
  if (receipt === 'delivered') return <Tag tone="good">Arrived</Tag>
  if (receipt === 'failed') return <Tag tone="bad">Did not arrive</Tag>
  return <Tag tone={states[state][0]}>{states[state][1]}</Tag>
}

/** What became of the newest messages, with every try and receipt. */
export function Log() {
  const log = useReading('delivery.log', { query: { limit } }, { everyMs: refreshMs })
  return (
    <Panel isFlush>
      <List
        of={['message', 'messages']}
        columns={columns}
        rows={log.data?.items}
        keyOf={({ id }) => id}
        total={log.data?.total}
        isTotalExact={log.data?.isTotalExact}
        error={log.error}
        onRetry={() => void log.refetch()}
        empty={
          <Empty icon={<IconMailbox size={30} />} title="Nothing was sent yet">
            Each message stands here as soon as it leaves, with who carried it and whether it arrived.
          </Empty>
        }
      />
    </Panel>
  )
}
