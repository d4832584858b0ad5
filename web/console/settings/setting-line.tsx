import { Button, NativeSelect, PasswordInput, Switch, TextInput } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { type FormEvent, useId, useState } from 'react'
import type { SettingRow } from '../../../contract/console/policy.ts'
import { useActing } from '../calls.ts'
import { Tag } from '../parts/tag.tsx'
import { Trouble } from '../parts/trouble.tsx'
import { useMay, useSession } from '../session.ts'
import { settingTitle } from './titles.ts'

/** One setting: what it means, what it risks, and the field that changes it. */
export function SettingLine({ setting }: { readonly setting: SettingRow }) {
  const { name, meaning, risk, isDefault, scope, kind } = setting
  const { admin } = useSession().state
  const mayManage = useMay('manage')
  const mayChange = mayManage && (scope === 'customer' || admin?.customerId === null) && kind !== 'json'
  const id = useId()
  const save = useActing('settings.set', {
    changes: ['settings.list', 'policy.look', 'delivery.look'],
    done: `${settingTitle(name)}: saved.`,
  })
  const set = (value: string | null) => save.mutate({ params: { name }, body: { value } })
  return (
    <li className="setting">
      <div className="setting-text">
        <p id={id} className="setting-name">
          {settingTitle(name)} {!isDefault && <Tag tone="accent">Changed</Tag>}
        </p>
        <p className="setting-meaning">
          <Marked text={kind === 'boolean' ? withoutChoices(meaning) : meaning} />
        </p>
        {risk && (
          <p className="setting-risk">
            <IconAlertTriangle size={15} aria-label="Risk:" /> <Marked text={risk} />
          </p>
        )}
      </div>
      <div className="setting-field">
        <Field setting={setting} labelId={id} isOff={!mayChange} isBusy={save.isPending} onSet={set} />
        {!isDefault && mayChange && (
          <button type="button" className="text-button" onClick={() => set(null)}>
            Back to {fallbackOf(setting)}
          </button>
        )}
        <Trouble error={save.error} />
      </div>
    </li>
  )
}

function fallbackOf({ kind, fallback }: SettingRow): string {
  if (kind === 'boolean') return fallback === 'true' ? 'on' : 'off'
  return fallback === '' ? 'none' : fallback
}

/** A switch shows what may be chosen: "`true` or `false`: refuse calls …" begins with "Refuse calls …". */
function withoutChoices(meaning: string): string {
  const rest = meaning.replace(/^`true` or `false`: /, '')
  return rest.charAt(0).toUpperCase() + rest.slice(1)
}

/** Words between backticks are values and names, as in the documentation that these texts are from. */
function Marked({ text }: { readonly text: string }) {
  return [...text.matchAll(/`([^`]+)`|[^`]+/g)].map(({ 0: part, 1: value, index }) =>
    value === undefined ? part : <code key={index}>{value}</code>,
  )
}

interface FieldProps {
  readonly setting: SettingRow
  readonly labelId: string
  readonly isOff: boolean
  readonly isBusy: boolean
  readonly onSet: (value: string) => void
}

function Field({ setting, labelId, isOff, isBusy, onSet }: FieldProps) {
  const { kind, value, choices, isSet } = setting
  if (kind === 'boolean')
    return (
      <Switch
        aria-labelledby={labelId}
        size="md"
        checked={value === 'true'}
        disabled={isOff || isBusy}
        onChange={(event) => onSet(String(event.currentTarget.checked))}
      />
    )
  if (kind === 'choice')
    return (
      <NativeSelect
        aria-labelledby={labelId}
        value={value}
        disabled={isOff || isBusy}
        data={[...choices]}
        onChange={(event) => onSet(event.currentTarget.value)}
      />
    )
  if (kind === 'json') return <Tag>{isSet || value ? 'Set' : 'Not set'}</Tag>
  return <TextField key={value} setting={setting} labelId={labelId} isOff={isOff} isBusy={isBusy} onSet={onSet} />
}

function TextField({ setting: { kind, value, isSet }, labelId, isOff, isBusy, onSet }: FieldProps) {
  const [text, setText] = useState(value)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSet(text.trim())
  }
  const common = {
    'aria-labelledby': labelId,
    disabled: isOff,
    value: text,
    placeholder: kind === 'secret' && isSet ? 'set; never shown' : 'none',
    autoComplete: 'off',
  }
  return (
    <form className="setting-form" onSubmit={submit}>
      {kind === 'secret' ? (
        <PasswordInput {...common} onChange={(event) => setText(event.currentTarget.value)} />
      ) : (
        <TextInput
          {...common}
          inputMode={kind === 'number' ? 'numeric' : 'text'}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      )}
      {text.trim() !== value && (
        <Button type="submit" loading={isBusy}>
          Save
        </Button>
      )}
    </form>
  )
}
