/** Somebody whom a customer enrolled. His name is unique there, whatever its case. */
export interface User {
  readonly id: string
  readonly customerId: number
  readonly username: string
  readonly email: string | null
  /** E.164, e.g. `+15551234567`. */
  readonly phone: string | null
  readonly firstName: string | null
  readonly lastName: string | null
  /** The caller's own word for the method the user prefers, e.g. `SMS`; each vendor's words read it. */
  readonly preferredMethod: string | null
  readonly isEnabled: boolean
  readonly createdAtMs: number
}

/** What can be changed of a user; an absent field stays as it is. */
export interface UserChange {
  readonly username?: string
  readonly usernameFolded?: string
  readonly email?: string | null
  readonly phone?: string | null
  readonly firstName?: string | null
  readonly lastName?: string | null
  readonly preferredMethod?: string | null
  readonly isEnabled?: boolean
}

/** Which users are looked for. Absent `text`: all. */
export interface UsersWanted {
  /** The beginning of a username, a first or a last name; or a whole address or phone number, in any spelling of it. */
  readonly text?: { readonly folded: string; readonly email: string | null; readonly phone: string | null } | undefined
  readonly state: 'all' | 'disabled' | 'locked'
  /** Failures in a row that lock for good. */
  readonly failuresMax: number
  readonly nowMs: number
  readonly offset: number
  readonly limit: number
}

/** The part of a list that was wanted. */
export interface UsersFound {
  readonly users: readonly User[]
  /** Of all that were found; no more are counted than `foundMax` of the store. */
  readonly total: number
}

/** A one-time link to the pages where a user looks after himself, or the browser that came by one. */
export interface UserSession {
  readonly customerId: number
  readonly userId: string
  readonly kind: 'link' | 'session'
  /** He proved a factor in it, and not only that the link reached him. */
  readonly isProved: boolean
  readonly usedAtMs: number
  readonly expiresAtMs: number
}
