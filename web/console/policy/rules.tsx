import { Button } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react'
import type { Policy } from '../../../contract/console/policy.ts'
import { useActing, useReading } from '../calls.ts'
import { Link } from '../parts/link.tsx'
import { type Column, List } from '../parts/list.tsx'
import { PageBones } from '../parts/page-bones.tsx'
import { Panel } from '../parts/panel.tsx'
import { Tag } from '../parts/tag.tsx'
import { Trouble } from '../parts/trouble.tsx'
import { methodName } from '../parts/words.ts'
import { useMay } from '../session.ts'
import { strengths } from '../user/methods.tsx'

type Method = Policy['methods'][number]

const columns: readonly Column<Method>[] = [
  {
    name: 'Method',
    of: ({ method, why }) => (
      <span>
        <strong>{methodName(method)}</strong>
        <span className="under">{why}</span>
      </span>
    ),
  },
  { name: 'Strength', of: ({ strength }) => <Tag tone={strengths[strength][0]}>{strengths[strength][1]}</Tag> },
  { name: 'Users', isRight: true, of: ({ users }) => users?.toLocaleString('en') ?? 'with a contact' },
]

/** The rules in force, in sentences, and the methods. */
export function Rules() {
  const mayManage = useMay('manage')
  const policy = useReading('policy.look')
  const set = useActing('settings.set', { changes: ['policy.look', 'settings.list'], done: 'Saved.' })
  if (!policy.data)
    return policy.error ? <Trouble error={policy.error} onRetry={() => void policy.refetch()} /> : <PageBones />
  const { sentences, methods } = policy.data
  const allowed: Column<Method> = {
    name: 'Allowed',
    isRight: true,
    of: ({ method, isOn, setting }) =>
      setting && mayManage ? (
        <span className="row row-right">
          <YesOrNo isOn={isOn} />
          <Button
            size="xs"
            variant="default"
            aria-label={`${isOn ? 'Forbid' : 'Allow'} ${methodName(method)}`}
            onClick={() => set.mutate({ params: { name: setting }, body: { value: String(!isOn) } })}
          >
            {isOn ? 'Forbid' : 'Allow'}
          </Button>
        </span>
      ) : (
        <YesOrNo isOn={isOn} />
      ),
  }
  return (
    <>
      <Panel title="Rules in force" lead={`${sentences.length} rules`}>
        <ul className="sentences">
          {sentences.map(({ id, text, setting, tone }) => (
            <li key={id}>
              {tone === 'good' ? (
                <IconCircleCheck size={21} color="var(--good-solid)" aria-label="As it should be:" />
              ) : (
                <IconAlertTriangle size={21} color="var(--warn-solid)" aria-label="Weaker than it could be:" />
              )}
              <span>{text}</span>
              {setting && (
                <Link to={`/console/settings?find=${encodeURIComponent(setting)}`} aria-label={`Change: ${text}`}>
                  Change
                </Link>
              )}
            </li>
          ))}
        </ul>
      </Panel>
      <Panel title="Methods" isFlush>
        <Trouble error={set.error} />
        <List
          of={['method', 'methods']}
          columns={[...columns, allowed]}
          rows={methods}
          keyOf={({ method }) => method}
          empty={null}
        />
      </Panel>
    </>
  )
}

function YesOrNo({ isOn }: { readonly isOn: boolean }) {
  return <Tag tone={isOn ? 'good' : 'bad'}>{isOn ? 'Yes' : 'No'}</Tag>
}
