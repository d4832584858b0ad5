import { Button, NativeSelect, Switch, TextInput } from '@mantine/core'
import { IconActivity, IconDownload } from '@tabler/icons-react'
import { useState } from 'react'
import type { ActivityQuery, ActivityRow } from '../../../contract/console/activity.ts'
import { download } from '../api.ts'
import { tell, useReading } from '../calls.ts'
import { Empty } from '../parts/empty.tsx'
import { Facts } from '../parts/facts.tsx'
import { Link } from '../parts/link.tsx'
import { type Column, List, toTopOfList } from '../parts/list.tsx'
import { Panel } from '../parts/panel.tsx'
import { Tag } from '../parts/tag.tsx'
import { Time } from '../parts/time.tsx'
import { methodChoices } from '../parts/words.ts'
import { setQuery, useAddress } from '../router.ts'

const pageSize = 50
const liveMs = 3_000
const hourMs = 3_600_000

const spans = [
  ['', 'All time'],
  ['1', 'Last hour'],
  ['24', 'Last 24 hours'],
  ['168', 'Last 7 days'],
  ['720', 'Last 30 days'],
] as const

const columns: readonly Column<ActivityRow>[] = [
  {
    name: 'What',
    of: ({ text, details, requestId, by }) => (
      <div>
        {text}
        {by && !text.includes(` by ${by}`) && <span className="under">by {by}</span>}
        {details.length > 0 && (
          <details className="fold row-details">
            <summary>Details</summary>
            <Facts facts={[...details, ...(requestId ? [{ name: 'Request', value: requestId }] : [])]} />
          </details>
        )}
      </div>
    ),
  },
  {
    name: 'User',
    of: ({ user }) =>
      user ? (
        <Link to={`/console/users/${encodeURIComponent(user.id)}`}>{user.username}</Link>
      ) : (
        <span className="quiet">–</span>
      ),
  },
  { name: 'Outcome', of: ({ outcome, tone }) => <Tag tone={tone}>{outcome}</Tag> },
  { name: 'When', isRight: true, of: ({ atMs }) => <Time atMs={atMs} /> },
]

/** The log: live, filtered by what stands in the address, and to be taken away as a file. */
export function Log() {
  const { query: address } = useAddress()
  const [isLive, setLive] = useState(true)
  const [before, setBefore] = useState<readonly number[]>([])
  const [now, setNow] = useState(Date.now)
  const filters = filtersOf(address, now)
  const last = before.at(-1)
  const list = useReading(
    'activity.list',
    { query: { ...filters, limit: pageSize, ...(last === undefined ? {} : { before: last }) } },
    isLive && last === undefined ? { everyMs: liveMs } : {},
  )
  const rows = list.data?.items
  const filter = (name: string, value: string) => {
    setBefore([])
    setNow(Date.now())
    setQuery({ [name]: value })
  }
  const take = (format: 'csv' | 'json') =>
    download('activity.export', { query: { ...filters, format } }, `activity.${format}`).catch((error: Error) =>
      tell(error.message),
    )
  const isFiltered = Object.keys(filters).length > 0
  return (
    <Panel
      isFlush
      title="Log"
      actions={
        <>
          <Switch label="Live" checked={isLive} onChange={(event) => setLive(event.currentTarget.checked)} />
          {(['csv', 'json'] as const).map((format) => (
            <Button
              key={format}
              size="xs"
              variant="default"
              leftSection={<IconDownload size={15} />}
              onClick={() => void take(format)}
            >
              {format.toUpperCase()}
            </Button>
          ))}
        </>
      }
    >
      <Filters address={address} onFilter={filter} />
      {filters.userId && (
        <p className="one-user">
          Only of one user.{' '}
          <button type="button" className="text-button" onClick={() => filter('userId', '')}>
            Show everybody
          </button>
        </p>
      )}
      <List
        of={['line', 'lines']}
        columns={columns}
        rows={rows}
        keyOf={({ id }) => String(id)}
        total={list.data?.total}
        isTotalExact={list.data?.isTotalExact}
        error={list.error}
        onRetry={() => void list.refetch()}
        empty={
          <Empty icon={<IconActivity size={30} />} title={isFiltered ? 'Nothing like that' : 'Nothing happened yet'}>
            {isFiltered
              ? 'Take a filter away, or look further back.'
              : 'The first challenge of your site will stand here a moment later.'}
          </Empty>
        }
      />
      {(before.length > 0 || rows?.length === pageSize) && (
        <div className="pages">
          <Button
            size="xs"
            variant="default"
            disabled={before.length === 0}
            onClick={(event) => {
              setBefore(before.slice(0, -1))
              toTopOfList(event)
            }}
          >
            Newer
          </Button>
          <Button
            size="xs"
            variant="default"
            disabled={rows?.length !== pageSize}
            onClick={(event) => {
              setBefore([...before, rows?.at(-1)?.id ?? 0])
              toTopOfList(event)
            }}
          >
            Older
          </Button>
        </div>
      )}
    </Panel>
  )
}

function filtersOf(address: URLSearchParams, nowMs: number): ActivityQuery {
  const named = ['kind', 'outcome', 'method', 'userId', 'requestId'] as const
  const hours = Number(address.get('hours') ?? 0)
  return {
    ...Object.fromEntries(named.flatMap((name) => (address.get(name) ? [[name, address.get(name) ?? '']] : []))),
    ...(hours > 0 ? { sinceMs: nowMs - hours * hourMs } : {}),
  }
}

interface FiltersProps {
  readonly address: URLSearchParams
  readonly onFilter: (name: string, value: string) => void
}

function Filters({ address, onFilter }: FiltersProps) {
  const texts = [
    ['kind', 'Kind', 'challenge'],
    ['outcome', 'Outcome', 'accepted'],
    ['requestId', 'Request id', ''],
  ] as const
  return (
    <search className="filters">
      {texts.map(([name, label, placeholder]) => (
        <TextInput
          key={name}
          label={label}
          placeholder={placeholder}
          defaultValue={address.get(name) ?? ''}
          onBlur={(event) => onFilter(name, event.currentTarget.value.trim())}
          onKeyDown={(event) => event.key === 'Enter' && onFilter(name, event.currentTarget.value.trim())}
        />
      ))}
      <NativeSelect
        label="Method"
        value={address.get('method') ?? ''}
        data={[{ value: '', label: 'All' }, ...methodChoices]}
        onChange={(event) => onFilter('method', event.currentTarget.value)}
      />
      <NativeSelect
        label="When"
        value={address.get('hours') ?? ''}
        data={spans.map(([value, label]) => ({ value, label }))}
        onChange={(event) => onFilter('hours', event.currentTarget.value)}
      />
    </search>
  )
}
