import { setTimeout as sleep } from 'node:timers/promises'
import { fingerprint, keyedDigest, same } from '../security/digest.ts'
import type { Customer } from '../vocabulary/customer.ts'
import type { AnswerClaim } from '../vocabulary/kept-answer.ts'
import { OverloadError } from '../vocabulary/overload.ts'
import type { Engine, Store } from './ports.ts'

/** A request that its caller may repeat, because he named it by a key. Its signature was right. */
export interface KeyedRequest {
  readonly customer: Customer
  /** The endpoint, however its path was spelled: each call has keys of its own. */
  readonly call: string
  readonly key: string
  /** As it was sent: a repeat is one to the byte. */
  readonly body: Uint8Array
}

export type KeyedOutcome =
  | { readonly kind: 'answered' | 'repeated'; readonly answer: string }
  | { readonly kind: KeyedRefusal }

/** `under-way`: the first one is still at work. `unknown`: it broke off, and nobody can say how far it came. */
export type KeyedRefusal = 'other-body' | 'under-way' | 'unknown'

const keptMs = 24 * 3_600_000

/** Longer than any answer takes. Afterwards nobody works on it any more, and nobody ever will. */
const workMsMax = 60_000

/** How long a repeat waits for the answer of the first. */
const waitMsMax = 3_000
const lookAgainMs = 100

/**
 * Does the work of a request once for its key, on whatever node it comes, and keeps the answer for a day. Repeats get that
 * answer, and nothing is done for them. The key is taken before the work begins and the answer kept after its commit, so
 * that a crash between the two can lose an answer and never make a second one, nor one that did not happen. Throws
 * `OverloadError` when nothing was done. `onProblem` is told of every other error.
 */
export async function answerOnce(
  engine: Engine,
  request: KeyedRequest,
  work: (engine: Engine) => Promise<string>,
  onProblem: (error: unknown) => void,
): Promise<KeyedOutcome> {
  const { id } = request.customer
  const claim = claimOf(request, engine.clock())
  const untilMs = performance.now() + waitMsMax
  while (!(await engine.store.write((tx) => tx.keptAnswers.claim(id, claim)))) {
    const outcome = await outcomeOfFirst(engine, id, claim, untilMs)
    if (outcome) return outcome
  }
  const { watched, mayHaveChanged } = watch(engine)
  try {
    const answer = await work(watched)
    // What was done is done: the caller hears of it, and only repeats go without.
    await engine.store.write((tx) => tx.keptAnswers.keep(id, claim.digest, answer)).catch(onProblem)
    return { kind: 'answered', answer }
  } catch (error) {
    const isUntouched = error instanceof OverloadError && !mayHaveChanged()
    const end = isUntouched ? 'giveBack' : 'giveUp'
    await engine.store.write((tx) => tx.keptAnswers[end](id, claim.digest)).catch(onProblem)
    if (isUntouched) throw error
    onProblem(error)
    return { kind: 'unknown' }
  }
}

function claimOf({ customer, call, key, body }: KeyedRequest, nowMs: number): AnswerClaim {
  const digest = fingerprint('idempotency key', call, key)
  const bodyDigest = keyedDigest(customer.digestKey, 'idempotent body', fingerprint(body).toString('hex'))
  return { digest, bodyDigest, claimedAtMs: nowMs, expiresAtMs: nowMs + keptMs }
}

/** What became of the request that has the key; `undefined` when it gave the key back. */
async function outcomeOfFirst(
  { store, clock }: Engine,
  customerId: number,
  { digest, bodyDigest }: AnswerClaim,
  untilMs: number,
): Promise<KeyedOutcome | undefined> {
  for (;;) {
    const first = await store.read.keptAnswers.find(customerId, digest)
    if (!first) return undefined
    if (!same(first.bodyDigest, bodyDigest)) return { kind: 'other-body' }
    if (first.answer !== null) return { kind: 'repeated', answer: first.answer }
    if (clock() - first.claimedAtMs > workMsMax) return { kind: 'unknown' }
    if (performance.now() > untilMs) return { kind: 'under-way' }
    await sleep(lookAgainMs)
  }
}

/** The same engine, and whether anything may have been changed by it. A change that met an overload was not made. */
function watch(engine: Engine) {
  let hasChanged = false
  const noting = async <T>(change: Promise<T>): Promise<T> => {
    try {
      const done = await change
      hasChanged = true
      return done
    } catch (error) {
      if (!(error instanceof OverloadError)) hasChanged = true
      throw error
    }
  }
  const store: Store = {
    ...engine.store,
    write: (job) => noting(engine.store.write(job)),
    decide: (decision) => noting(engine.store.decide(decision)),
    decideCode: (code) => noting(engine.store.decideCode(code)),
    addEvaluation: (evaluation) => noting(engine.store.addEvaluation(evaluation)),
  }
  return { watched: { ...engine, store }, mayHaveChanged: () => hasChanged }
}
