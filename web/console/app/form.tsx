import { NativeSelect, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { AppRow } from '../../../contract/console/apps.ts'
import { useActing } from '../calls.ts'
import { FormDialog } from '../parts/form-dialog.tsx'
import { ShownOnce } from '../parts/shown-once.tsx'

const orders = {
  node: 'As the Node.js sample',
  java: 'As the Java sample',
  php: 'As the PHP sample',
  table: 'As the table of fields',
  framed: 'Ours: each field with its length (safest)',
} as const satisfies Record<AppRow['signatureOrder'], string>

interface Props {
  /** Absent: a new one, whose secret is shown once. */
  readonly app?: AppRow
  readonly onClose: () => void
}

/** How an app signs, from where it may call and how many factors it wants. */
export function AppForm({ app, onClose }: Props) {
  const [name, setName] = useState(app?.name ?? '')
  const [order, setOrder] = useState<AppRow['signatureOrder']>(app?.signatureOrder ?? 'node')
  const [addresses, setAddresses] = useState(app?.trustedAddresses.join('\n') ?? '')
  const [factors, setFactors] = useState(app?.factors ?? 1)
  const add = useActing('apps.add', { changes: ['apps.list'] })
  const change = useActing('apps.change', { changes: ['apps.list'], done: 'Saved.', onDone: onClose })
  if (add.data)
    return (
      <ShownOnce title="The app's secret" text={add.data.secret} what="secret" onClose={onClose}>
        {add.data.app.name} signs its calls with it, beside the integration key in the list.
      </ShownOnce>
    )
  const body = {
    signatureOrder: order,
    trustedAddresses: addresses.split(/[\s,]+/).filter((each) => each !== ''),
    factors,
  }
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title={app ? `Change ${app.name}` : 'Add an app'}
      action={app ? 'Save' : 'Add'}
      isBusy={add.isPending || change.isPending}
      isReady={name.trim() !== ''}
      error={add.error ?? change.error}
      onSubmit={() =>
        app ? change.mutate({ params: { id: app.id }, body }) : add.mutate({ body: { ...body, name: name.trim() } })
      }
    >
      <TextInput
        label="Name"
        placeholder="VPN portal"
        readOnly={app !== undefined}
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <NativeSelect
        label="How it signs"
        description="The vendor's pages disagree; take the sample that the app was written by."
        value={order}
        data={Object.entries(orders).map(([value, label]) => ({ value, label }))}
        onChange={(event) => setOrder(event.currentTarget.value as AppRow['signatureOrder'])} // one of the options
      />
      <NativeSelect
        label="Factors that sign a user in"
        value={String(factors)}
        data={[
          { value: '1', label: 'One' },
          { value: '2', label: 'Two different ones' },
        ]}
        onChange={(event) => setFactors(Number(event.currentTarget.value))}
      />
      <Textarea
        label="Addresses that it calls from"
        description="One a line, such as 192.0.2.7 or 192.0.2.0/24. None: anywhere."
        rows={3}
        value={addresses}
        onChange={(event) => setAddresses(event.currentTarget.value)}
      />
    </FormDialog>
  )
}
