import { Button, Checkbox, MultiSelect, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { Group } from '../../../contract/console/groups.ts'
import { useActing } from '../calls.ts'
import { FormDialog } from '../parts/form-dialog.tsx'
import { methodName } from '../parts/words.ts'
import { go } from '../router.ts'

const attributesMax = 50
const allowable = [
  'passkey',
  'push',
  'qr-scan',
  'hardware-token',
  'time-code',
  'message-link',
  'message-code',
  'recovery-code',
  'voice',
  'questions',
]

interface Props {
  /** Absent: a new one. */
  readonly group?: Group
  readonly onClose: () => void
}

/** Makes a group, or changes what it carries. */
export function SaveGroup({ group, onClose }: Props) {
  const [name, setName] = useState(group?.name ?? '')
  const [isDefault, setDefault] = useState(group?.isDefault ?? false)
  const [attributes, setAttributes] = useState<readonly (readonly [number, string])[]>(
    group?.attributes.map(({ number, value }) => [number, value] as const) ?? [],
  )
  const [methods, setMethods] = useState<string[]>([...(group?.methods ?? [])])
  const save = useActing('groups.save', {
    changes: ['groups.list', 'groups.look', 'policy.look'],
    done: 'Saved.',
    onDone: ({ id }) => {
      onClose()
      go(`/console/groups/${encodeURIComponent(id)}`)
    },
  })
  const free = Array.from({ length: attributesMax }, (_none, index) => index + 1).find(
    (number) => !attributes.some(([taken]) => taken === number),
  )
  const named = Object.fromEntries(attributes.map(([number, value]) => [`groupAttribute${number}`, value]))
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title={group ? `Change ${group.name}` : 'Add a group'}
      action="Save"
      isBusy={save.isPending}
      isReady={name.trim() !== ''}
      error={save.error}
      onSubmit={() =>
        save.mutate({
          body: { name: name.trim(), isDefault, attributes: named, methods: methods.length === 0 ? null : methods },
        })
      }
    >
      <TextInput
        label="Name"
        required
        withAsterisk={false}
        data-autofocus
        readOnly={group !== undefined}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Checkbox
        label="The default group"
        description="There is exactly one; making this one it ends that of the other."
        checked={isDefault}
        disabled={group?.isDefault ?? false}
        onChange={(event) => setDefault(event.currentTarget.checked)}
      />
      <MultiSelect
        label="Methods allowed"
        description="Members may use these, and those of their other groups that name some. None chosen: all."
        data={allowable.map((method) => ({ value: method, label: methodName(method) }))}
        value={methods}
        onChange={setMethods}
        clearable
      />
      {attributes.map(([number, value]) => (
        <TextInput
          key={number}
          label={`Attribute ${number}`}
          value={value}
          onChange={(event) => {
            const text = event.currentTarget.value
            setAttributes(attributes.map((each) => (each[0] === number ? [number, text] : each)))
          }}
        />
      ))}
      {free !== undefined && (
        <div>
          <Button size="xs" variant="default" onClick={() => setAttributes([...attributes, [free, '']])}>
            Add an attribute
          </Button>
        </div>
      )}
    </FormDialog>
  )
}
