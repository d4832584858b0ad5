import { evaluate } from '../../engine/adaptive.ts'
import { complete } from '../../engine/adaptive-results.ts'
import type { MethodId } from '../../vocabulary/method.ts'
import type { User } from '../../vocabulary/user.ts'
import type { Call } from './endpoint.ts'
import { type Reply, said } from './words.ts'

/**
 * Weighs a sign-in that has passed all its steps, by what the caller tells of the browser, and learns it. Gives back the
 * score for `adaptiveScore`, or why the policy lets nobody in like this. Callers that tell nothing are weighed at nothing.
 */
export async function weigh(call: Call, user: User, method: MethodId): Promise<{ readonly score: number } | Reply> {
  const { engine, customer, origin, facts, requestId } = call
  const userAgent = facts['userAgent'] ?? null
  const browserFp = facts['browserFp']
  if (origin === null && userAgent === null && browserFp === undefined) return { score: 0 }
  // One word for all of a browser is compared as what most of such words are made of.
  const components: Readonly<Record<string, string>> = browserFp === undefined ? {} : { canvas: browserFp }
  const outcome = await evaluate(engine, {
    customer,
    who: { username: user.username },
    facts: { address: origin, userAgent, hints: {}, components, roundTripMs: null },
    ...{ app: call.app.id, groups: [], deviceToken: null, deviceKey: null, isUntrusted: false, requestId },
  })
  if (!outcome.ok) return said.disabledUser
  if (outcome.decision === 'deny') return said.tooRisky
  const completed = await complete(engine, { customer, id: outcome.id, proof: { method }, trustsDevice: false })
  return completed.ok ? { score: outcome.score } : said.tooRisky
}
