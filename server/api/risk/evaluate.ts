import type { Static } from 'typebox'
import { deviceProofText } from '../../../contract/device-proof.ts'
import type { DeviceReport } from '../../../contract/risk.ts'
import { type EvaluateRequest, evaluate } from '../../engine/adaptive.ts'
import { decoyOf } from '../../engine/adaptive-decoy.ts'
import type { Engine } from '../../engine/ports.ts'
import { factLimits, type Obligation } from '../../risk/facts.ts'
import { keyThatSigned } from '../../security/device-proof.ts'
import type { Around, Caller, Told } from './around.ts'
import type { evaluateBody } from './bodies.ts'
import { offered } from './caller.ts'
import { isTooOften } from './too-often.ts'
import { decoyTypes, offersOf, said } from './words.ts'

export async function evaluateRisk(around: Around, page: Caller, body: Static<typeof evaluateBody>): Promise<Told> {
  const { engine, address } = around
  if (page.session === null && (await isTooOften(engine, page, address))) return said.tooOften
  const outcome = await evaluate(engine, evaluationOf(around, page, body.device))
  if (!outcome.ok) return outcome.reason === 'bad-session' ? said.badSession : said.disabledUser
  const { id: evaluation, decision, deviceToken, resultToken, obligations } = outcome
  const device = deviceToken === null || page.session === null ? {} : { deviceToken }
  if (decision === 'deny') return { ...said.denied, ...device }
  if (decision === 'allow' && page.session !== null)
    return { ...said.allowed, ...device, ...(resultToken === null ? {} : { resultToken }) }
  return { ...said.mustProve, ...device, evaluation, ...typesFor(engine, page, obligations) }
}

/** How the user can be asked. A page without a session is told one way, also for somebody who has none. */
function typesFor(engine: Engine, page: Caller, obligations: readonly Obligation[]) {
  const { customer, origin } = page
  const { all, first } = offersOf(
    obligations,
    offered(engine, customer, { origin, isUntrusted: page.session === null }),
  )
  if (page.session === null)
    return { obligationType: first?.type ?? decoyTypes[decoyOf(page.customer, page.username).kind] }
  return first ? { obligationType: first.type, obligationTypes: all.map(({ type }) => type) } : {}
}

function evaluationOf({ address, userAgent, requestId }: Around, page: Caller, device: DeviceReport): EvaluateRequest {
  const { hints, components, token = null, publicKey, signature } = device
  const facts = {
    address,
    userAgent: userAgent?.slice(0, factLimits.userAgentMax) ?? null,
    hints,
    components,
    roundTripMs: null,
  }
  const common = { customer: page.customer, app: null, groups: [], facts, requestId }
  if (page.session === null) {
    const who = { username: page.username }
    return { ...common, who, deviceToken: null, deviceKey: null, isUntrusted: true }
  }
  const who = { session: page.token, username: page.username, origin: page.origin }
  if (publicKey === undefined || signature === undefined)
    return { ...common, who, deviceToken: token, deviceKey: null, isUntrusted: false }
  const deviceKey = keyThatSigned(deviceProofText(page.token, token ?? ''), publicKey, signature)
  // Whoever signs wrongly has the token from somebody else.
  return { ...common, who, deviceToken: deviceKey === null ? null : token, deviceKey, isUntrusted: false }
}
