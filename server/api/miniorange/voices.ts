import Type from 'typebox'
import { beginVoiceEnrolment, eraseVoice } from '../../engine/voice-enrolment.ts'
import { customerKey, language, username } from './bodies.ts'
import { endpoint } from './endpoint.ts'
import { deliveries, said, voiceRefusals } from './words.ts'

/** Our extension of the miniOrange family, which says nowhere how a voice is set up (docs/voice.md). */

const who = { customerKey: Type.Optional(customerKey), username }

export const voiceRegistrationCall = endpoint({
  path: '/api/auth/voice-registration',
  summary: 'Make a one-time link by which a user sets up his voice',
  refusal: 'ERROR',
  body: Type.Object({
    ...who,
    sendEmail: Type.Optional(Type.Boolean({ description: 'Send the link to the address of the user, too.' })),
    language: Type.Optional(language),
  }),
  async handle({ engine, caller: { customer, mark }, body, requestId }) {
    const outcome = await beginVoiceEnrolment(engine, {
      customer,
      username: body.username,
      isMailed: body.sendEmail ?? false,
      language: body.language ?? null,
      request: mark,
      requestId,
    })
    if (!outcome.ok) return voiceRefusals[outcome.reason]
    const { challengeId, link, expiresAtMs } = outcome
    const told = { txId: challengeId, username: body.username, link, expiresAt: expiresAtMs }
    return { ...told, ...deliveries(outcome.deliveries), ...said.voiceLink }
  },
})

export const voiceRemovalCall = endpoint({
  path: '/api/auth/voice-removal',
  summary: 'Erase what is kept of the voice of a user',
  refusal: 'ERROR',
  body: Type.Object(who),
  async handle({ engine, caller: { customer, mark }, body, requestId }) {
    const outcome = await eraseVoice(engine, { customer, username: body.username, request: mark, requestId })
    return outcome.ok ? { username: body.username, ...said.voiceErased } : voiceRefusals[outcome.reason]
  },
})
