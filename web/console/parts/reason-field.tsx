import { TextInput } from '@mantine/core'

const reasonLengthMin = 3
const reasonLengthMax = 200

/** Whether a text will do as a reason. */
export function isReason(text: string): boolean {
  return text.trim().length >= reasonLengthMin
}

interface Props {
  readonly value: string
  readonly onChange: (value: string) => void
}

/** Why something is done to somebody: it stays in the audit. */
export function ReasonField({ value, onChange }: Props) {
  return (
    <TextInput
      label="Reason"
      description="Stays in the log with your name. Say it so that a colleague understands it next year."
      placeholder="Lost phone; called back on the number in our directory"
      required
      withAsterisk={false}
      data-autofocus
      maxLength={reasonLengthMax}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}
