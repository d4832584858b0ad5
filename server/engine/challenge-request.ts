import type { Facts } from '../vocabulary/audit.ts'
import type { RequestMark } from '../vocabulary/request-mark.ts'
import type { PersonRequest } from './person.ts'
import type { Language } from './templates.ts'

/** Ask a user something. Absent fields are null. */
export interface ChallengeRequest extends PersonRequest {
  readonly transactionName: string | null
  /** The address the user signs in from, as the caller says; shown to him, and counted. */
  readonly origin: string | null
  /** The `User-Agent` of where he signs in, as the caller says; shown to him as a browser's name. */
  readonly userAgent?: string | null | undefined
  readonly language: Language | null
  /** The caller shows a match number where the user signs in. */
  readonly showsMatchNumber: boolean
  /** What a code is asked for, such as a payment; the answer must repeat it to the letter. */
  readonly binding?: string | undefined
  readonly facts?: Facts | undefined
  readonly request: RequestMark | null
  readonly requestId: string
}
