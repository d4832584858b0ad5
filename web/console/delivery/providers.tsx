import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { IconArrowDown, IconArrowUp, IconPencil, IconPlus, IconRouter, IconTrash } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import type { DeliverySetup, ProviderRow } from '../../../contract/console/delivery.ts'
import { useActing, useReading } from '../calls.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Empty } from '../parts/empty.tsx'
import { List } from '../parts/list.tsx'
import { PageBones } from '../parts/page-bones.tsx'
import { Panel } from '../parts/panel.tsx'
import { Tag } from '../parts/tag.tsx'
import { Time } from '../parts/time.tsx'
import { Trouble } from '../parts/trouble.tsx'
import { plural, viaNames } from '../parts/words.ts'
import { useMay, useSession } from '../session.ts'
import { healths } from './health.ts'
import { ProviderForm } from './provider-form.tsx'

type Shown = ProviderRow['shown']

/** The gateways in the order in which they are tried, and the way that this makes for each country. */
export function Providers() {
  const { admin } = useSession().state
  const mayChange = useMay('manage') && admin?.customerId === null
  const [editing, setEditing] = useState<{ readonly provider?: ProviderRow } | null>(null)
  const [removing, setRemoving] = useState<string | null>(null)
  const setup = useReading('delivery.look')
  const save = useActing('delivery.setProviders', {
    changes: ['delivery.look', 'home.look'],
    done: 'Saved. It is in use within a second.',
    onDone: () => {
      setEditing(null)
      setRemoving(null)
    },
  })
  if (!setup.data)
    return setup.error ? <Trouble error={setup.error} onRetry={() => void setup.refetch()} /> : <PageBones />
  const { providers, hasInbox } = setup.data
  const order = providers.map(({ shown }) => shown)
  const set = (list: readonly Shown[]) => save.mutate({ body: { providers: list } })
  const add = mayChange && (
    <Button leftSection={<IconPlus size={18} />} onClick={() => setEditing({})}>
      Add a gateway
    </Button>
  )
  return (
    <>
      <Panel
        title="Gateways"
        lead={
          providers.length === 0
            ? undefined
            : `${plural(providers.length, 'gateway')}, tried from the first to the last`
        }
        actions={providers.length > 0 && add}
      >
        <Trouble error={editing || removing ? null : save.error} />
        {providers.length === 0 && (
          <Empty icon={<IconRouter size={30} />} title="No gateway yet" action={add}>
            {hasInbox
              ? 'Messages go to the development inbox, which is fine to try things out. To reach people, add a gateway.'
              : 'Nothing can be sent: challenges that need a message are refused.'}
          </Empty>
        )}
        <ol className="lines">
          {providers.map((provider, index) => (
            <ProviderLine
              key={provider.id}
              provider={provider}
              place={index + 1}
              actions={
                mayChange && (
                  <ProviderActions
                    id={provider.id}
                    isFirst={index === 0}
                    isLast={index === providers.length - 1}
                    onMove={(step) => set(moved(order, index, step))}
                    onChange={() => setEditing({ provider })}
                    onRemove={() => setRemoving(provider.id)}
                  />
                )
              }
            />
          ))}
        </ol>
        {!mayChange && <p className="quiet">Gateways are the whole server's: admins of one customer can only look.</p>}
      </Panel>
      <Routes setup={setup.data} />
      {removing !== null && (
        <Confirm
          title={`Remove ${removing}`}
          lead="Its password or token goes with it. Messages go by the other gateways from then on, where there are any."
          action="Remove"
          isBusy={save.isPending}
          error={save.error}
          onConfirm={() => set(order.filter(({ id }) => id !== removing))}
          onClose={() => {
            save.reset()
            setRemoving(null)
          }}
        />
      )}
      {editing && (
        <ProviderForm
          {...(editing.provider ? { provider: editing.provider } : {})}
          isBusy={save.isPending}
          error={save.error}
          onClose={() => {
            save.reset()
            setEditing(null)
          }}
          onSave={(next) =>
            set(
              editing.provider
                ? order.map((each) => (each['id'] === editing.provider?.id ? next : each))
                : [...order, next],
            )
          }
        />
      )}
    </>
  )
}

function moved(list: readonly Shown[], index: number, step: -1 | 1): readonly Shown[] {
  const next = [...list]
  const [taken] = next.splice(index, 1)
  if (taken) next.splice(index + step, 0, taken)
  return next
}

interface LineProps {
  readonly provider: ProviderRow
  readonly place: number
  readonly actions: ReactNode
}

function ProviderLine({ provider, place, actions }: LineProps) {
  const { id, type, via, countries, health } = provider
  const [tone, word] = healths[health.state]
  return (
    <li>
      <span className="place">{place}</span>
      <span className="lines-text">
        <strong>{id}</strong> <Tag tone={tone}>{word}</Tag>
        <span className="under">
          {type.toUpperCase()} · {via.map((each) => viaNames[each]).join(', ')} ·{' '}
          {countries.length === 0 ? 'all countries' : countries.join(', ')}
        </span>
        <span className="under">
          Last 24 hours: {health.taken} taken, {health.delivered} delivered, {health.failed} failed
        </span>
        {health.lastProblem && (
          <span className="under">
            {health.lastProblem} (<Time atMs={health.lastProblemAtMs} />)
          </span>
        )}
      </span>
      {actions}
    </li>
  )
}

interface ActionsProps {
  readonly id: string
  readonly isFirst: boolean
  readonly isLast: boolean
  readonly onMove: (step: -1 | 1) => void
  readonly onChange: () => void
  readonly onRemove: () => void
}

function ProviderActions({ id, isFirst, isLast, onMove, onChange, onRemove }: ActionsProps) {
  const acts = [
    [IconArrowUp, `Try ${id} earlier`, isFirst, () => onMove(-1)],
    [IconArrowDown, `Try ${id} later`, isLast, () => onMove(1)],
    [IconPencil, `Change ${id}`, false, onChange],
    [IconTrash, `Remove ${id}`, false, onRemove],
  ] as const
  return (
    <span className="icon-acts">
      {acts.map(([ActIcon, label, isOff, act]) => (
        <Tooltip key={label} label={label}>
          <ActionIcon variant="subtle" color="gray" c="var(--quiet)" aria-label={label} disabled={isOff} onClick={act}>
            <ActIcon size={18} />
          </ActionIcon>
        </Tooltip>
      ))}
    </span>
  )
}

function Routes({ setup }: { readonly setup: DeliverySetup }) {
  if (setup.routes.length === 0) return null
  const way = (list: readonly string[]) => (list.length === 0 ? <span className="quiet">none</span> : list.join(' → '))
  return (
    <Panel
      title="Routes"
      lead="For a number of each country, who carries it; the next one takes over when one fails."
      isFlush
    >
      <List
        of={['country', 'countries']}
        columns={[
          { name: 'Country', of: ({ country }) => <strong>{country}</strong> },
          { name: 'SMS', of: ({ sms }) => way(sms) },
          { name: 'Calls', of: ({ call }) => way(call) },
        ]}
        rows={setup.routes}
        keyOf={({ country }) => country}
        empty={null}
      />
    </Panel>
  )
}
