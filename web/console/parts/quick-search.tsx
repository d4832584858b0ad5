import { Modal } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconSearch, IconUser } from '@tabler/icons-react'
import { type KeyboardEvent, type ReactNode, useId, useState } from 'react'
import { mayDo, type Permission } from '../../../contract/console/route.ts'
import type { UserRow } from '../../../contract/console/users.ts'
import { useReading } from '../calls.ts'
import { pages } from '../pages/index.ts'
import { go } from '../router.ts'
import { useSession } from '../session.ts'

interface Hit {
  readonly to: string
  readonly icon: ReactNode
  readonly title: string
  readonly about: string
}

const usersShown = 7
const pauseMs = 120

/** Finds a user or a page by the keyboard alone; `/` or Ctrl-K opens it. */
export function QuickSearch({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      withCloseButton={false}
      padding={0}
      size="lg"
      yOffset="12vh"
      centered={false}
      title={null}
      attributes={{ content: { 'aria-label': 'Find a user or page' } }}
    >
      <Search onClose={onClose} />
    </Modal>
  )
}

function Search({ onClose }: { readonly onClose: () => void }) {
  const id = useId()
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState(0)
  const hits = useHits(text)
  const follow = (hit: Hit | undefined) => {
    if (!hit) return
    onClose()
    go(hit.to)
  }
  const steer = (event: KeyboardEvent) => {
    if (event.key === 'Enter') return follow(hits[chosen])
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step === 0 || hits.length === 0) return
    event.preventDefault()
    setChosen((chosen + step + hits.length) % hits.length)
  }
  return (
    <div className="quick">
      <div className="quick-field">
        <IconSearch size={20} aria-hidden="true" />
        <input
          // biome-ignore lint/a11y/noAutofocus: it was opened to be typed into, and what is typed at once must not be lost
          autoFocus
          data-autofocus
          role="combobox"
          aria-label="Find a user or page"
          aria-expanded="true"
          aria-controls={id}
          aria-activedescendant={hits[chosen] ? `${id}-${chosen}` : undefined}
          placeholder="Name, e-mail, phone, or a page"
          spellCheck={false}
          autoComplete="off"
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value)
            setChosen(0)
          }}
          onKeyDown={steer}
        />
      </div>
      <div className="quick-hits" role="listbox" id={id} aria-label="Found">
        {hits.map((hit, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field, as a combobox has them
          <div
            key={hit.to}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === chosen}
            onMouseMove={() => setChosen(index)}
            onClick={() => follow(hit)}
          >
            {hit.icon}
            <span className="quick-title">{hit.title}</span>
            <span className="quick-about">{hit.about}</span>
          </div>
        ))}
      </div>
      {hits.length === 0 && (
        <p className="quick-none">Nothing found. Users are found by the beginning of a name, e-mail or phone.</p>
      )}
      <p className="quick-help" aria-hidden="true">
        <kbd>↑</kbd> <kbd>↓</kbd> choose · <kbd>Enter</kbd> open · <kbd>Esc</kbd> close
      </p>
    </div>
  )
}

function useHits(text: string): readonly Hit[] {
  const { admin } = useSession().state
  const [q] = useDebouncedValue(text.trim(), pauseMs)
  const users = useReading('users.list', { query: { q, limit: usersShown } }, { isOn: q !== '' })
  const granted: readonly Permission[] = admin ? mayDo[admin.role] : []
  const wanted = text.trim().toLowerCase()
  const found = pages
    .filter(({ title, needs }) => granted.includes(needs) && title.toLowerCase().includes(wanted))
    .map(
      (page): Hit => ({
        to: page.path,
        icon: <page.icon size={18} aria-hidden="true" />,
        title: page.title,
        about: 'Page',
      }),
    )
  const people = wanted === '' ? [] : (users.data?.items ?? [])
  return [...people.map(hitOf), ...found]
}

function hitOf({ id, username, firstName, lastName, email, phone }: UserRow): Hit {
  const name = [firstName, lastName].filter(Boolean).join(' ')
  return {
    to: `/console/users/${encodeURIComponent(id)}`,
    icon: <IconUser size={18} aria-hidden="true" />,
    title: username,
    about: name || email || phone || 'User',
  }
}
