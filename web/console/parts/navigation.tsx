import { Fragment } from 'react'
import { mayDo, type Permission } from '../../../contract/console/route.ts'
import { pages } from '../pages/index.ts'
import { useSession } from '../session.ts'
import { Link } from './link.tsx'

const parts = ['first', 'People', 'Access', 'Messages', 'Watch', 'last'] as const

/** The pages that this admin may look at. `path` is the one that is open. */
export function Navigation({ path, onGo }: { readonly path: string; readonly onGo: () => void }) {
  const { admin } = useSession().state
  const granted: readonly Permission[] = admin ? mayDo[admin.role] : []
  return (
    <nav className="navigation" aria-label="Pages">
      {parts.map((part) => {
        const shown = pages.filter((each) => each.part === part && granted.includes(each.needs))
        if (shown.length === 0) return null
        const isNamed = part !== 'first' && part !== 'last'
        return (
          <Fragment key={part}>
            {isNamed && <p className="navigation-part">{part}</p>}
            <ul data-last={part === 'last'}>
              {shown.map((entry) => (
                <li key={entry.path}>
                  <Link
                    to={entry.path}
                    aria-current={entry.path === path ? 'page' : undefined}
                    onClick={onGo}
                    onPointerEnter={() => void entry.load()}
                    onFocus={() => void entry.load()}
                  >
                    <entry.icon size={19} stroke={1.7} aria-hidden="true" />
                    {entry.title}
                  </Link>
                </li>
              ))}
            </ul>
          </Fragment>
        )
      })}
    </nav>
  )
}
