import Type from 'typebox'
import { calls, type DeviceInfo, type RefusalCode } from '../../../contract/device.ts'
import { changePush, removeDevice, renameDevice } from '../../engine/devices.ts'
import type { Engine } from '../../engine/ports.ts'
import { findPaired } from '../../engine/prompts.ts'
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

async function asItIs(engine: Engine, deviceId: string): Promise<DeviceInfo | RefusalCode> {
  const paired = await findPaired(engine, deviceId)
  if (!paired) return 'unknown-device'
  return { nowMs: engine.clock(), device: deviceOf(paired.device), account: accountOf(paired) }
}

const words = {
  repeated: 'stale-nonce',
  'unknown-user': 'unknown-device',
  'unknown-device': 'unknown-device',
  'bad-name': 'bad-name',
  'bad-push-service': 'bad-push-service',
} as const satisfies Record<string, RefusalCode>

function said(reason: keyof typeof words): RefusalCode {
  return words[reason]
}
