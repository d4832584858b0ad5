import Type from 'typebox'
import { listDevices, removeDevice } from '../../engine/devices.ts'
import { line } from '../line.ts'
import { who } from './bodies.ts'
import { endpoint } from './endpoint.ts'
import { phoneRefusals } from './enrolment-words.ts'
import { said } from './words.ts'

/** Our extension of the miniOrange family: the phones a user paired (docs/phone-app.md). */

export const phonesCall = endpoint({
  path: '/api/auth/phones',
  summary: 'List the phones of a user',
  refusal: 'ERROR',
  body: Type.Object(who),
  async handle({ engine, caller: { customer }, body }) {
    const outcome = await listDevices(engine, { customer, username: body.username })
    if (!outcome.ok) return phoneRefusals[outcome.reason]
    const phones = outcome.devices.map(({ id, name, createdAtMs, lastUsedAtMs }) => ({
      phoneId: id,
      name,
      addedAt: createdAtMs,
      lastUsedAt: lastUsedAtMs,
    }))
    return { username: body.username, phones, ...said.done }
  },
})

export const phoneRemovalCall = endpoint({
  path: '/api/auth/phone-removal',
  summary: 'Remove a phone of a user, with its soft token: it is refused from then on',
  refusal: 'ERROR',
  body: Type.Object({ ...who, phoneId: line(64, 'The phone, as `phones` gave it.') }),
  async handle({ engine, caller: { customer, mark }, body, requestId }) {
    const { username, phoneId: deviceId } = body
    const outcome = await removeDevice(engine, { customer, username, deviceId, request: mark, requestId })
    return outcome.ok ? { username, ...said.done } : phoneRefusals[outcome.reason]
  },
})
