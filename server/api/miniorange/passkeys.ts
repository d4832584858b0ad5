import Type from 'typebox'
import { beginRegistration } from '../../engine/passkey-registration.ts'
import { listPasskeys, removePasskey } from '../../engine/passkeys.ts'
import { line } from '../line.ts'
import { who } from './bodies.ts'
import { endpoint } from './endpoint.ts'
import { enrolmentLinkCall } from './enrolment-links.ts'
import { passkeyRefusals } from './enrolment-words.ts'
import { said } from './words.ts'

/** Our extension of the miniOrange family: passkeys and security keys (docs/passkeys.md). */

export const passkeyRegistrationCall = enrolmentLinkCall({
  path: '/api/auth/passkey-registration',
  summary: 'Make a one-time link by which a user sets up a passkey',
  refusals: passkeyRefusals,
  begin: beginRegistration,
})

export const passkeysCall = endpoint({
  path: '/api/auth/passkeys',
  summary: 'List the passkeys of a user',
  refusal: 'ERROR',
  body: Type.Object(who),
  async handle({ engine, caller: { customer }, body }) {
    const outcome = await listPasskeys(engine, { customer, username: body.username })
    if (!outcome.ok) return passkeyRefusals[outcome.reason]
    const passkeys = outcome.passkeys.map(({ id, label, createdAtMs, lastUsedAtMs }) => ({
      passkeyId: id,
      name: label,
      addedAt: createdAtMs,
      lastUsedAt: lastUsedAtMs,
    }))
    return { username: body.username, passkeys, ...said.done }
  },
})

export const passkeyRemovalCall = endpoint({
  path: '/api/auth/passkey-removal',
  summary: 'Remove a passkey of a user',
  refusal: 'ERROR',
  body: Type.Object({ ...who, passkeyId: line(64, 'The passkey, as `passkeys` gave it.') }),
  async handle({ engine, caller: { customer, mark }, body, requestId }) {
    const request = { customer, username: body.username, request: mark, requestId }
    const outcome = await removePasskey(engine, request, body.passkeyId)
    return outcome.ok ? { username: body.username, ...said.done } : passkeyRefusals[outcome.reason]
  },
})
