import type { ConsoleRoute, Page, Paging } from './route.ts'
import type { MethodWord } from './words.ts'

const megabyte = 1024 * 1024

export interface UserRow {
  readonly id: string
  readonly username: string
  readonly firstName: string | null
  readonly lastName: string | null
  readonly email: string | null
  readonly phone: string | null
  readonly isEnabled: boolean
  readonly isLocked: boolean
  readonly methods: readonly MethodWord[]
  readonly createdAtMs: number
}

export interface UserDetail extends Omit<UserRow, 'methods'> {
  /** The customer's own word, such as `SMS`. */
  readonly preferredMethod: string | null
  readonly methods: readonly UserMethod[]
  /** What the user's groups let him set up and use; null: everything, because none of them names methods. */
  readonly allowed: readonly MethodWord[] | null
  readonly locks: readonly {
    readonly method: string
    readonly failures: number
    readonly untilMs: number | null
    readonly isForGood: boolean
    readonly text: string
  }[]
  readonly groups: readonly { readonly id: string; readonly name: string }[]
  /** Paired phones and remembered browsers. */
  readonly devices: readonly UserDevice[]
}

export interface UserMethod {
  /** Of the credential; null: the method needs none (codes by message). */
  readonly id: string | null
  readonly method: MethodWord
  /** As it is called: an app's name, a serial number, a passkey's name, a masked contact. */
  readonly label: string | null
  readonly isActive: boolean
  readonly createdAtMs: number | null
  readonly lastUsedAtMs: number | null
  /** Of recovery codes: how many are left. */
  readonly left: number | null
  /** Of a temporary code: when it ends. */
  readonly untilMs: number | null
  readonly strength: 'strong' | 'fair' | 'weak'
}

export interface UserDevice {
  readonly id: string
  readonly name: string
  readonly kind: 'browser' | 'phone'
  /** Of a browser: it may still pass without a second factor, until then. */
  readonly isTrusted: boolean
  readonly trustedUntilMs: number | null
  readonly lastSeenAtMs: number | null
  readonly createdAtMs: number
}

/** One thing that befell a user, in words; `details` are the facts behind it. */
export interface TimelineEntry {
  readonly id: string
  readonly atMs: number
  readonly kind: 'asked' | 'approved' | 'refused' | 'delivery' | 'change' | 'lock' | 'notice' | 'admin'
  readonly tone: 'good' | 'bad' | 'warn' | 'plain'
  /** A sentence: "Asked for a code by SMS to •••4567." */
  readonly text: string
  /** A sentence more: why. "The code was wrong; 4 tries were left." */
  readonly why: string | null
  readonly method: MethodWord | null
  readonly challengeId: string | null
  readonly requestId: string | null
  readonly details: readonly { readonly name: string; readonly value: string }[]
}

/** Every act on a user says why; kept in the audit. 3–200 characters. */
export interface Reasoned {
  readonly reason: string
}

export type UserAct =
  | { readonly act: 'unlock' }
  | { readonly act: 'disable' }
  | { readonly act: 'enable' }
  /** Removes every credential of a method, or one of them. */
  | { readonly act: 'reset-method'; readonly method: MethodWord; readonly credentialId?: string }
  /** Makes a code that signs in once, for `hours` (1–24, 1 when absent), beside recovery codes; shown once. */
  | { readonly act: 'temporary-code'; readonly hours?: number }
  /** Forgets a remembered browser, or all of them. */
  | { readonly act: 'end-trust'; readonly deviceId: string | null }
  /** Removes a paired phone with all that it proves. */
  | { readonly act: 'remove-phone'; readonly deviceId: string }

export interface ImportRow {
  readonly row: number
  readonly username: string
  readonly state: 'new' | 'changed' | 'same' | 'wrong'
  readonly problem: string | null
}

export interface ImportReport {
  readonly isDryRun: boolean
  readonly added: number
  readonly changed: number
  readonly same: number
  readonly wrong: number
  /** The first 500, those with a problem before all others. */
  readonly rows: readonly ImportRow[]
}

export interface Invitation {
  readonly link: string
  readonly expiresAtMs: number
  readonly sentTo: string | null
}

export interface UserCalls {
  'users.list': { query: Paging & { q?: string; state?: 'all' | 'disabled' | 'locked' }; answer: Page<UserRow> }
  'users.look': { params: { id: string }; answer: UserDetail }
  'users.timeline': { params: { id: string }; query: { before?: number; limit?: number }; answer: Page<TimelineEntry> }
  'users.add': {
    body: { username: string; email?: string; phone?: string; firstName?: string; lastName?: string }
    answer: UserDetail
  }
  /** An absent field stays, an empty one removes what was there; the username stays too. */
  'users.change': {
    params: { id: string }
    body: Reasoned & { email?: string; phone?: string; firstName?: string; lastName?: string; preferredMethod?: string }
    answer: UserDetail
  }
  /** `code` is the temporary code, shown once. */
  'users.act': {
    params: { id: string }
    body: UserAct & Reasoned
    answer: { user: UserDetail | null; code: string | null; text: string }
  }
  /** Removes the user with everything but the audit; `username` is typed again. */
  'users.erase': { params: { id: string }; body: Reasoned & { username: string }; answer: { text: string } }
  /** CSV with a heading: username,email,phone,firstName,lastName. */
  'users.import': { body: { csv: string; isDryRun: boolean }; answer: ImportReport }
  /** A one-time link to `/me`; `send`: also mailed. */
  'users.invite': { params: { id: string }; body: Reasoned & { send: boolean }; answer: Invitation }
  /** A one-time link to make a passkey. */
  'users.invitePasskey': { params: { id: string }; body: Reasoned & { send: boolean }; answer: Invitation }
}

export const userRoutes = {
  'users.list': { method: 'GET', path: '/api/console/users', needs: 'look' },
  'users.look': { method: 'GET', path: '/api/console/users/:id', needs: 'look' },
  'users.timeline': { method: 'GET', path: '/api/console/users/:id/timeline', needs: 'look' },
  'users.add': { method: 'POST', path: '/api/console/users', needs: 'help' },
  /** An absent field stays, an empty one removes what was there; the username stays too. */
  'users.change': { method: 'PUT', path: '/api/console/users/:id', needs: 'help' },
  'users.act': { method: 'POST', path: '/api/console/users/:id/act', needs: 'help' },
  'users.erase': { method: 'POST', path: '/api/console/users/:id/erase', needs: 'manage', isDangerous: true },
  'users.import': { method: 'POST', path: '/api/console/users/import', needs: 'manage', bodyBytesMax: 4 * megabyte },
  'users.invite': { method: 'POST', path: '/api/console/users/:id/invite', needs: 'help' },
  'users.invitePasskey': { method: 'POST', path: '/api/console/users/:id/invite-passkey', needs: 'help' },
} as const satisfies Record<keyof UserCalls, ConsoleRoute>
