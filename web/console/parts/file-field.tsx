import { IconFileUpload } from '@tabler/icons-react'
import { useId, useState } from 'react'

interface Props {
  readonly label: string
  readonly accept: string
  readonly bytesMax: number
  /** The file's text; null: none is chosen any more. */
  readonly onText: (text: string | null) => void
}

/** A file to choose or to drop, read as text. */
export function FileField({ label, accept, bytesMax, onText }: Props) {
  const id = useId()
  const [name, setName] = useState('')
  const [problem, setProblem] = useState('')
  const take = async (file: File | undefined) => {
    const isTooLarge = file !== undefined && file.size > bytesMax
    setName(file?.name ?? '')
    setProblem(
      isTooLarge ? `The file is too large: at most ${(bytesMax / 1e6).toLocaleString('en')} MB. Split it.` : '',
    )
    onText(file && !isTooLarge ? await file.text() : null)
  }
  return (
    <div>
      <label
        className="file-field"
        htmlFor={id}
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault()
          void take(event.dataTransfer.files[0])
        }}
      >
        <IconFileUpload size={26} aria-hidden="true" />
        <span>
          <strong>{name || label}</strong>
          <span>{name ? 'Choose another file' : 'Choose a file, or drop it here'}</span>
        </span>
        <input
          id={id}
          className="unseen"
          type="file"
          accept={accept}
          aria-label={label}
          onChange={(event) => void take(event.currentTarget.files?.[0])}
        />
      </label>
      {problem && (
        <p className="field-problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  )
}
