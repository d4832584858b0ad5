import type { ConsoleRoute, Page, Paging } from './route.ts'
import type { MethodWord } from './words.ts'

export interface Group {
  readonly id: string
  readonly name: string
  readonly isDefault: boolean
  /** The group that every customer has from the beginning and keeps. */
  readonly isBuiltIn: boolean
  readonly members: number
  readonly attributes: readonly { readonly number: number; readonly value: string }[]
  /** The methods that members may use, with those of their other groups that name some; null: it names none. */
  readonly methods: readonly MethodWord[] | null
  readonly createdAtMs: number | null
  readonly updatedAtMs: number | null
}

export interface GroupCalls {
  'groups.list': { query: Paging & { q?: string }; answer: Page<Group> }
  'groups.look': { params: { id: string }; answer: Group }
  'groups.members': { params: { id: string }; query: Paging; answer: Page<{ id: string; username: string }> }
  'groups.save': {
    body: {
      name: string
      isDefault?: boolean
      attributes?: Readonly<Record<string, string | null>>
      methods?: readonly MethodWord[] | null
    }
    answer: Group
  }
  'groups.changeMembers': {
    params: { id: string }
    body: { add: readonly string[]; remove: readonly string[] }
    answer: Group
  }
  'groups.remove': { params: { id: string }; answer: { removed: true } }
}

export const groupRoutes = {
  'groups.list': { method: 'GET', path: '/api/console/groups', needs: 'look' },
  'groups.look': { method: 'GET', path: '/api/console/groups/:id', needs: 'look' },
  'groups.members': { method: 'GET', path: '/api/console/groups/:id/members', needs: 'look' },
  'groups.save': { method: 'POST', path: '/api/console/groups', needs: 'manage' },
  'groups.changeMembers': { method: 'POST', path: '/api/console/groups/:id/members', needs: 'manage' },
  'groups.remove': { method: 'DELETE', path: '/api/console/groups/:id', needs: 'manage' },
} as const satisfies Record<keyof GroupCalls, ConsoleRoute>
