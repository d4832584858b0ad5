import type { ConsoleRoute, Page, Paging } from './route.ts'
import type { Reasoned } from './users.ts'

const megabyte = 1024 * 1024

export interface TokenRow {
  readonly serial: string
  readonly kind: 'hotp' | 'totp' | 'yubikey'
  readonly state: 'unassigned' | 'assigned' | 'disabled'
  readonly username: string | null
  readonly digits: number | null
  readonly algorithm: string | null
  readonly periodSeconds: number | null
  readonly isWeak: boolean
  readonly lastUsedAtMs: number | null
  readonly createdAtMs: number
}

export interface TokenFile {
  readonly text: string
  /** Of a protected PSKC file. */
  readonly key?: string
  readonly password?: string
}

export interface TokenImport {
  readonly format: string
  readonly added: number
  readonly weak: readonly string[]
  readonly errors: readonly { readonly row: number; readonly serial: string | null; readonly message: string }[]
}

export interface TokenCalls {
  'tokens.list': { query: Paging & { q?: string; state?: TokenRow['state'] }; answer: Page<TokenRow> }
  'tokens.import': { body: TokenFile & { isDryRun: boolean }; answer: TokenImport }
  'tokens.assign': { params: { serial: string }; body: Reasoned & { username: string }; answer: TokenRow }
  'tokens.act': {
    params: { serial: string }
    body: Reasoned & { act: 'unassign' | 'disable' | 'enable' }
    answer: TokenRow
  }
  'tokens.resync': { params: { serial: string }; body: { codes: readonly [string, string] }; answer: TokenRow }
}

export const tokenRoutes = {
  'tokens.list': { method: 'GET', path: '/api/console/tokens', needs: 'look' },
  'tokens.import': { method: 'POST', path: '/api/console/tokens/import', needs: 'manage', bodyBytesMax: 2 * megabyte },
  'tokens.assign': { method: 'POST', path: '/api/console/tokens/:serial/assign', needs: 'help' },
  'tokens.act': { method: 'POST', path: '/api/console/tokens/:serial/act', needs: 'help' },
  'tokens.resync': { method: 'POST', path: '/api/console/tokens/:serial/resync', needs: 'help' },
} as const satisfies Record<keyof TokenCalls, ConsoleRoute>
