import { FormDialog } from './form-dialog.tsx'

interface Props {
  readonly title: string
  /** What is lost. */
  readonly lead: string
  readonly action: string
  readonly isBusy: boolean
  readonly error: Error | null
  readonly onConfirm: () => void
  readonly onClose: () => void
}

/** Asks once more before something that there is no way back from. */
export function Confirm({ onConfirm, ...dialog }: Props) {
  return (
    <FormDialog isOpen isDangerous onSubmit={onConfirm} {...dialog}>
      {null}
    </FormDialog>
  )
}
