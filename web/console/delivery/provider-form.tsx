import { Checkbox, NativeSelect, PasswordInput, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { ProviderRow } from '../../../contract/console/delivery.ts'
import type { Via } from '../../../contract/console/words.ts'
import { Problem } from '../api.ts'
import { FormDialog } from '../parts/form-dialog.tsx'
import { viaNames } from '../parts/words.ts'
import { type ProviderField, type ProviderKind, providerKinds } from './kinds.ts'

type Type = ProviderRow['type']

interface Props {
  /** Absent: a new one. */
  readonly provider?: ProviderRow
  readonly isBusy: boolean
  readonly error: Error | null
  readonly onClose: () => void
  readonly onSave: (provider: Readonly<Record<string, unknown>>) => void
}

/** Everything about one gateway. Secrets that are left empty stay as they are. */
export function ProviderForm({ provider, isBusy, error, onClose, onSave }: Props) {
  const [type, setType] = useState<Type>(provider?.type ?? 'twilio')
  const [id, setId] = useState(provider?.id ?? '')
  const [via, setVia] = useState<readonly Via[]>(provider?.via ?? ['sms'])
  const [countries, setCountries] = useState(provider?.countries.join(', ') ?? '')
  const [values, setValues] = useState(() => textsOf(provider))
  const [problem, setProblem] = useState<Error | null>(null)
  const kind: ProviderKind = providerKinds[type]
  const choose = (next: Type) => {
    setType(next)
    setVia(providerKinds[next].via.slice(0, 1))
  }
  const submit = () => {
    try {
      const codes = countries
        .toUpperCase()
        .split(/[\s,]+/)
        .filter((code) => code !== '')
      const common = { id: id.trim(), type, via, ...(codes.length > 0 ? { countries: codes } : {}) }
      setProblem(null)
      onSave({ ...common, ...valuesOf(kind, values) })
    } catch {
      setProblem(
        new Problem({ code: 'invalid', message: 'The headers are not JSON: write them as {"name": "value"}.' }),
      )
    }
  }
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title={provider ? `Change ${provider.id}` : 'Add a gateway'}
      lead={provider ? 'Secrets are never shown; those left empty stay as they are.' : undefined}
      action="Save"
      size="lg"
      isBusy={isBusy}
      isReady={id.trim() !== '' && via.length > 0}
      error={problem ?? error}
      onSubmit={submit}
    >
      <div className="fields">
        <NativeSelect
          label="Kind"
          value={type}
          disabled={provider !== undefined}
          data={Object.entries(providerKinds).map(([value, { label }]) => ({ value, label }))}
          onChange={(event) => choose(event.currentTarget.value as Type)} // one of the options
        />
        <TextInput
          label="Name"
          description="In reports: letters, digits and -."
          placeholder="twilio"
          readOnly={provider !== undefined}
          value={id}
          onChange={(event) => setId(event.currentTarget.value.toLowerCase())}
        />
      </div>
      {kind.via.length > 1 && (
        <div className="row">
          {kind.via.map((each) => (
            <Checkbox
              key={each}
              label={viaNames[each]}
              checked={via.includes(each)}
              onChange={(event) =>
                setVia(event.currentTarget.checked ? [...via, each] : via.filter((other) => other !== each))
              }
            />
          ))}
        </div>
      )}
      <div className="fields">
        {kind.fields.map((field) => (
          <Field
            key={field.name}
            field={field}
            value={values[field.name] ?? ''}
            isKept={provider !== undefined}
            onChange={(value) => setValues({ ...values, [field.name]: value })}
          />
        ))}
      </div>
      {kind.via[0] !== 'email' && (
        <TextInput
          label="Countries"
          description="Two letters each, such as US, MX. None: all."
          value={countries}
          onChange={(event) => setCountries(event.currentTarget.value)}
        />
      )}
    </FormDialog>
  )
}

interface FieldProps {
  readonly field: ProviderField
  readonly value: string
  /** Whether a secret that is left empty stays as it is. */
  readonly isKept: boolean
  readonly onChange: (value: string) => void
}

function Field({ field, value, isKept, onChange }: FieldProps) {
  const { label, about, placeholder, isSecret = false, isOptional = false, kind } = field
  const common = {
    label: isOptional ? `${label} (if needed)` : label,
    ...(about ? { description: about } : {}),
    placeholder: isSecret && isKept ? 'as it is' : (placeholder ?? ''),
    required: !isOptional && !(isSecret && isKept),
    withAsterisk: false,
    autoComplete: 'off',
    value,
  }
  if (kind === 'boolean')
    return (
      <Checkbox
        className="field-check"
        label={label}
        checked={value === 'true'}
        onChange={(event) => onChange(String(event.currentTarget.checked))}
      />
    )
  if (kind === 'json' || kind === 'lines')
    return <Textarea {...common} rows={3} onChange={(event) => onChange(event.currentTarget.value)} />
  if (isSecret) return <PasswordInput {...common} onChange={(event) => onChange(event.currentTarget.value)} />
  return <TextInput {...common} onChange={(event) => onChange(event.currentTarget.value)} />
}

function textsOf(provider: ProviderRow | undefined): Readonly<Record<string, string>> {
  const shown = Object.entries(provider?.shown ?? {})
  return Object.fromEntries(
    shown.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  )
}

/** Throws when something that should be JSON is not. */
function valuesOf(kind: ProviderKind, texts: Readonly<Record<string, string>>): Record<string, unknown> {
  const entries = kind.fields.flatMap(({ name, kind: of }): [string, unknown][] => {
    const text = texts[name]?.trim() ?? ''
    if (text === '') return []
    return [[name, of === 'number' || of === 'boolean' || of === 'json' ? JSON.parse(text) : text]]
  })
  return Object.fromEntries(entries)
}
