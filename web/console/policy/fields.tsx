import { Checkbox, NativeSelect, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { RiskPolicy, RiskStep } from '../../../contract/console/risk.ts'
import { methodName } from '../parts/words.ts'
import { worths } from './sentences.ts'

interface Props {
  readonly draft: RiskPolicy
  readonly isOff: boolean
  readonly onChange: (change: Partial<RiskPolicy>) => void
}

/** What may become of a sign-in, heaviest first. */
export const stepNames: readonly { readonly value: RiskStep; readonly label: string }[] = [
  { value: 'deny', label: 'Refuse' },
  { value: 'challenge', label: 'Ask for a second factor' },
  { value: 'notify', label: 'Tell the user' },
  { value: 'allow', label: 'Only note it' },
]

/** Where people may come from. */
export function PlaceFields({ draft, isOff, onChange }: Props) {
  const { countries, networks } = draft
  return (
    <>
      <div className="fields">
        <ListField
          label="Only these countries"
          description="Two letters each; empty: all"
          placeholder="ES, PT"
          list={countries.allowed}
          isUpper
          isOff={isOff}
          onChange={(allowed) => onChange({ countries: { ...countries, allowed } })}
        />
        <ListField
          label="Not these countries"
          description="Two letters each"
          placeholder="KP"
          list={countries.blocked}
          isUpper
          isOff={isOff}
          onChange={(blocked) => onChange({ countries: { ...countries, blocked } })}
        />
        <StepField
          label="From other countries"
          value={countries.otherwise}
          isOff={isOff}
          onChange={(otherwise) => onChange({ countries: { ...countries, otherwise } })}
        />
      </div>
      <div className="fields">
        <ListField
          label="Only these networks"
          description="Addresses and ranges; empty: all"
          placeholder="203.0.113.0/24"
          list={networks.allowed}
          isOff={isOff}
          onChange={(allowed) => onChange({ networks: { ...networks, allowed } })}
        />
        <ListField
          label="Not these networks"
          description="Addresses and ranges"
          placeholder="198.51.100.0/24"
          list={networks.blocked}
          isOff={isOff}
          onChange={(blocked) => onChange({ networks: { ...networks, blocked } })}
        />
        <StepField
          label="From other networks"
          value={networks.otherwise}
          isOff={isOff}
          onChange={(otherwise) => onChange({ networks: { ...networks, otherwise } })}
        />
      </div>
    </>
  )
}

const dayNames = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

/** When people may come. */
export function HourFields({ draft: { hours }, isOff, onChange }: Props) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  const usual = { zone, days: [1, 2, 3, 4, 5], from: '07:00', until: '20:00', otherwise: 'challenge' } as const
  return (
    <>
      <Checkbox
        label="Only at some hours"
        checked={hours !== null}
        disabled={isOff}
        onChange={(event) => onChange({ hours: event.currentTarget.checked ? usual : null })}
      />
      {hours && (
        <>
          <fieldset className="plain-fieldset checks" aria-label="Days">
            {dayNames.map((name, index) => (
              <Checkbox
                key={name}
                label={name}
                checked={hours.days.includes(index + 1)}
                disabled={isOff}
                onChange={(event) => {
                  const others = hours.days.filter((day) => day !== index + 1)
                  const days = event.currentTarget.checked ? [...others, index + 1].sort() : others
                  onChange({ hours: { ...hours, days } })
                }}
              />
            ))}
          </fieldset>
          <div className="fields">
            {(['from', 'until', 'zone'] as const).map((name) => (
              <TextInput
                key={name}
                label={{ from: 'From', until: 'Until', zone: 'Time zone' }[name]}
                type={name === 'zone' ? 'text' : 'time'}
                value={hours[name]}
                disabled={isOff}
                onChange={(event) => onChange({ hours: { ...hours, [name]: event.currentTarget.value } })}
              />
            ))}
            <StepField
              label="At other hours"
              value={hours.otherwise}
              isOff={isOff}
              onChange={(otherwise) => onChange({ hours: { ...hours, otherwise } })}
            />
          </div>
        </>
      )}
    </>
  )
}

/** What is remembered, and for how long. */
export function DeviceFields({ draft: { devices }, isOff, onChange }: Props) {
  const change = (part: Partial<RiskPolicy['devices']>) => onChange({ devices: { ...devices, ...part } })
  return (
    <div className="fields">
      <NumberField
        label="Remembered for (days)"
        value={devices.rememberDays}
        most={365}
        isOff={isOff}
        onChange={(rememberDays) => change({ rememberDays })}
      />
      <NumberField
        label="Devices for each user"
        value={devices.max}
        most={10}
        isOff={isOff}
        onChange={(max) => change({ max })}
      />
      <StepField
        label="With more devices"
        value={devices.otherwise}
        isOff={isOff}
        onChange={(otherwise) => change({ otherwise })}
      />
      <NativeSelect
        label="A device is known by"
        value={devices.proof}
        disabled={isOff}
        data={[
          { value: 'token', label: 'The token it was given' },
          { value: 'fingerprint', label: 'Its looks (can be copied)' },
        ]}
        onChange={(event) => change({ proof: event.currentTarget.value === 'token' ? 'token' : 'fingerprint' })}
      />
    </div>
  )
}

const methods = ['passkey', 'push', 'qr-scan', 'hardware-token', 'time-code', 'message-link', 'message-code']
const weakMethods = ['recovery-code', 'voice', 'questions']

/** What counts as a second factor, at which risk. */
export function MethodFields({ draft, isOff, onChange }: Props) {
  const { refused } = draft
  return (
    <>
      {draft.methods.map(({ from, least }, index) => {
        const change = (part: Partial<RiskPolicy['methods'][number]>) =>
          onChange({ methods: draft.methods.map((one, at) => (at === index ? { ...one, ...part } : one)) })
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a step has no name but its place
          <div className="fields" key={index}>
            <NumberField
              label={`Step ${index + 1}: from a risk of`}
              value={from}
              most={100}
              isOff={isOff}
              onChange={(next) => change({ from: next })}
            />
            <NativeSelect
              label={`Step ${index + 1}: what counts`}
              value={String(least)}
              disabled={isOff}
              data={Object.entries(worths).map(([value, label]) => ({ value, label }))}
              onChange={(event) => change({ least: Number(event.currentTarget.value) })}
            />
          </div>
        )
      })}
      <fieldset className="plain-fieldset">
        <legend>Never counts</legend>
        <div className="checks">
          {[...methods, ...weakMethods].map((method) => (
            <Checkbox
              key={method}
              label={methodName(method)}
              checked={refused.includes(method)}
              disabled={isOff}
              onChange={(event) => {
                const others = refused.filter((one) => one !== method)
                onChange({ refused: event.currentTarget.checked ? [...others, method] : others })
              }}
            />
          ))}
        </div>
      </fieldset>
    </>
  )
}

interface FieldProps<T> {
  readonly label: string
  readonly value: T
  readonly isOff: boolean
  readonly onChange: (value: T) => void
}

function StepField({ label, value, isOff, onChange }: FieldProps<RiskStep>) {
  return (
    <NativeSelect
      label={label}
      value={value}
      disabled={isOff}
      data={stepNames}
      onChange={(event) => onChange(event.currentTarget.value as RiskStep)} // one of the options
    />
  )
}

function NumberField({ label, value, most, isOff, onChange }: FieldProps<number> & { readonly most: number }) {
  return (
    <TextInput
      label={label}
      type="number"
      min={0}
      max={most}
      value={Number.isNaN(value) ? '' : value}
      disabled={isOff}
      onChange={(event) => onChange(event.currentTarget.valueAsNumber)}
    />
  )
}

interface ListProps {
  readonly label: string
  readonly description: string
  readonly placeholder: string
  readonly list: readonly string[]
  readonly isUpper?: boolean
  readonly isOff: boolean
  readonly onChange: (list: readonly string[]) => void
}

/** Words with commas or spaces between them. What is typed stays as it is typed. */
function ListField({ label, description, placeholder, list, isUpper = false, isOff, onChange }: ListProps) {
  const [text, setText] = useState(list.join(', '))
  return (
    <Textarea
      label={label}
      description={description}
      placeholder={placeholder}
      rows={1}
      value={text}
      disabled={isOff}
      onChange={(event) => {
        const typed = event.currentTarget.value
        setText(typed)
        const words = (isUpper ? typed.toUpperCase() : typed).split(/[\s,]+/)
        onChange(words.filter((word) => word !== ''))
      }}
    />
  )
}
