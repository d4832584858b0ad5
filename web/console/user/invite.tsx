import { Checkbox } from '@mantine/core'
import { useState } from 'react'
import type { UserDetail } from '../../../contract/console/users.ts'
import { useActing } from '../calls.ts'
import { FormDialog } from '../parts/form-dialog.tsx'
import { isReason, ReasonField } from '../parts/reason-field.tsx'
import { ShownOnce } from '../parts/shown-once.tsx'

export type Inviting = 'self-service' | 'passkey'

const words = {
  'self-service': {
    title: 'Invite to self-service',
    lead: 'Makes a link that opens the page where users look after their own methods. It works once.',
  },
  passkey: {
    title: 'Invite to make a passkey',
    lead: 'Makes a link that sets up a passkey. It works once, for whoever has it.',
  },
} as const satisfies Record<Inviting, object>

interface Props {
  readonly user: UserDetail
  readonly inviting: Inviting
  readonly onClose: () => void
}

/** Makes a one-time link for somebody, and mails it when that is wanted. */
export function InviteUser({ user, inviting, onClose }: Props) {
  const [reason, setReason] = useState('')
  const [send, setSend] = useState(user.email !== null)
  const invite = useActing(inviting === 'passkey' ? 'users.invitePasskey' : 'users.invite', {
    changes: ['users.timeline'],
  })
  if (invite.data)
    return (
      <ShownOnce title="The invitation" text={invite.data.link} what="link" onClose={onClose}>
        {invite.data.sentTo
          ? `Sent to ${invite.data.sentTo}. You can also hand the link over yourself.`
          : `Hand it to ${user.username} over a channel that you trust.`}
      </ShownOnce>
    )
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title={words[inviting].title}
      lead={words[inviting].lead}
      action="Make the link"
      isBusy={invite.isPending}
      isReady={isReason(reason)}
      error={invite.error}
      onSubmit={() => invite.mutate({ params: { id: user.id }, body: { send, reason: reason.trim() } })}
    >
      <ReasonField value={reason} onChange={setReason} />
      {user.email !== null && (
        <Checkbox
          label={`Mail it to ${user.email} too`}
          checked={send}
          onChange={(event) => setSend(event.currentTarget.checked)}
        />
      )}
    </FormDialog>
  )
}
