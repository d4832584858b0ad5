import { Button, Modal } from '@mantine/core'
import { type FormEvent, type ReactNode, useEffect, useRef } from 'react'
import { Trouble } from './trouble.tsx'

interface Props {
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly title: string
  readonly lead?: ReactNode
  /** What the button says: a verb. */
  readonly action: string
  readonly isDangerous?: boolean
  readonly isBusy: boolean
  readonly isReady?: boolean
  readonly error: Error | null
  readonly onSubmit: () => void
  readonly children: ReactNode
  readonly size?: string
}

/** A form in a dialog: what it is for, the fields, one act, and a way out. */
export function FormDialog(props: Props) {
  const { isOpen, onClose, title, lead, action, isDangerous = false, isBusy, isReady = true, error, children } = props
  // A second click may come before the page shows that the first one counted.
  const isSent = useRef(false)
  useEffect(() => {
    isSent.current = isBusy
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!isReady || isBusy || isSent.current) return
    isSent.current = true
    props.onSubmit()
  }
  return (
    <Modal opened={isOpen} onClose={onClose} title={title} size={props.size ?? 'md'}>
      {lead && <p className="modal-lead">{lead}</p>}
      <form className="stack" onSubmit={submit}>
        {children}
        <Trouble error={error} />
        <div className="form-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={isBusy} disabled={!isReady} {...(isDangerous ? { color: 'red' } : {})}>
            {action}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
