import type { AppRow } from '../../../contract/console/apps.ts'
import { useActing } from '../calls.ts'
import { Confirm } from '../parts/confirm.tsx'

/** Removes an app; its calls are refused from then on. */
export function RemoveApp({ app, onClose }: { readonly app: AppRow; readonly onClose: () => void }) {
  const remove = useActing('apps.remove', { changes: ['apps.list'], done: `${app.name} was removed.`, onDone: onClose })
  return (
    <Confirm
      onClose={onClose}
      title={`Remove ${app.name}`}
      lead="Its calls are refused at once. There is no way back: another app gets another key."
      action="Remove"
      isBusy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate({ params: { id: app.id } })}
    />
  )
}
