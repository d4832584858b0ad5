import { useState } from 'react'
import type { UserDetail } from '../../../contract/console/users.ts'
import { useActing } from '../calls.ts'
import { FormDialog } from '../parts/form-dialog.tsx'
import { isReason, ReasonField } from '../parts/reason-field.tsx'
import { PersonFields } from './person-fields.tsx'

/** Changes how somebody is reached. The user is told at the old contact. */
export function ChangeUser({ user, onClose }: { readonly user: UserDetail; readonly onClose: () => void }) {
  const before = {
    username: user.username,
    email: user.email ?? '',
    phone: user.phone ?? '',
    firstName: user.firstName ?? '',
    lastName: user.lastName ?? '',
  }
  const [person, setPerson] = useState(before)
  const [reason, setReason] = useState('')
  const change = useActing('users.change', {
    changes: ['users.look', 'users.timeline', 'users.list'],
    done: 'Saved.',
    onDone: onClose,
  })
  const changed = Object.fromEntries(
    (['email', 'phone', 'firstName', 'lastName'] as const)
      .filter((name) => person[name].trim() !== before[name])
      .map((name) => [name, person[name].trim()]),
  )
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title={`Change ${user.username}`}
      lead="Whoever holds the phone or mailbox can get in. The user is told at the old contact."
      action="Save"
      isBusy={change.isPending}
      isReady={isReason(reason) && Object.keys(changed).length > 0}
      error={change.error}
      onSubmit={() => change.mutate({ params: { id: user.id }, body: { ...changed, reason: reason.trim() } })}
    >
      <PersonFields person={person} onChange={setPerson} error={change.error} />
      <ReasonField value={reason} onChange={setReason} />
    </FormDialog>
  )
}
