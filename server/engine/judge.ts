import type { Hashing, Heard, LastUse, Method, Tools } from '../methods/method.ts'
import type { Answer } from '../vocabulary/answer.ts'
import type { Subject } from '../vocabulary/challenge.ts'
import type { Credential } from '../vocabulary/credential.ts'
import type { Decision } from '../vocabulary/decision.ts'
import type { MethodId } from '../vocabulary/method.ts'
import type { RequestMark } from '../vocabulary/request-mark.ts'

/** What an answer is judged by. */
export interface Judgeable {
  readonly method: MethodId
  readonly challengeId: string | null
  readonly pending: string | null
  /** Null for a name that nobody enrolled. */
  readonly userId: string | null
  readonly credentials: readonly Credential[]
  /** What was hashed slowly, by `keyOf`; absent for methods that hash nothing so. */
  readonly digests?: ReadonlyMap<string, Buffer>
  readonly heard?: Heard
}

/** What became of judging: of right ones also which credential, and the step of its code. */
export interface Judged {
  readonly verdict: 'right' | 'wrong' | 'denied'
  readonly credential: { readonly id: string; readonly userId: string; readonly step: number } | null
}

/** What nothing enrolled fits. */
export const wrong: Judged = { verdict: 'wrong', credential: null }

const noDigest = Buffer.alloc(0)

/** Tells what is hashed apart. */
export function keyOf({ salt, parts }: Hashing): string {
  return JSON.stringify([Buffer.from(salt).toString('base64'), ...parts])
}

/** Asks the method about each of the user's credentials; without any, about nothing, which costs the same work. */
export function judge(
  method: Method,
  given: Answer,
  { challengeId, pending, userId, credentials, digests, heard }: Omit<Judgeable, 'method'>,
  tools: Tools,
): Judged {
  const ask = (secret: string | null, last?: LastUse) => {
    const from = { challengeId, pending, secret, answer: given, ...(last && { last }), ...(heard && { heard }) }
    if (!digests) return method.judge(from, tools)
    const mine = method.hashings?.({ ...from, userId }) ?? []
    return method.judge({ ...from, digests: mine.map((one) => digests.get(keyOf(one)) ?? noDigest) }, tools)
  }
  if (method.needs === 'contact' || userId === null || credentials.length === 0) {
    return { verdict: ask(null).kind, credential: null }
  }
  const judged = credentials.map((credential) => {
    const last = { step: credential.lastStep, atMs: credential.lastUsedAtMs }
    return { credential, verdict: ask(credential.secret, last) }
  })
  if (judged.some(({ verdict }) => verdict.kind === 'denied')) return { verdict: 'denied', credential: null }
  for (const { credential, verdict } of judged) {
    if (verdict.kind !== 'right') continue
    return {
      verdict: 'right',
      credential: { id: credential.id, userId, step: verdict.usedStep ?? credential.lastStep + 1 },
    }
  }
  return wrong
}

/** The request that something is decided for. */
export interface DecidedFor {
  readonly customerId: number
  readonly nowMs: number
  readonly request: RequestMark | null
  readonly requestId: string
  /** For the audit, as JSON. */
  readonly detail: string | null
}

/** What was judged, and of whom. */
export interface Decidable {
  readonly method: MethodId
  readonly subject: Subject
  readonly challengeId: string | null
  readonly judged: Judged
  readonly isConfirming: boolean
  readonly stage?: Decision['stage']
  readonly daily?: Decision['daily'] | undefined
}

/** A judged answer as the store takes it. */
export function decisionOf(
  { customerId, nowMs, request, requestId, detail }: DecidedFor,
  { method, subject, challengeId, judged, isConfirming, stage, daily }: Decidable,
): Decision {
  return {
    ...(stage && { stage }),
    ...(daily && { daily }),
    customerId,
    nowMs,
    verdict: judged.verdict,
    method,
    subject,
    challengeId,
    credential: judged.credential,
    isConfirming,
    request,
    audit: {
      kind: isConfirming ? 'enrolment' : 'answer',
      subject: subject.key,
      method,
      challengeId,
      requestId,
      detail,
    },
  }
}
