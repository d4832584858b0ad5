import { Button, Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import { CopyField } from './copy.tsx'

interface Props {
  readonly title: string
  /** Null: nothing is shown. */
  readonly text: string | null
  readonly what: string
  readonly children?: ReactNode
  readonly onClose: () => void
}

/** A secret that is shown now and never again. It closes by its button alone, so that no stray click loses it. */
export function ShownOnce({ title, text, what, children, onClose }: Props) {
  return (
    <Modal
      opened={text !== null}
      onClose={onClose}
      title={title}
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
    >
      <div className="stack">
        {children && <p>{children}</p>}
        <CopyField text={text ?? ''} what={what} />
        <p className="advice">It is shown only this once. Take it with you before you close this.</p>
        <div className="form-end">
          <Button onClick={onClose} data-autofocus>
            I have it
          </Button>
        </div>
      </div>
    </Modal>
  )
}
