import { Checkbox, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { Role } from '../../../contract/console/route.ts'
import { useActing } from '../calls.ts'
import { FormDialog } from '../parts/form-dialog.tsx'
import { ShownOnce } from '../parts/shown-once.tsx'
import { useSession } from '../session.ts'
import { RoleField } from './role-field.tsx'

/** A new admin: he gets a link, chooses a password and sets up a second factor. */
export function InviteAdmin({ onClose }: { readonly onClose: () => void }) {
  const { admin } = useSession().state
  const [login, setLogin] = useState('')
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('helpdesk')
  const [isServerWide, setServerWide] = useState(false)
  const [send, setSend] = useState(true)
  const invite = useActing('admins.invite', { changes: ['admins.list', 'home.look'] })
  if (invite.data)
    return (
      <ShownOnce title="The invitation" text={invite.data.link} what="link" onClose={onClose}>
        It lives for 72 hours and works once. Whoever has it becomes {invite.data.admin.login}.
      </ShownOnce>
    )
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title="Invite an admin"
      action="Invite"
      isBusy={invite.isPending}
      isReady={login.trim() !== '' && name.trim() !== ''}
      error={invite.error}
      onSubmit={() =>
        invite.mutate({
          body: { login: login.trim(), name: name.trim(), role, send, ...(isServerWide ? { isServerWide } : {}) },
        })
      }
    >
      <TextInput
        label="E-mail"
        type="email"
        placeholder="ann@example.com"
        data-autofocus
        value={login}
        onChange={(event) => setLogin(event.currentTarget.value)}
      />
      <TextInput
        label="Name"
        placeholder="Ann Example"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <RoleField role={role} onChange={setRole} />
      {admin?.customerId === null && (
        <Checkbox
          label="For the whole server, all customers"
          checked={isServerWide}
          onChange={(event) => setServerWide(event.currentTarget.checked)}
        />
      )}
      <Checkbox label="Mail the link too" checked={send} onChange={(event) => setSend(event.currentTarget.checked)} />
    </FormDialog>
  )
}
