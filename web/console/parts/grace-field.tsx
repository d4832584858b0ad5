import { NativeSelect } from '@mantine/core'

const graces = [
  ['0', 'Not at all: it is out in the open'],
  ['60', 'For an hour'],
  ['1440', 'For a day'],
  ['10080', 'For a week'],
] as const

export const usualGraceMinutes = 1_440

/** How long the secret before still counts, so that nothing stands still while the new one is put in place. */
export function GraceField({
  minutes,
  onChange,
}: {
  readonly minutes: number
  readonly onChange: (minutes: number) => void
}) {
  return (
    <NativeSelect
      label="The old one still counts"
      value={String(minutes)}
      data={graces.map(([value, label]) => ({ value, label }))}
      onChange={(event) => onChange(Number(event.currentTarget.value))}
    />
  )
}
