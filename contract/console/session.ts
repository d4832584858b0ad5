import type { ConsoleRoute, Role } from './route.ts'

export interface Admin {
  readonly id: string
  /** What he signs in with: an e-mail address, or `admin`. */
  readonly login: string
  readonly name: string
  readonly role: Role
  /** Null: of the whole server, all customers. */
  readonly customerId: number | null
}

export interface SessionState {
  /** `out`: nobody; `factor`: password was right, the second factor is next; `enrol`: he has none yet and sets one up now. */
  readonly step: 'out' | 'factor' | 'enrol' | 'in'
  /** Goes into `x-csrf-token`; null while `out`. */
  readonly csrfToken: string | null
  readonly admin: Admin | null
  /** The factors that he can prove now. */
  readonly factors: readonly FactorKind[]
  /** Those he may look at; one of them, unless he is of the whole server. Empty before `in`. */
  readonly customers: readonly { readonly id: number; readonly name: string; readonly isTest: boolean }[]
  /** The customer of this call. */
  readonly customerId: number | null
  /** Until then dangerous calls pass without `session.confirm`. */
  readonly confirmedUntilMs: number | null
  readonly expiresAtMs: number | null
  readonly mode: 'development' | 'production'
  readonly version: string
  readonly baseUrl: string
}

export type FactorKind = 'totp' | 'passkey'

export interface Factor {
  readonly id: string
  readonly kind: FactorKind
  readonly name: string
  readonly createdAtMs: number
  readonly lastUsedAtMs: number | null
}

/** What `navigator.credentials.get` and `create` are given and give, as @simplewebauthn/browser reads and writes it. */
export type WebAuthnJson = Readonly<Record<string, unknown>>

export type FactorProof =
  | { readonly kind: 'totp'; readonly code: string }
  | { readonly kind: 'passkey'; readonly assertion: WebAuthnJson }

export interface NewTotp {
  readonly id: string
  readonly secretText: string
  readonly uri: string
  /** A QR code as an SVG document. */
  readonly qrSvg: string
}

export interface SessionCalls {
  // Sign-in. Every step answers the state it led to, with a new token.
  'session.look': { answer: SessionState }
  'session.password': { body: { login: string; password: string }; answer: SessionState }
  'session.passkeyOptions': { answer: { options: WebAuthnJson } }
  'session.factor': { body: FactorProof; answer: SessionState }
  'session.confirm': { body: FactorProof; answer: SessionState }
  'session.end': { answer: SessionState }
  /** The secret of a one-time link, `/console/setup#<secret>`: whose it is. */
  'setup.look': {
    body: { secret: string }
    answer: { login: string; name: string; kind: 'first' | 'invited' | 'reset' }
  }
  /** Chooses the password (at least 12 characters); then the second factor is set up (`enrol`), and only then does the link end. */
  'setup.begin': { body: { secret: string; login?: string; name?: string; password: string }; answer: SessionState }
  // While `enrol`, or signed in (then dangerous): a factor more.
  'factors.list': { answer: { factors: readonly Factor[] } }
  'factors.newTotp': { answer: NewTotp }
  'factors.confirmTotp': { body: { id: string; code: string; name: string }; answer: SessionState }
  'factors.newPasskey': { answer: { options: WebAuthnJson } }
  'factors.confirmPasskey': { body: { attestation: WebAuthnJson; name: string }; answer: SessionState }
  'factors.remove': { params: { id: string }; answer: { factors: readonly Factor[] } }
  'account.password': { body: { current: string; next: string }; answer: SessionState }
  /** Ends every other session of this admin. */
  'account.endOthers': { answer: { ended: number } }
}

export const sessionRoutes = {
  'session.look': { method: 'GET', path: '/api/console/session', needs: 'nobody' },
  'session.password': { method: 'POST', path: '/api/console/session/password', needs: 'nobody' },
  'session.passkeyOptions': { method: 'POST', path: '/api/console/session/passkey-options', needs: 'begun' },
  'session.factor': { method: 'POST', path: '/api/console/session/factor', needs: 'begun' },
  'session.confirm': { method: 'POST', path: '/api/console/session/confirm', needs: 'self' },
  'session.end': { method: 'POST', path: '/api/console/session/end', needs: 'begun' },
  'setup.look': { method: 'POST', path: '/api/console/setup/look', needs: 'nobody' },
  'setup.begin': { method: 'POST', path: '/api/console/setup', needs: 'nobody' },
  'factors.list': { method: 'GET', path: '/api/console/factors', needs: 'self' },
  'factors.newTotp': { method: 'POST', path: '/api/console/factors/totp', needs: 'enrolling', isDangerous: true },
  'factors.confirmTotp': {
    method: 'POST',
    path: '/api/console/factors/totp/confirm',
    needs: 'enrolling',
    isDangerous: true,
  },
  'factors.newPasskey': { method: 'POST', path: '/api/console/factors/passkey', needs: 'enrolling', isDangerous: true },
  'factors.confirmPasskey': {
    method: 'POST',
    path: '/api/console/factors/passkey/confirm',
    needs: 'enrolling',
    isDangerous: true,
  },
  'factors.remove': { method: 'DELETE', path: '/api/console/factors/:id', needs: 'self', isDangerous: true },
  'account.password': { method: 'POST', path: '/api/console/account/password', needs: 'self', isDangerous: true },
  'account.endOthers': { method: 'POST', path: '/api/console/account/end-others', needs: 'self' },
} as const satisfies Record<keyof SessionCalls, ConsoleRoute>
