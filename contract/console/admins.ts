import type { ConsoleRoute, Page, Role } from './route.ts'
import type { Admin, FactorKind } from './session.ts'

export interface AdminRow extends Admin {
  readonly state: 'active' | 'invited' | 'disabled'
  readonly factors: readonly FactorKind[]
  readonly lastSignInAtMs: number | null
  readonly createdAtMs: number
}

export interface AdminCalls {
  'admins.list': { answer: Page<AdminRow> }
  /** `link` is shown once and lives 72 hours; mailed too when `send`. */
  'admins.invite': {
    body: { login: string; name: string; role: Role; isServerWide?: boolean; send: boolean }
    answer: { admin: AdminRow; link: string }
  }
  'admins.change': {
    params: { id: string }
    body: { role?: Role; name?: string; isEnabled?: boolean }
    answer: AdminRow
  }
  'admins.reset': { params: { id: string }; answer: { admin: AdminRow; link: string } }
  'admins.remove': { params: { id: string }; answer: { removed: true } }
}

export const adminRoutes = {
  'admins.list': { method: 'GET', path: '/api/console/admins', needs: 'inspect' },
  'admins.invite': { method: 'POST', path: '/api/console/admins', needs: 'own', isDangerous: true },
  'admins.change': { method: 'PUT', path: '/api/console/admins/:id', needs: 'own', isDangerous: true },
  'admins.reset': { method: 'POST', path: '/api/console/admins/:id/reset', needs: 'own', isDangerous: true },
  'admins.remove': { method: 'DELETE', path: '/api/console/admins/:id', needs: 'own', isDangerous: true },
} as const satisfies Record<keyof AdminCalls, ConsoleRoute>
