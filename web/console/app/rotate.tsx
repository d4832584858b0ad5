import { useState } from 'react'
import type { AppRow } from '../../../contract/console/apps.ts'
import { useActing } from '../calls.ts'
import { FormDialog } from '../parts/form-dialog.tsx'
import { GraceField, usualGraceMinutes } from '../parts/grace-field.tsx'
import { ShownOnce } from '../parts/shown-once.tsx'

/** Gives an app another secret. */
export function RotateApp({ app, onClose }: { readonly app: AppRow; readonly onClose: () => void }) {
  const [minutes, setMinutes] = useState(usualGraceMinutes)
  const rotate = useActing('apps.rotate', { changes: ['apps.list'] })
  if (rotate.data)
    return (
      <ShownOnce title="The new secret" text={rotate.data.secret} what="secret" onClose={onClose}>
        Put it into {app.name} before the old one ends.
      </ShownOnce>
    )
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title={`Another secret for ${app.name}`}
      action="Make another one"
      isBusy={rotate.isPending}
      error={rotate.error}
      onSubmit={() => rotate.mutate({ params: { id: app.id }, body: { graceMinutes: minutes } })}
    >
      <GraceField minutes={minutes} onChange={setMinutes} />
    </FormDialog>
  )
}
