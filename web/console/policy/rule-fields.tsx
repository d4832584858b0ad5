import { NativeSelect, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { RiskPolicy, RiskRule, RiskStep } from '../../../contract/console/risk.ts'
import { stepNames } from './fields.tsx'
import { ruleNames } from './sentences.ts'

const pointsMax = 100

type Own = RiskPolicy['rules'][string]

interface Props {
  readonly rules: readonly RiskRule[]
  readonly draft: RiskPolicy
  readonly isOff: boolean
  readonly onChange: (change: Pick<RiskPolicy, 'rules'>) => void
}

/** What each rule adds to the risk, and what becomes of a sign-in in which it noticed something. */
export function RuleFields({ rules, draft, isOff, onChange }: Props) {
  return (
    <div className="rule-fields">
      {rules.map(({ rule, points }) => (
        <RuleField
          key={rule}
          name={ruleNames[rule] ?? rule}
          usual={points}
          own={draft.rules[rule] ?? {}}
          isOff={isOff}
          onChange={(own) => {
            const { [rule]: _, ...others } = draft.rules
            onChange({ rules: Object.keys(own).length === 0 ? others : { ...draft.rules, [rule]: own } })
          }}
        />
      ))}
    </div>
  )
}

interface RuleProps {
  readonly name: string
  readonly usual: number | null
  readonly own: Own
  readonly isOff: boolean
  readonly onChange: (own: Own) => void
}

/** One rule. What is typed stays as it is typed; what is no number of points is told here, and refused when it is saved. */
function RuleField({ name, usual, own, isOff, onChange }: RuleProps) {
  const [typed, setTyped] = useState('')
  const { points, ...rest } = own
  // Another policy may stand there meanwhile.
  const text = Object.is(pointsOf(typed), points) ? typed : String(points ?? '')
  return (
    <fieldset className="plain-fieldset rule-field">
      <legend>{name}</legend>
      <TextInput
        label="Points"
        aria-label={`Points: ${name}`}
        inputMode="numeric"
        autoComplete="off"
        placeholder={usual === null ? 'By the score' : `${usual}, as usual`}
        value={text}
        error={Number.isNaN(points) ? `A whole number from 0 to ${pointsMax}, or nothing.` : null}
        disabled={isOff}
        onChange={(event) => {
          setTyped(event.currentTarget.value)
          const next = pointsOf(event.currentTarget.value)
          onChange(next === undefined ? rest : { ...rest, points: next })
        }}
      />
      <NativeSelect
        label="At least"
        aria-label={`At least: ${name}`}
        value={own.action ?? 'allow'}
        disabled={isOff}
        data={stepNames}
        onChange={(event) => onChange({ ...own, action: event.currentTarget.value as RiskStep })} // one of the options
      />
    </fieldset>
  )
}

/** Undefined: nothing was typed; NaN: something else than points. */
function pointsOf(text: string): number | undefined {
  const word = text.trim()
  if (word === '') return undefined
  return /^\d{1,3}$/.test(word) && Number(word) <= pointsMax ? Number(word) : Number.NaN
}
