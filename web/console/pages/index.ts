import {
  type Icon,
  IconActivity,
  IconApps,
  IconCode,
  IconDeviceRemote,
  IconHome,
  IconKey,
  IconLockAccess,
  IconSend,
  IconSettings,
  IconUserCircle,
  IconUsers,
  IconUsersGroup,
} from '@tabler/icons-react'
import { type ComponentType, type LazyExoticComponent, lazy } from 'react'
import type { Permission } from '../../../contract/console.ts'

export interface PageProps {
  /** What follows the page's own path, without slashes around it: a user's id. Empty: nothing. */
  readonly rest: string
}

export interface PageEntry {
  readonly path: string
  readonly title: string
  readonly icon: Icon
  readonly needs: Permission
  /** Under which heading it stands in the navigation; null: it does not. */
  readonly part: 'first' | 'People' | 'Access' | 'Messages' | 'Watch' | 'last' | null
  readonly View: LazyExoticComponent<ComponentType<PageProps>>
}

/** Makes a page of a module's export, loaded when it is first looked at. */
function page<Name extends string>(load: () => Promise<Record<Name, ComponentType<PageProps>>>, name: Name) {
  return lazy(async () => ({ default: (await load())[name] }))
}

/** Every page of the console, in the order of the navigation. */
export const pages: readonly PageEntry[] = [
  {
    path: '/console',
    title: 'Home',
    icon: IconHome,
    needs: 'look',
    part: 'first',
    View: page(() => import('./home.tsx'), 'Home'),
  },
  {
    path: '/console/users',
    title: 'Users',
    icon: IconUsers,
    needs: 'look',
    part: 'People',
    View: page(() => import('./users.tsx'), 'Users'),
  },
  {
    path: '/console/groups',
    title: 'Groups',
    icon: IconUsersGroup,
    needs: 'look',
    part: 'People',
    View: page(() => import('./groups.tsx'), 'Groups'),
  },
  {
    path: '/console/tokens',
    title: 'Tokens',
    icon: IconDeviceRemote,
    needs: 'look',
    part: 'People',
    View: page(() => import('./tokens.tsx'), 'Tokens'),
  },
  {
    path: '/console/policy',
    title: 'Policy',
    icon: IconLockAccess,
    needs: 'inspect',
    part: 'Access',
    View: page(() => import('./policy.tsx'), 'PolicyPage'),
  },
  {
    path: '/console/apps',
    title: 'Apps',
    icon: IconApps,
    needs: 'inspect',
    part: 'Access',
    View: page(() => import('./apps.tsx'), 'Apps'),
  },
  {
    path: '/console/keys',
    title: 'API keys',
    icon: IconKey,
    needs: 'inspect',
    part: 'Access',
    View: page(() => import('./keys.tsx'), 'Keys'),
  },
  {
    path: '/console/delivery',
    title: 'Delivery',
    icon: IconSend,
    needs: 'inspect',
    part: 'Messages',
    View: page(() => import('./delivery.tsx'), 'Delivery'),
  },
  {
    path: '/console/activity',
    title: 'Activity',
    icon: IconActivity,
    needs: 'inspect',
    part: 'Watch',
    View: page(() => import('./activity.tsx'), 'Activity'),
  },
  {
    path: '/console/developers',
    title: 'Developers',
    icon: IconCode,
    needs: 'inspect',
    part: 'Watch',
    View: page(() => import('./developers.tsx'), 'Developers'),
  },
  {
    path: '/console/settings',
    title: 'Settings',
    icon: IconSettings,
    needs: 'inspect',
    part: 'last',
    View: page(() => import('./settings.tsx'), 'Settings'),
  },
  {
    path: '/console/account',
    title: 'Your account',
    icon: IconUserCircle,
    needs: 'look',
    part: null,
    View: page(() => import('./account.tsx'), 'Account'),
  },
]

/** The page at a path, and what follows its own; undefined when there is none. */
export function pageAt(path: string): { readonly entry: PageEntry; readonly rest: string } | undefined {
  const entry = pages
    .filter((each) => path === each.path || (each.path !== '/console' && path.startsWith(`${each.path}/`)))
    .at(0)
  return entry && { entry, rest: decodeURIComponent(path.slice(entry.path.length + 1)) }
}
