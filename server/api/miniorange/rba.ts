import { isIP } from 'node:net'
import Type from 'typebox'
import { evaluate, type Recalled, recall } from '../../engine/adaptive.ts'
import { complete } from '../../engine/adaptive-results.ts'
import { foldUsername } from '../../engine/contacts.ts'
import { isAppSecret } from '../../engine/customer-secrets.ts'
import { factLimits, type SignInFacts } from '../../risk/facts.ts'
import { fingerprint } from '../../security/digest.ts'
import { line } from '../line.ts'
import { customerKey, username } from './bodies.ts'
import { type Call, endpoint, type Reply } from './endpoint.ts'
import { completeRefusals, decisions, evaluateRefusals, riskSaid } from './risk-words.ts'
import { said } from './words.ts'

/** The calls behind the adaptive plugins of Magento and WordPress: attributes, decision, "trust this device". */

const who = { customerKey, userKey: username }
const sessionUuid = line(64, 'As `acs` gave it.')
const attributes = Type.Array(
  Type.Object({
    attrName: Type.String({ maxLength: 100 }),
    attrValue: Type.Optional(Type.Unknown({ description: 'A text, a number or a truth value.' })),
  }),
  { maxItems: 100, description: 'What the script of the plugin collected in the browser.' },
)

export const acsCall = endpoint({
  path: '/rest/rba/acs',
  summary: 'Adaptive: hand over what was collected in the browser',
  refusal: 'ERROR',
  body: Type.Object({ ...who, attributes: Type.Optional(attributes) }),
  async handle({ engine, caller: { customer }, body, requestId }) {
    const facts = factsOf(
      new Map((body.attributes ?? []).map(({ attrName, attrValue }) => [attrName, textOf(attrValue)])),
    )
    const outcome = await evaluate(engine, {
      customer,
      who: { username: body.userKey },
      ...{ app: null, groups: [], facts, requestId },
      // These plugins keep nothing in the browser that a stranger could not make up.
      ...{ deviceToken: null, deviceKey: null, isUntrusted: false },
    })
    return outcome.ok ? { sessionUuid: outcome.id, ...said.done } : evaluateRefusals[outcome.reason]
  },
})

export const evaluateRiskCall = endpoint({
  path: '/rest/rba/evaluate-risk',
  summary: 'Adaptive: whether the user may go on',
  refusal: 'ERROR',
  body: Type.Object({ ...who, appSecret: line(100, 'As `getapp-secret` gives it.'), sessionUuid }),
  async handle(call) {
    const { engine, caller, body } = call
    if (!isAppSecret(caller.customer, body.appSecret, engine.clock())) return riskSaid.wrongSecret
    const evaluation = await evaluationOf(call)
    return evaluation ? { ...decisions[evaluation.decision] } : ended
  },
})

export const registerProfileCall = endpoint({
  path: '/rest/rba/register-profile',
  summary: 'Adaptive: the user has proved himself, and trusts this device',
  refusal: 'ERROR',
  body: Type.Object({ ...who, sessionUuid }),
  async handle(call): Promise<Reply> {
    const { engine, caller } = call
    const evaluation = await evaluationOf(call)
    if (!evaluation) return ended
    const { customer } = caller
    const outcome = await complete(engine, { customer, id: evaluation.id, proof: 'caller', trustsDevice: true })
    return outcome.ok ? riskSaid.remembered : { ...completeRefusals[outcome.reason], status: 'ERROR' }
  },
})

const ended: Reply = { status: 'ERROR', message: 'There is no such sessionUuid, or it is over.' }

/** Of this very user. */
async function evaluationOf({
  engine,
  caller,
  body,
}: Call<{ readonly userKey: string; readonly sessionUuid: string }>): Promise<Recalled | undefined> {
  const evaluation = await recall(engine, caller.customer, body.sessionUuid)
  return evaluation && foldUsername(evaluation.username) === foldUsername(body.userKey) ? evaluation : undefined
}

/** The plugins' names, as far as they say something; `time.currentTime` is another each time. */
function factsOf(attributes: ReadonlyMap<string, string>): SignInFacts {
  const get = (name: string) => attributes.get(name) ?? ''
  const address = get('location.ip')
  const components = {
    canvas: get('browser.canvasPrint'),
    screen: get('browser.screenprint'),
    languages: get('browser.language'),
    timeZone: get('browser.timezone'),
    fonts: get('system.fonts')
      .split(/\s*,\s*/)
      .join('\n'),
    plugins: get('browser.plugins')
      .split(/\s*,\s*/)
      .join('\n'),
    storage: ['browser.hasLocalStorage', 'browser.hasSessionStorage', 'browser.hasCookie'].map(get).join(' ').trim(),
  }
  return {
    address: isIP(address) === 0 ? null : address,
    userAgent: get('browser.useragent').slice(0, factLimits.userAgentMax) || null,
    hints: {},
    components: Object.fromEntries(Object.entries(components).filter(([, value]) => value !== '')),
    roundTripMs: null,
  }
}

/** Pictures are longer than a fact may be; their digest says as much. */
function textOf(value: unknown): string {
  const text =
    typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
  return text.length > factLimits.componentMax ? fingerprint(text).toString('base64url') : text
}
