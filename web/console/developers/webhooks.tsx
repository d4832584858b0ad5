import { Button } from '@mantine/core'
import { IconWebhook } from '@tabler/icons-react'
import type { WebhookRow } from '../../../contract/console/developers.ts'
import { useActing, useReading } from '../calls.ts'
import { Empty } from '../parts/empty.tsx'
import { Link } from '../parts/link.tsx'
import { type Column, List } from '../parts/list.tsx'
import { Panel } from '../parts/panel.tsx'
import { Tag, type Tone } from '../parts/tag.tsx'
import { Time } from '../parts/time.tsx'
import { Trouble } from '../parts/trouble.tsx'
import { plural } from '../parts/words.ts'
import { useMay } from '../session.ts'

const limit = 200
const refreshMs = 5_000

const states = {
  waiting: ['warn', 'On its way'],
  delivered: ['good', 'Delivered'],
  'given-up': ['bad', 'Given up'],
} as const satisfies Record<WebhookRow['state'], readonly [Tone, string]>

const columns: readonly Column<WebhookRow>[] = [
  {
    name: 'Event',
    of: ({ event, username, body }) => (
      <div>
        <strong>{event}</strong>
        <span className="under">{username}</span>
        <details className="fold row-details">
          <summary>Body</summary>
          <pre className="code-block">{body}</pre>
        </details>
      </div>
    ),
  },
  {
    name: 'State',
    of: ({ state, tries, lastCode, nextTryAtMs }) => (
      <span>
        <Tag tone={states[state][0]}>{states[state][1]}</Tag>
        <span className="under">
          {plural(tries, 'try', 'tries')}
          {lastCode !== null && `, answered ${lastCode}`}
          {nextTryAtMs !== null && (
            <>
              , again <Time atMs={nextTryAtMs} />
            </>
          )}
        </span>
      </span>
    ),
  },
  { name: 'When', isRight: true, of: ({ createdAtMs }) => <Time atMs={createdAtMs} /> },
]

/** What your site is told by itself, and whether that arrived. */
export function Webhooks() {
  const mayManage = useMay('manage')
  const list = useReading('developers.webhooks', { query: { limit } }, { everyMs: refreshMs })
  const resend = useActing('developers.resend', {
    changes: ['developers.webhooks'],
    done: 'It is sent again within seconds.',
  })
  const again: Column<WebhookRow> = {
    name: 'Act',
    isRight: true,
    isUnnamed: true,
    of: ({ id, event, state }) =>
      state === 'waiting' ? null : (
        <Button
          size="xs"
          variant="default"
          aria-label={`Send ${event} again`}
          onClick={() => resend.mutate({ params: { id } })}
        >
          Send again
        </Button>
      ),
  }
  return (
    <Panel
      isFlush
      title="Webhooks"
      lead={list.data?.url ? `To ${list.data.url}` : 'Nowhere yet.'}
      actions={<Link to="/console/settings?find=webhook">Change the address</Link>}
    >
      <Trouble error={resend.error} />
      <List
        of={['webhook', 'webhooks']}
        columns={mayManage ? [...columns, again] : columns}
        rows={list.data?.items}
        keyOf={({ id }) => id}
        total={list.data?.total}
        isTotalExact={list.data?.isTotalExact}
        error={list.error}
        onRetry={() => void list.refetch()}
        empty={
          <Empty icon={<IconWebhook size={30} />} title="Nothing was sent yet">
            Set an address, and your site is told when somebody is locked or a method changes, signed with your secret.
          </Empty>
        }
      />
    </Panel>
  )
}
