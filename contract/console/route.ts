/** What an admin is; each may do what `mayDo` says. */
export type Role = 'owner' | 'admin' | 'helpdesk' | 'auditor'

/** What a call needs of its admin. */
export type Permission =
  /** Look at people and what befell them. */
  | 'look'
  /** Help people: unlock, reset, invite, hand out tokens. */
  | 'help'
  /** Look at how everything is set up, at the whole log and at reports. */
  | 'inspect'
  /** Change how everything is set up. */
  | 'manage'
  /** Keys and admins. */
  | 'own'

export const mayDo = {
  owner: ['look', 'help', 'inspect', 'manage', 'own'],
  admin: ['look', 'help', 'inspect', 'manage'],
  helpdesk: ['look', 'help'],
  auditor: ['look', 'inspect'],
} as const satisfies Record<Role, readonly Permission[]>

export interface ConsoleRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** `:name` is one of the call's `params`. */
  readonly path: string
  /**
   * `nobody`: before anybody signed in; `begun`: any session, half signed in too; `enrolling`: signed in, or setting up
   * the first factor; `self`: any admin who is signed in.
   */
  readonly needs: Permission | 'nobody' | 'begun' | 'enrolling' | 'self'
  /** Refused with `confirm-needed` when signed in, unless the admin proved his second factor in the last ten minutes (`session.confirm`). */
  readonly isDangerous?: true
  /** The largest body in bytes, where 64 KiB are not enough. */
  readonly bodyBytesMax?: number
}

/** Every refusal. `message` is a whole sentence for people. */
export interface ConsoleProblem {
  readonly code: ProblemCode
  readonly message: string
  /** The field of the body that it is about, such as `email`. */
  readonly field?: string
  /** Further sentences, such as one a row. */
  readonly details?: readonly string[]
}

export type ProblemCode =
  /** 401: not signed in, or no longer. */
  | 'signed-out'
  /** 401: wrong password, code, passkey or link. */
  | 'wrong'
  /** 403: the role does not allow it. */
  | 'not-allowed'
  /** 403: prove the second factor again (`session.confirm`), then repeat the call. */
  | 'confirm-needed'
  /** 403: another site sent it, or its token is missing. */
  | 'cross-site'
  /** 404 */
  | 'not-found'
  /** 409: the name is taken, or somebody else changed it first. */
  | 'conflict'
  /** 422: see `field` and `message`. */
  | 'invalid'
  /** 423: too many wrong answers. */
  | 'locked'
  /** 429 */
  | 'too-many'
  /** 503: too busy; try again. */
  | 'busy'
  /** 500 */
  | 'broken'

/** A part of a list. */
export interface Page<T> {
  readonly items: readonly T[]
  /** Of the whole list, or of what was looked for. */
  readonly total: number
  /** False: there are more than `total`, and counting them all would take too long. */
  readonly isTotalExact: boolean
}

/** `limit` 1–200, 50 when absent. */
export interface Paging {
  readonly offset?: number
  readonly limit?: number
}

export interface Call {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: object
  readonly body?: unknown
  readonly answer: unknown
}
