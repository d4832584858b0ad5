import { NumberInput } from '@mantine/core'
import { useState } from 'react'
import type { UserDetail } from '../../../contract/console/users.ts'
import { tell, useActing } from '../calls.ts'
import { FormDialog } from '../parts/form-dialog.tsx'
import { isReason, ReasonField } from '../parts/reason-field.tsx'
import { ShownOnce } from '../parts/shown-once.tsx'
import { type Act, actWords } from './acts.ts'

interface Props {
  readonly user: UserDetail
  readonly act: Act
  readonly onClose: () => void
}

/** Asks why, does it, and shows the code when there is one. */
export function ActDialog({ user, act, onClose }: Props) {
  const [reason, setReason] = useState('')
  const [hours, setHours] = useState(1)
  const [code, setCode] = useState<string | null>(null)
  const words = actWords[act.act]
  const acting = useActing('users.act', {
    changes: ['users.look', 'users.timeline', 'users.list', 'home.look'],
    onDone: (answer) => {
      tell(answer.text)
      if (answer.code === null) onClose()
      else setCode(answer.code)
    },
  })
  if (code !== null)
    return (
      <ShownOnce title="Temporary code" text={code} what="code" onClose={onClose}>
        Read it to {user.username} over a channel that you trust. It signs in once, within{' '}
        {hours === 1 ? 'the hour' : `${hours} hours`}.
      </ShownOnce>
    )
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title={act.act === 'temporary-code' ? 'Make a temporary code' : `${words.title}: ${user.username}`}
      lead={words.lead(user, act)}
      action={act.act === 'temporary-code' ? 'Make the code' : words.title}
      isDangerous={'isDangerous' in words}
      isBusy={acting.isPending}
      isReady={isReason(reason)}
      error={acting.error}
      onSubmit={() => acting.mutate({ params: { id: user.id }, body: { ...timed(act, hours), reason: reason.trim() } })}
    >
      {act.act === 'temporary-code' && (
        <NumberInput
          label="Hours"
          description="How long it counts: 1–24."
          min={1}
          max={24}
          clampBehavior="strict"
          allowDecimal={false}
          value={hours}
          onChange={(value) => setHours(Number(value) || 1)}
        />
      )}
      <ReasonField value={reason} onChange={setReason} />
    </FormDialog>
  )
}

function timed(act: Act, hours: number): Act {
  return act.act === 'temporary-code' ? { ...act, hours } : act
}
