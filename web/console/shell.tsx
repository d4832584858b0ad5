import { ActionIcon, Drawer } from '@mantine/core'
import { IconMenu2, IconSearch } from '@tabler/icons-react'
import { Suspense, useEffect, useState } from 'react'
import { pageAt } from './pages/index.ts'
import { NotFound } from './pages/not-found.tsx'
import { AdminMenu } from './parts/admin-menu.tsx'
import { Boundary } from './parts/boundary.tsx'
import { Link } from './parts/link.tsx'
import { Mark } from './parts/mark.tsx'
import { Navigation } from './parts/navigation.tsx'
import { PageBones } from './parts/page-bones.tsx'
import { QuickSearch } from './parts/quick-search.tsx'
import { useAddress } from './router.ts'
import { useMay, useSession } from './session.ts'

/** The frame of every page: navigation at the side, or behind a button where the window is narrow. */
export function Shell() {
  const { path } = useAddress()
  const [isMenuOpen, setMenuOpen] = useState(false)
  const [isSearching, setSearching] = useState(false)
  const found = pageAt(path)
  const may = useMay(found?.entry.needs ?? 'look')

  useEffect(() => {
    const open = (event: KeyboardEvent) => {
      const isTyping =
        event.target instanceof HTMLElement && event.target.matches('input, textarea, select, [contenteditable]')
      const isShortcut = (event.key === 'k' && (event.ctrlKey || event.metaKey)) || (event.key === '/' && !isTyping)
      if (!isShortcut) return
      event.preventDefault()
      setSearching(true)
    }
    addEventListener('keydown', open)
    return () => removeEventListener('keydown', open)
  }, [])

  const side = (
    <>
      <button
        type="button"
        className="search-button"
        aria-label="Find a user or page"
        onClick={() => setSearching(true)}
      >
        <IconSearch size={17} aria-hidden="true" />
        <span>Search</span>
        <kbd>/</kbd>
      </button>
      <Navigation path={found?.entry.path ?? ''} onGo={() => setMenuOpen(false)} />
      <AdminMenu />
    </>
  )
  return (
    <div className="shell">
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <aside className="side">
        <Brand />
        {side}
      </aside>
      <header className="top">
        <ActionIcon
          variant="subtle"
          color="gray"
          c="var(--ink)"
          size="lg"
          aria-label="Menu"
          onClick={() => setMenuOpen(true)}
        >
          <IconMenu2 size={22} />
        </ActionIcon>
        <Brand />
        <ActionIcon
          variant="subtle"
          color="gray"
          c="var(--ink)"
          size="lg"
          aria-label="Find a user or page"
          onClick={() => setSearching(true)}
        >
          <IconSearch size={20} />
        </ActionIcon>
      </header>
      <Drawer
        opened={isMenuOpen}
        onClose={() => setMenuOpen(false)}
        title={<Brand />}
        size={290}
        classNames={{ body: 'side-drawer' }}
      >
        {side}
      </Drawer>
      <main id="content" className="content" tabIndex={-1}>
        <Warnings />
        <Boundary key={path}>
          <Suspense fallback={<PageBones />}>
            {found && may ? <found.entry.View rest={found.rest} /> : <NotFound isForbidden={found !== undefined} />}
          </Suspense>
        </Boundary>
      </main>
      <QuickSearch isOpen={isSearching} onClose={() => setSearching(false)} />
    </div>
  )
}

function Brand() {
  return (
    <Link to="/console" className="brand">
      <Mark size={28} />
      <span>Countersign</span>
    </Link>
  )
}

/** What every page must say of the customer. */
function Warnings() {
  const { customers, customerId } = useSession().state
  const customer = customers.find(({ id }) => id === customerId)
  if (!customer?.isTest) return null
  return (
    <p className="banner">
      <strong>{customer.name}</strong> is a customer to test with: nothing reaches a gateway and every code is 123456.
    </p>
  )
}
