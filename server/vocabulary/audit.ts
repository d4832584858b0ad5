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
