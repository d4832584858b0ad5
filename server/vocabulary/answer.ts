import type { Assertion } from './passkey.ts'

/** What came back from the person. */
export type Answer =
  /** `binding` repeats what the code was asked for, when it was asked for something. */
  | { readonly kind: 'code'; readonly code: string; readonly binding?: string | undefined }
  /** In any order; the questions as they were asked. */
  | { readonly kind: 'answers'; readonly answers: readonly QuestionAnswer[] }
  /** A link's secret with what was decided; `number` is the match number as it was typed. */
  | { readonly kind: 'decision'; readonly secret: string; readonly isAccepted: boolean; readonly number: string | null }
  | { readonly kind: 'assertion'; readonly assertion: Assertion }
  | SignedDecision
  /** A recording, which is listened to elsewhere, or a no; the link's secret, and the number of the digits it is for. */
  | {
      readonly kind: 'recording'
      readonly secret: string
      readonly prompt: number
      readonly isDenied: boolean
      readonly arrivedAtMs: number
    }

/** What was decided on a phone, signed by its key. */
export interface SignedDecision {
  readonly kind: 'signed-decision'
  readonly deviceId: string
  readonly isAccepted: boolean
  /** The match number as it was typed, the secret of the code that was scanned, or empty. */
  readonly proof: string
  /** Exactly what was signed; it names the challenge, the decision, the proof and the transaction. */
  readonly statement: string
  /** ECDSA with P-256 and SHA-256, r||s, in base64url without padding. */
  readonly signature: string
}

/** A security question with what the user typed, as he typed it. */
export interface QuestionAnswer {
  readonly question: string
  readonly answer: string
}
