import Type from 'typebox'
import { evaluate } from '../../engine/adaptive.ts'
import { forgetDevice, listDevices } from '../../engine/adaptive-devices.ts'
import { redeem, tell } from '../../engine/adaptive-results.ts'
import { openSession } from '../../engine/adaptive-sessions.ts'
import { isFirst } from '../../engine/once.ts'
import { factLimits } from '../../risk/facts.ts'
import { line } from '../line.ts'
import { customerKey, email, ipAddress, phone, who } from './bodies.ts'
import { endpoint } from './endpoint.ts'
import { decisions, evaluateRefusals, explained, riskSaid } from './risk-words.ts'
import { said } from './words.ts'

/** Our extension of the miniOrange family: risk, for backends (docs/adaptive.md). What pages call is in api/risk. */

const action = Type.String({
  pattern: '^[A-Za-z0-9._-]{1,64}$',
  description: 'What the user wants to do, in your own word; `sign-in` when left out.',
})
export const evaluationId = line(64, 'The evaluation, as `evaluate`, `redeem` or `challenge` gave it.')
const texts = (most: number, maxLength: number, description: string) =>
  Type.Record(Type.String({ pattern: '^[A-Za-z]{1,32}$' }), Type.String({ maxLength }), {
    maxProperties: most,
    description,
  })

/** What a backend tells of the browser of its user. */
export const factFields = {
  ipAddress: Type.Optional(ipAddress),
  userAgent: Type.Optional(line(factLimits.userAgentMax, 'The User-Agent header of the browser.')),
  hints: Type.Optional(texts(20, factLimits.hintMax, 'Client hints of the browser, such as `platform`.')),
  components: Type.Optional(texts(40, factLimits.componentMax, 'Parts of a fingerprint, such as `timeZone`.')),
  deviceToken: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9._-]{16,256}$',
      description: 'What the browser was given when it was remembered.',
    }),
  ),
  app: Type.Optional(line(64, 'The application whose policy counts.')),
  groups: Type.Optional(Type.Array(line(64, 'A group.'), { maxItems: 50, description: 'The groups of the user.' })),
}

export interface GivenFacts {
  readonly ipAddress?: string
  readonly userAgent?: string
  readonly hints?: Readonly<Record<string, string>>
  readonly components?: Readonly<Record<string, string>>
  readonly deviceToken?: string
  readonly app?: string
  readonly groups?: readonly string[]
}

/** The same in the engine's words. */
export function factsOf({
  ipAddress,
  userAgent,
  hints = {},
  components = {},
  deviceToken,
  app,
  groups = [],
}: GivenFacts) {
  return {
    facts: { address: ipAddress ?? null, userAgent: userAgent ?? null, hints, components, roundTripMs: null },
    deviceToken: deviceToken ?? null,
    deviceKey: null,
    app: app ?? null,
    groups,
    isUntrusted: false,
  }
}

export const sessionCall = endpoint({
  path: '/api/risk/session',
  summary:
    'Open a session for a page of yours that uses the browser SDK: one user, one origin, one action, five minutes',
  refusal: 'ERROR',
  body: Type.Object({
    ...who,
    origin: line(300, 'Of the page, as browsers write it: `https://login.example.com`.'),
    action: Type.Optional(action),
    mayRegister: Type.Optional(Type.Boolean({ description: 'Let the page register the user, if he is new.' })),
    phone: Type.Optional(phone),
    email: Type.Optional(email),
  }),
  async handle({ engine, caller: { customer, mark }, body }) {
    const { username, origin, action = 'sign-in', mayRegister = false, phone = null, email = null } = body
    if (!isOrigin(origin)) return riskSaid.badOrigin
    if (!(await isFirst(engine, mark))) return riskSaid.repeated
    const opened = await openSession(engine, { customer, username, origin, action, mayRegister, phone, email })
    return { session: opened.token, expiresAt: opened.expiresAtMs, ...riskSaid.opened }
  },
})

function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text
}

export const evaluateCall = endpoint({
  path: '/api/risk/evaluate',
  summary: 'Weigh a sign-in by what you know of it',
  refusal: 'ERROR',
  body: Type.Object({ ...who, ...factFields }),
  async handle({ engine, caller: { customer }, body, requestId }) {
    const { username } = body
    const outcome = await evaluate(engine, { customer, who: { username }, ...factsOf(body), requestId })
    if (!outcome.ok) return evaluateRefusals[outcome.reason]
    const { resultToken, deviceToken } = outcome
    return {
      username,
      ...explained(outcome),
      ...(resultToken === null ? {} : { resultToken }),
      ...(deviceToken === null ? {} : { deviceToken }),
      ...decisions[outcome.decision],
    }
  },
})

export const redeemCall = endpoint({
  path: '/api/risk/redeem',
  summary: 'Redeem the result that a page brought: once, within a minute, for the user and the action you expect',
  refusal: 'ERROR',
  nextWhenUnknown: 'Redeem it again with a new key; if that is refused, begin the sign-in anew.',
  body: Type.Object({
    ...who,
    action: Type.Optional(action),
    resultToken: Type.String({ minLength: 1, maxLength: 256, description: 'As the page had it of the SDK.' }),
  }),
  async handle({ engine, caller: { customer }, body }) {
    const { username, action = 'sign-in', resultToken } = body
    const result = await redeem(engine, customer, { resultToken, username, action })
    if (!result) return riskSaid.notRedeemed
    return {
      username: result.username,
      action: result.action,
      origin: result.origin,
      evaluationId: result.evaluationId,
      decision: decisions[result.decision].status,
      riskScore: result.score,
      method: result.method,
      txId: result.challengeId,
      at: result.atMs,
      ...riskSaid.redeemed,
    }
  },
})

export const feedbackCall = endpoint({
  path: '/api/risk/feedback',
  summary: 'Tell what became of a sign-in: a wrong password, or what the user says of it',
  refusal: 'ERROR',
  body: Type.Object({
    customerKey: Type.Optional(customerKey),
    evaluationId,
    feedback: Type.Union([Type.Literal('failed'), Type.Literal('not-me'), Type.Literal('mine')], {
      description: '`failed`: wrong password or factor; `not-me`: the user did not do it; `mine`: he did after all.',
    }),
  }),
  async handle({ engine, caller: { customer }, body }) {
    const isTold = await tell(engine, customer, body.evaluationId, body.feedback)
    return isTold ? said.done : riskSaid.noEvaluation
  },
})

export const devicesCall = endpoint({
  path: '/api/risk/devices',
  summary: 'List the devices that a user had remembered',
  refusal: 'ERROR',
  body: Type.Object(who),
  async handle({ engine, caller: { customer }, body }) {
    const list = await listDevices(engine, customer, body.username)
    const devices = list.map(({ id, label, createdAtMs, lastUsedAtMs, trustedUntilMs }) => ({
      deviceId: id,
      name: label,
      addedAt: createdAtMs,
      lastUsedAt: lastUsedAtMs,
      trustedUntil: trustedUntilMs,
    }))
    return { username: body.username, devices, ...said.done }
  },
})

export const deviceRemovalCall = endpoint({
  path: '/api/risk/device-removal',
  summary: 'Forget a device of a user',
  refusal: 'ERROR',
  body: Type.Object({ ...who, deviceId: line(64, 'The device, as `devices` gave it.') }),
  async handle({ engine, caller: { customer }, body }) {
    const isGone = await forgetDevice(engine, customer, body.username, body.deviceId)
    return isGone ? { username: body.username, ...said.done } : riskSaid.noDevice
  },
})
