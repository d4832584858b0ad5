import { TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'

/** Looks for what is typed, at each letter. `name` says of what, as in `Search users`. */
export function SearchField({
  name,
  placeholder = name,
  className,
  value,
  onChange,
}: {
  readonly name: string
  readonly placeholder?: string
  readonly className?: string
  readonly value: string
  readonly onChange: (value: string) => void
}) {
  return (
    <TextInput
      {...(className === undefined ? {} : { className })}
      type="search"
      aria-label={name}
      placeholder={placeholder}
      leftSection={<IconSearch size={17} />}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}
