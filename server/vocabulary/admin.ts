/** Who works in the console. */
export interface Admin {
  readonly id: string
  /** `serverScope`: he looks after all customers. */
  readonly customerId: number
  /** What he signs in with: an e-mail address, or `admin`. */
  readonly login: string
  readonly name: string
  readonly role: AdminRole
  /** What is kept of it; null until he has chosen one. */
  readonly password: string | null
  readonly isEnabled: boolean
  readonly lastSignInAtMs: number | null
  readonly createdAtMs: number
}

export type AdminRole = 'owner' | 'admin' | 'helpdesk' | 'auditor'

/** What an admin proves besides his password; `secret` is the JSON of the method it is judged by. */
export interface AdminFactor {
  readonly id: string
  readonly kind: 'totp' | 'passkey'
  readonly state: 'pending' | 'active'
  readonly name: string
  readonly secret: string
  /** The newest step that was accepted; only ever grows. */
  readonly lastStep: number
  readonly createdAtMs: number
  readonly lastUsedAtMs: number | null
}

/** A browser of an admin. `factor`: the password was right; `enrol`: he has no second factor yet; `in`: he is in. */
export interface AdminSession {
  readonly adminId: string
  readonly step: 'factor' | 'enrol' | 'in'
  /** The passkey question that waits, as JSON. */
  readonly asked: string | null
  /** When he last proved his second factor. */
  readonly confirmedAtMs: number | null
  readonly createdAtMs: number
  readonly usedAtMs: number
  readonly expiresAtMs: number
}

/** What can be changed of a session; an absent field stays as it is. */
export interface AdminSessionChange {
  readonly asked?: string | null
  readonly confirmedAtMs?: number
  readonly usedAtMs?: number
}

/** What can be changed of an admin; an absent field stays as it is. */
export interface AdminChange {
  readonly name?: string
  readonly role?: AdminRole
  readonly isEnabled?: boolean
  readonly password?: string | null
  readonly lastSignInAtMs?: number
}

/** A one-time link to choose a password; `digest` is of the secret that it carries. */
export interface AdminLink {
  readonly digest: Uint8Array
  readonly kind: AdminLinkKind
  readonly untilMs: number
}

/** What such a link is for. */
export type AdminLinkKind = 'first' | 'invited' | 'reset'
