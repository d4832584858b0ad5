import Type from 'typebox'
import { beginVoiceEnrolment, eraseVoice } from '../../engine/voice-enrolment.ts'
import { who } from './bodies.ts'
import { endpoint } from './endpoint.ts'
import { enrolmentLinkCall } from './enrolment-links.ts'
import { voiceRefusals } from './enrolment-words.ts'
import { said } from './words.ts'

/** Our extension of the miniOrange family, which says nowhere how a voice is set up (docs/voice.md). */

export const voiceRegistrationCall = enrolmentLinkCall({
  path: '/api/auth/voice-registration',
  summary: 'Make a one-time link by which a user sets up his voice',
  refusals: voiceRefusals,
  begin: beginVoiceEnrolment,
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
