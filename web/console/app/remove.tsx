import type { AppRow } from '../../../contract/console/apps.ts'
import { useActing } from '../calls.ts'
import { FormDialog } from '../parts/form-dialog.tsx'

/** Removes an app; its calls are refused from then on. */
export function RemoveApp({ app, onClose }: { readonly app: AppRow; readonly onClose: () => void }) {
  const remove = useActing('apps.remove', { changes: ['apps.list'], done: `${app.name} was removed.`, onDone: onClose })
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title={`Remove ${app.name}`}
      lead="Its calls are refused at once. There is no way back: another app gets another key."
      action="Remove"
      isDangerous
      isBusy={remove.isPending}
      error={remove.error}
      onSubmit={() => remove.mutate({ params: { id: app.id } })}
    >
      {null}
    </FormDialog>
  )
}
