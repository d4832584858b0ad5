import { Button, NativeSelect, Switch } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import type { RiskDecision, RiskPolicy, RiskReplay, RiskRule, RiskScope } from '../../../contract/console/risk.ts'
import { useActing, useReading } from '../calls.ts'
import { Confirm } from '../parts/confirm.tsx'
import { PageBones } from '../parts/page-bones.tsx'
import { Panel } from '../parts/panel.tsx'
import { Time } from '../parts/time.tsx'
import { Trouble } from '../parts/trouble.tsx'
import { plural } from '../parts/words.ts'
import { setQuery, useAddress } from '../router.ts'
import { useMay } from '../session.ts'
import { DeviceFields, HourFields, MethodFields, PlaceFields } from './fields.tsx'
import { RuleFields } from './rule-fields.tsx'
import { sentencesOf } from './sentences.ts'
import { Simulator } from './simulator.tsx'
import { Thresholds } from './thresholds.tsx'

const pauseMs = 300

/** When risk lets somebody in, asks or refuses: for everybody, for a group, for an app. */
export function Risk() {
  const asked = useAddress().query.get('for') ?? ''
  const look = useReading('risk.look')
  if (!look.data) return look.error ? <Trouble error={look.error} onRetry={() => void look.refetch()} /> : <PageBones />
  const { scopes, rules } = look.data
  const [everybody] = scopes
  const scope = scopes.find((one) => one.scope === asked) ?? everybody
  if (!scope) return null
  return (
    <>
      <div className="policy-for">
        <NativeSelect
          label="For"
          value={scope.scope}
          data={scopes.map((one) => ({ value: one.scope, label: labelOf(one) }))}
          onChange={(event) => setQuery({ for: event.currentTarget.value || null })}
        />
      </div>
      <Draft key={`${scope.scope} ${scope.isSet}`} scope={scope} rules={rules} />
    </>
  )
}

const kinds = { customer: 'Everybody', group: 'Group', app: 'App' } as const

function labelOf({ kind, name, isSet }: RiskScope): string {
  if (kind === 'customer') return kinds.customer
  return `${kinds[kind]}: ${name}${isSet ? '' : ' (as everybody)'}`
}

function backTo(kind: RiskScope['kind']): string {
  return kind === 'customer' ? 'Back to the defaults' : 'Take it away'
}

interface DraftProps {
  readonly scope: RiskScope
  readonly rules: readonly RiskRule[]
}

/** A policy that is being changed; nothing counts before it is saved. */
function Draft({ scope: { scope, kind, isSet, policy }, rules }: DraftProps) {
  const mayManage = useMay('manage')
  const [isLeaving, setLeaving] = useState(false)
  const [draft, setDraft] = useState<RiskPolicy>(policy)
  const [settled] = useDebouncedValue(draft, pauseMs)
  const replay = useReading('risk.replay', { body: { scope, policy: settled } })
  const set = useActing('risk.set', {
    changes: ['risk.look', 'risk.replay'],
    done: 'Saved.',
    onDone: (saved) => {
      setDraft(saved.policy)
      setLeaving(false)
    },
  })
  const change = (part: Partial<RiskPolicy>) => setDraft({ ...draft, ...part })
  const isChanged = JSON.stringify(draft) !== JSON.stringify(policy)
  const fields = { draft, isOff: !mayManage, onChange: change }
  return (
    <>
      <Panel
        title="In words"
        lead={
          isChanged
            ? 'As it would be; not saved yet'
            : isSet || kind === 'customer'
              ? 'As it is'
              : 'As everybody, until it has a policy of its own'
        }
      >
        <ul className="told">
          {sentencesOf(draft).map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      </Panel>
      <Panel title="Thresholds" lead="Risk goes from 0, as always, to 100.">
        <Thresholds draft={draft} replay={replay.data} isOff={!mayManage} onChange={change} />
        <NativeSelect
          className="risk-model"
          label="The score"
          description="What it is told by. The rules below add to either."
          value={draft.model}
          disabled={!mayManage}
          data={[
            { value: 'own', label: 'Countersign’s: all that is known' },
            { value: 'freeman', label: 'Freeman et al.: address and browser alone' },
          ]}
          onChange={(event) => change({ model: event.currentTarget.value === 'freeman' ? 'freeman' : 'own' })}
        />
        <Switch
          className="report-only"
          label="Report only"
          description="Asks everybody, and notes what it would have decided. To try a policy out."
          checked={draft.mode === 'report'}
          disabled={!mayManage}
          onChange={(event) => change({ mode: event.currentTarget.checked ? 'report' : 'enforce' })}
        />
        <Trouble error={replay.error} />
        {replay.data && <Changed replay={replay.data} />}
      </Panel>
      <Panel title="Places, hours, devices, methods">
        <div className="stack">
          <PlaceFields {...fields} />
          <HourFields {...fields} />
          <DeviceFields {...fields} />
          <MethodFields {...fields} />
        </div>
      </Panel>
      <Panel
        title="Single rules"
        lead="What each adds to the risk where it speaks against somebody, and what becomes of the sign-in at least. No points: as usual."
      >
        <RuleFields rules={rules} {...fields} />
      </Panel>
      {isLeaving && (
        <Confirm
          title={backTo(kind)}
          lead={
            kind === 'customer'
              ? 'Your policy for everybody is removed, and the usual one counts at once.'
              : 'This policy is removed, and the one for everybody counts here at once.'
          }
          action={backTo(kind)}
          isBusy={set.isPending}
          error={set.error}
          onConfirm={() => set.mutate({ body: { scope, policy: null } })}
          onClose={() => setLeaving(false)}
        />
      )}
      {mayManage && (
        <div className="save-bar">
          <Trouble error={isLeaving ? null : set.error} />
          <div className="form-end">
            {isSet && (
              <Button variant="default" onClick={() => setLeaving(true)}>
                {backTo(kind)}
              </Button>
            )}
            <Button
              disabled={!isChanged && isSet}
              loading={set.isPending}
              onClick={() => set.mutate({ body: { scope, policy: draft } })}
            >
              Save the policy
            </Button>
          </div>
        </div>
      )}
      <Simulator draft={draft} />
    </>
  )
}

const done: Readonly<Record<RiskDecision, string>> = { allow: 'let in', challenge: 'asked', deny: 'refused' }

function Changed({ replay: { changed, changedTotal } }: { readonly replay: RiskReplay }) {
  if (changedTotal === 0) return null
  return (
    <details className="fold">
      <summary>{plural(changedTotal, 'sign-in')} would end otherwise than they did</summary>
      <ul className="told">
        {changed.map(({ username, atMs, was, would, score }) => (
          <li key={`${username} ${atMs}`}>
            <strong>{username}</strong> <Time atMs={atMs} />: {done[was]}, would be {done[would]} at risk {score}
          </li>
        ))}
      </ul>
    </details>
  )
}
