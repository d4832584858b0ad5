import Type from 'typebox'
import type { DeviceInfo, VoiceLink } from '../../../contract/device/pairing.ts'
import type { RefusalCode } from '../../../contract/device/refusals.ts'
import { calls } from '../../../contract/device.ts'
import { changePush, removeDevice, renameDevice } from '../../engine/devices.ts'
import type { Engine } from '../../engine/ports.ts'
import { findPaired } from '../../engine/prompts.ts'
import { voiceStateOf } from '../../engine/voice.ts'
import { beginVoiceEnrolment, type VoiceLinkOutcome } from '../../engine/voice-enrolment.ts'
import { endpoint } from './endpoint.ts'
import { accountOf, bodies, deviceOf, pushOf, shapes } from './shapes.ts'

export const deviceCall = endpoint({
  call: calls.device,
  summary: 'This phone, as the server knows it',
  signedBy: 'device',
  answer: shapes.device,
  handle: async ({ engine, paired }) => asItIs(engine, paired.device.id),
})

export const renameCall = endpoint({
  call: calls.rename,
  summary: 'Give this phone another name',
  signedBy: 'device',
  body: Type.Object({ name: bodies.name }),
  answer: shapes.device,
  async handle({ engine, paired: { device }, body, mark, requestId }) {
    const outcome = await renameDevice(engine, { device, name: body.name, request: mark, requestId })
    return outcome.ok ? asItIs(engine, device.id) : said(outcome.reason)
  },
})

export const pushCall = endpoint({
  call: calls.push,
  summary: 'Where push messages for this phone go',
  signedBy: 'device',
  body: Type.Object({ push: Type.Union([bodies.push, Type.Null()]) }),
  answer: shapes.device,
  async handle({ engine, paired: { device }, body, mark, requestId }) {
    const outcome = await changePush(engine, { device, push: pushOf(body.push), request: mark, requestId })
    return outcome.ok ? asItIs(engine, device.id) : said(outcome.reason)
  },
})

export const removeCall = endpoint({
  call: calls.remove,
  summary: 'Remove this phone with its soft token',
  signedBy: 'device',
  answer: shapes.done,
  async handle({ engine, paired, mark, requestId }) {
    const { device, customer, user } = paired
    const { username } = user
    const outcome = await removeDevice(engine, { customer, username, deviceId: device.id, request: mark, requestId })
    return outcome.ok ? { nowMs: engine.clock() } : said(outcome.reason)
  },
})

export const voiceCall = endpoint({
  call: calls.voice,
  summary: 'A link by which the user sets up his voice, in place of the one he has',
  signedBy: 'device',
  answer: shapes.voice,
  async handle({ engine, paired: { customer, user }, mark, requestId }) {
    const { username } = user
    const asked = { customer, username, isMailed: false, language: null, request: mark, requestId }
    const outcome = await beginVoiceEnrolment(engine, asked)
    if (!outcome.ok) return voiceWords[outcome.reason]
    const page = new URL(outcome.link).pathname
    return { nowMs: engine.clock(), page, expiresAtMs: outcome.expiresAtMs } satisfies VoiceLink
  },
})

async function asItIs(engine: Engine, deviceId: string): Promise<DeviceInfo | RefusalCode> {
  const paired = await findPaired(engine, deviceId)
  if (!paired) return 'unknown-device'
  const voice = await voiceStateOf(engine, paired.customer, paired.user.id)
  return { nowMs: engine.clock(), device: deviceOf(paired.device), account: accountOf(paired), voice }
}

const words = {
  repeated: 'stale-nonce',
  'unknown-user': 'unknown-device',
  'unknown-device': 'unknown-device',
  'bad-name': 'bad-name',
  'bad-push-service': 'bad-push-service',
} as const satisfies Record<string, RefusalCode>

const voiceWords = {
  'no-replay-protection': 'no-voice',
  'unknown-user': 'unknown-device',
  'disabled-user': 'disabled-user',
  'turned-off': 'turned-off',
  'no-email': 'failed', // nothing is mailed
  repeated: 'stale-nonce',
  'too-many': 'too-many-requests',
  'over-budget': 'too-many-requests',
  country: 'too-many-requests',
  'suspicious-prefix': 'too-many-requests',
  'prompts-paused': 'too-many-requests',
} as const satisfies Record<Extract<VoiceLinkOutcome, { ok: false }>['reason'], RefusalCode>

function said(reason: keyof typeof words): RefusalCode {
  return words[reason]
}
