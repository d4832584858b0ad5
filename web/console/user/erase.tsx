import { TextInput } from '@mantine/core'
import { useState } from 'react'
import type { UserDetail } from '../../../contract/console/users.ts'
import { useActing } from '../calls.ts'
import { FormDialog } from '../parts/form-dialog.tsx'
import { isReason, ReasonField } from '../parts/reason-field.tsx'
import { go } from '../router.ts'

/** Removes somebody for good; his name is typed again, so that it is the right one. */
export function EraseUser({ user, onClose }: { readonly user: UserDetail; readonly onClose: () => void }) {
  const [reason, setReason] = useState('')
  const [username, setUsername] = useState('')
  const erase = useActing('users.erase', {
    changes: ['users.list', 'home.look'],
    done: ({ text }) => text,
    onDone: () => {
      onClose()
      go('/console/users')
    },
  })
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title={`Erase ${user.username}`}
      lead="Contacts, methods and devices are removed for good. The log keeps what happened, without the name."
      action="Erase for good"
      isDangerous
      isBusy={erase.isPending}
      isReady={isReason(reason) && username === user.username}
      error={erase.error}
      onSubmit={() => erase.mutate({ params: { id: user.id }, body: { username, reason: reason.trim() } })}
    >
      <ReasonField value={reason} onChange={setReason} />
      <TextInput
        label={`Type ${user.username} to confirm`}
        autoCapitalize="none"
        autoComplete="off"
        spellCheck={false}
        value={username}
        onChange={(event) => setUsername(event.currentTarget.value)}
      />
    </FormDialog>
  )
}
