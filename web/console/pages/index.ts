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
import type { Permission } from '../../../contract/console/route.ts'
import type { PageProps } from './page-props.ts'

interface PageEntry {
  readonly path: string
  readonly title: string
  readonly icon: Icon
  readonly needs: Permission
  /** Under which heading it stands in the navigation; null: it does not. */
  readonly part: 'first' | 'People' | 'Access' | 'Messages' | 'Watch' | 'last' | null
  readonly View: LazyExoticComponent<ComponentType<PageProps>>
  /** Begins to load it, for when it is about to be looked at. */
  readonly load: () => Promise<unknown>
}

/** A page that is one of a module's exports, loaded when it is first looked at. */
function page<Name extends string>(load: () => Promise<Record<Name, ComponentType<PageProps>>>, name: Name) {
  return { load, View: lazy(async () => ({ default: (await load())[name] })) }
}

/** Every page of the console, in the order of the navigation. */
export const pages: readonly PageEntry[] = [
  {
    path: '/console',
    title: 'Home',
    icon: IconHome,
    needs: 'look',
    part: 'first',
    ...page(() => import('./home.tsx'), 'Home'),
  },
  {
    path: '/console/users',
    title: 'Users',
    icon: IconUsers,
    needs: 'look',
    part: 'People',
    ...page(() => import('./users.tsx'), 'Users'),
  },
  {
    path: '/console/groups',
    title: 'Groups',
    icon: IconUsersGroup,
    needs: 'look',
    part: 'People',
    ...page(() => import('./groups.tsx'), 'Groups'),
  },
  {
    path: '/console/tokens',
    title: 'Tokens',
    icon: IconDeviceRemote,
    needs: 'look',
    part: 'People',
    ...page(() => import('./tokens.tsx'), 'Tokens'),
  },
  {
    path: '/console/policy',
    title: 'Policy',
    icon: IconLockAccess,
    needs: 'inspect',
    part: 'Access',
    ...page(() => import('./policy.tsx'), 'PolicyPage'),
  },
  {
    path: '/console/apps',
    title: 'Apps',
    icon: IconApps,
    needs: 'inspect',
    part: 'Access',
    ...page(() => import('./apps.tsx'), 'Apps'),
  },
  {
    path: '/console/keys',
    title: 'API keys',
    icon: IconKey,
    needs: 'inspect',
    part: 'Access',
    ...page(() => import('./keys.tsx'), 'Keys'),
  },
  {
    path: '/console/delivery',
    title: 'Delivery',
    icon: IconSend,
    needs: 'inspect',
    part: 'Messages',
    ...page(() => import('./delivery.tsx'), 'Delivery'),
  },
  {
    path: '/console/activity',
    title: 'Activity',
    icon: IconActivity,
    needs: 'inspect',
    part: 'Watch',
    ...page(() => import('./activity.tsx'), 'Activity'),
  },
  {
    path: '/console/developers',
    title: 'Developers',
    icon: IconCode,
    needs: 'inspect',
    part: 'Watch',
    ...page(() => import('./developers.tsx'), 'Developers'),
  },
  {
    path: '/console/settings',
    title: 'Settings',
    icon: IconSettings,
    needs: 'inspect',
    part: 'last',
    ...page(() => import('./settings.tsx'), 'Settings'),
  },
  {
    path: '/console/account',
    title: 'Your account',
    icon: IconUserCircle,
    needs: 'look',
    part: null,
    ...page(() => import('./account.tsx'), 'Account'),
  },
]

/** The page at a path, and what follows its own; undefined when there is none. */
export function pageAt(path: string): { readonly entry: PageEntry; readonly rest: string } | undefined {
  const entry = pages
    .filter((each) => path === each.path || (each.path !== '/console' && path.startsWith(`${each.path}/`)))
    .at(0)
  return entry && { entry, rest: decodeURIComponent(path.slice(entry.path.length + 1)) }
}
