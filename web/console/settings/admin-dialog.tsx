import { useState } from 'react'
import type { AdminRow } from '../../../contract/console/admins.ts'
import { useActing } from '../calls.ts'
import { FormDialog } from '../parts/form-dialog.tsx'
import { ShownOnce } from '../parts/shown-once.tsx'
import { RoleField } from './role-field.tsx'

export type AdminAct = 'role' | 'reset' | 'disable' | 'enable' | 'remove'

const words = {
  role: ['Change the role', 'It counts from the next step on.', 'Save'],
  reset: ['Reset', 'Password, factors and sessions end; a link leads to new ones.', 'Reset'],
  disable: ['Disable', 'Signed out everywhere, and kept out until you enable the account again.', 'Disable'],
  enable: ['Enable', 'Signing in works again, as before.', 'Enable'],
  remove: ['Remove', 'Signed out everywhere, for good. What was done stays in the log.', 'Remove'],
} as const satisfies Record<AdminAct, readonly [string, string, string]>

interface Props {
  readonly admin: AdminRow
  readonly act: AdminAct
  readonly onClose: () => void
}

/** What is done with another admin. */
export function AdminDialog({ admin, act, onClose }: Props) {
  const [role, setRole] = useState(admin.role)
  const options = { changes: ['admins.list'], done: 'Done.', onDone: onClose } as const
  const change = useActing('admins.change', options)
  const remove = useActing('admins.remove', options)
  const reset = useActing('admins.reset', { changes: ['admins.list'] })
  if (reset.data)
    return (
      <ShownOnce title="The link" text={reset.data.link} what="link" onClose={onClose}>
        Hand it to {admin.login} over a channel that you trust. It works once.
      </ShownOnce>
    )
  const [title, lead, action] = words[act]
  const params = { id: admin.id }
  const submit = () => {
    if (act === 'role') change.mutate({ params, body: { role } })
    else if (act === 'reset') reset.mutate({ params })
    else if (act === 'remove') remove.mutate({ params })
    else change.mutate({ params, body: { isEnabled: act === 'enable' } })
  }
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title={`${title}: ${admin.login}`}
      lead={lead}
      action={action}
      isDangerous={act === 'remove' || act === 'disable' || act === 'reset'}
      isBusy={change.isPending || remove.isPending || reset.isPending}
      error={change.error ?? remove.error ?? reset.error}
      onSubmit={submit}
    >
      {act === 'role' ? <RoleField role={role} onChange={setRole} /> : null}
    </FormDialog>
  )
}
