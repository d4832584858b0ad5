import type { AccountInfo } from './pairing.ts'

/** All that waits for this phone. */
export interface PromptList {
  readonly nowMs: number
  /** Newest first. */
  readonly prompts: readonly Prompt[]
}

/** A question that waits for its user. */
export interface Prompt {
  readonly id: string
  readonly kind: 'push' | 'scan' | 'voice'
  readonly account: AccountInfo
  /** What is asked for, such as `Buy Casio Watch $200`; null: to sign in. One line without control characters. */
  readonly transactionName: string | null
  /** The address the sign-in came from, as the site says; null: it said nothing. */
  readonly origin: string | null
  /** Where that is, such as `Lisbon, Portugal`; null: not known. */
  readonly place: string | null
  /** The browser, such as `Firefox on Windows`, as the site says; null: it said nothing. */
  readonly browser: string | null
  readonly createdAtMs: number
  readonly expiresAtMs: number
  /** True: approving needs the two digits that the login page shows. False: it needs a press that is held. */
  readonly needsNumber: boolean
  /** Of `voice`: the path on this server of the page where the user speaks; null for all others. */
  readonly page: string | null
}

/** `<prompt id>.<secret>`, as `readLink` gives it. */
export interface ScannedCode {
  readonly code: string
}

/** The question behind a scanned code. */
export interface ScannedPrompt {
  readonly nowMs: number
  readonly prompt: Prompt
}

/** `report`: deny, and "I did not start this". */
export type PromptDecision = 'approve' | 'deny' | 'report'

/** What the user decided, signed by the key of the pairing. */
export interface PromptAnswer {
  readonly decision: PromptDecision
  /** The digits that were typed, the secret of the scanned code, or empty. Empty when not approving a push. */
  readonly proof: string
  /** Over `decisionText`. */
  readonly signature: string
}

/** What became of the question. */
export interface Answered {
  readonly nowMs: number
  readonly state: 'approved' | 'denied'
}

/** What a push message says once it is decrypted. */
export interface PushPayload {
  readonly kind: 'prompt'
  /** The device id of the pairing. */
  readonly device: string
}
