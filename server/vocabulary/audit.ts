/** A line of the audit, before the store adds the outcome. `subject` is a keyed pseudonym, never a name. */
export interface AuditNote {
  readonly kind: string
  readonly subject: string | null
  readonly method: string | null
  readonly challengeId: string | null
  readonly requestId: string | null
  readonly detail: string | null
}

/** What a caller says of where somebody signs in, by its own names. Kept in the audit; nothing is decided by it. */
export type Facts = Readonly<Record<string, string>>

/** A line of the audit as it is read. */
export interface AuditEntry extends AuditNote {
  readonly id: number
  readonly atMs: number
  readonly outcome: string
}

/** Which lines of the audit are wanted; an absent field asks for any. */
export interface AuditWanted {
  readonly before?: number | undefined
  readonly after?: number | undefined
  readonly kind?: string | undefined
  readonly outcome?: string | undefined
  readonly method?: string | undefined
  readonly subjects?: readonly string[] | undefined
  readonly requestId?: string | undefined
  readonly sinceMs?: number | undefined
  readonly untilMs?: number | undefined
  readonly limit: number
}

/** How often something happened within one span of time, which begins at `startMs`. */
export interface AuditCount {
  readonly kind: string
  readonly outcome: string
  readonly method: string | null
  readonly startMs: number
  readonly count: number
}
