import { TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import { setQuery, useAddress } from '../router.ts'

const pauseMs = 150

/** What a list is searched for: `text` as it is typed, `q` as it stands in the address a moment later. */
export function useSearch() {
  const q = useAddress().query.get('q') ?? ''
  const [text, setText] = useState(q)
  const [typed] = useDebouncedValue(text.trim(), pauseMs)
  const own = useRef(q)
  useEffect(() => {
    if (typed === own.current) return
    own.current = typed
    setQuery({ q: typed, from: null })
  }, [typed])
  // A link, or the way back, led to another search.
  useEffect(() => {
    if (q === own.current) return
    own.current = q
    setText(q)
  }, [q])
  return { text, setText, q }
}

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
