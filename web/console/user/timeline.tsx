import { Button } from '@mantine/core'
import {
  type Icon,
  IconBell,
  IconCheck,
  IconHistory,
  IconLock,
  IconMailForward,
  IconMessageQuestion,
  IconPencil,
  IconUserShield,
  IconX,
} from '@tabler/icons-react'
import { useState } from 'react'
import type { TimelineEntry } from '../../../contract/console/users.ts'
import { useReading } from '../calls.ts'
import { Empty } from '../parts/empty.tsx'
import { Facts } from '../parts/facts.tsx'
import { Link } from '../parts/link.tsx'
import { Panel } from '../parts/panel.tsx'
import { Time } from '../parts/time.tsx'
import { Trouble } from '../parts/trouble.tsx'
import { plural } from '../parts/words.ts'
import { useMay } from '../session.ts'

const pageSize = 40
/** The server gives no more at once; what is older stands in the log. */
const limitMax = 200
const refreshMs = 5_000

const icons = {
  asked: IconMessageQuestion,
  approved: IconCheck,
  refused: IconX,
  delivery: IconMailForward,
  change: IconPencil,
  lock: IconLock,
  notice: IconBell,
  admin: IconUserShield,
} as const satisfies Record<TimelineEntry['kind'], Icon>

/** What befell somebody, newest first: why he was asked, why he was refused. */
export function Timeline({ userId }: { readonly userId: string }) {
  const [limit, setLimit] = useState(pageSize)
  const mayInspect = useMay('inspect')
  const entries = useReading('users.timeline', { params: { id: userId }, query: { limit } }, { everyMs: refreshMs })
  const items = entries.data?.items
  return (
    <Panel
      title="Timeline"
      actions={mayInspect && <Link to={`/console/activity?userId=${encodeURIComponent(userId)}`}>In the log</Link>}
      lead={
        entries.data
          ? `${entries.data.isTotalExact ? '' : 'More than '}${plural(entries.data.total, 'event')}, newest first`
          : 'Loading …'
      }
    >
      <Trouble error={entries.error} onRetry={() => void entries.refetch()} />
      {items?.length === 0 && (
        <Empty icon={<IconHistory size={28} />} title="Nothing happened yet">
          As soon as a second factor is asked for, it stands here: by what, how it ended and why.
        </Empty>
      )}
      <ol className="timeline">
        {items?.map((entry) => (
          <Entry key={entry.id} entry={entry} />
        ))}
      </ol>
      {entries.data && !entries.data.isTotalExact && limit < limitMax && (
        <Button
          variant="default"
          loading={entries.isPlaceholderData}
          onClick={() => setLimit(Math.min(limitMax, limit + pageSize))}
        >
          Show older
        </Button>
      )}
    </Panel>
  )
}

/** Of older entries the hour counts, and not how many days ago they were. */
const recentMs = 86_400_000

function Entry({ entry }: { readonly entry: TimelineEntry }) {
  const EntryIcon = icons[entry.kind]
  return (
    <li className={`timeline-${entry.tone}`}>
      <span className="timeline-icon">
        <EntryIcon size={18} aria-hidden="true" />
      </span>
      <div className="timeline-text">
        <p>{entry.text}</p>
        {entry.why && <p className="timeline-why">{entry.why}</p>}
        <p className="timeline-time">
          <Time atMs={entry.atMs} isExact={Date.now() - entry.atMs > recentMs} />
        </p>
        {entry.details.length > 0 && (
          <details className="fold">
            <summary>Details</summary>
            <Facts facts={entry.details} />
          </details>
        )}
      </div>
    </li>
  )
}
