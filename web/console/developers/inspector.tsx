import { IconCode } from '@tabler/icons-react'
import type { InspectedCall } from '../../../contract/console/developers.ts'
import { useReading } from '../calls.ts'
import { CopyButton } from '../parts/copy.tsx'
import { Empty } from '../parts/empty.tsx'
import { type Column, List } from '../parts/list.tsx'
import { Panel } from '../parts/panel.tsx'
import { Tag } from '../parts/tag.tsx'
import { Time } from '../parts/time.tsx'

const refreshMs = 2_000

const columns: readonly Column<InspectedCall>[] = [
  {
    name: 'Call',
    of: (call) => (
      <div>
        <code>{call.path}</code>
        {call.reason && <span className="under">{call.reason}</span>}
        <details className="fold row-details">
          <summary>Look inside</summary>
          <Inside call={call} />
        </details>
      </div>
    ),
  },
  {
    name: 'Answer',
    of: ({ code, outcome }) => (
      <span className="tags">
        <Tag tone={code < 400 ? 'plain' : 'bad'}>{code}</Tag>
        {outcome && <Tag tone={/^(SUCCESS|0|ok)$/i.test(outcome) ? 'good' : 'warn'}>{outcome}</Tag>}
      </span>
    ),
  },
  { name: 'Took', isRight: true, isMinor: true, of: ({ ms }) => `${ms.toLocaleString('en')} ms` },
  { name: 'When', isRight: true, of: ({ atMs }) => <Time atMs={atMs} /> },
]

function Inside({ call: { id, request, answer, curl } }: { readonly call: InspectedCall }) {
  const texts = [
    ['Request', request],
    ['Answer', answer],
    ['curl', curl],
  ] as const
  return (
    <div className="stack">
      {texts.map(
        ([name, text]) =>
          text && (
            <div key={name}>
              <div className="spread">
                <strong>{name}</strong>
                <CopyButton text={text} what={name.toLowerCase()} />
              </div>
              <pre className="code-block">{text}</pre>
            </div>
          ),
      )}
      <p className="quiet">
        Request id <code>{id}</code>
      </p>
    </div>
  )
}

/** The newest calls with what was received and answered; development alone. */
export function Inspector() {
  const list = useReading('developers.calls', undefined, { everyMs: refreshMs })
  const calls = list.data?.calls
  if (calls === null)
    return (
      <Panel>
        <Empty icon={<IconCode size={30} />} title="Not in production">
          Calls carry what belongs to your users, so they are only kept in development. Here, look for the request id in
          the log.
        </Empty>
      </Panel>
    )
  return (
    <Panel isFlush>
      <List
        of={['call', 'calls']}
        columns={columns}
        rows={calls}
        keyOf={({ id }) => id}
        error={list.error}
        onRetry={() => void list.refetch()}
        empty={
          <Empty icon={<IconCode size={30} />} title="No call yet">
            Make one from the reference: each call there has a ready command with your own key in it.
          </Empty>
        }
      />
    </Panel>
  )
}
