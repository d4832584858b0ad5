import { beginRegistration } from '../../engine/passkey-registration.ts'
import { inviteUser } from '../../engine/self-service.ts'
import type { Handlers } from './asked.ts'
import { invalid, notFound } from './problem.ts'
import { helping, userOf } from './user-asked.ts'

/** One-time links for a user: to look after himself, and to make a passkey. */
export const userInvitations = {
  'users.invite': async (asked) => {
    const user = await userOf(asked)
    if (!user) return notFound('user')
    return inviteUser(asked.engine, helping(asked), user, asked.body.send)
  },

  'users.invitePasskey': async (asked) => {
    const { engine, customer, body, visitor } = asked
    const user = await userOf(asked)
    if (!user) return notFound('user')
    const outcome = await beginRegistration(engine, {
      customer,
      username: user.username,
      isMailed: body.send,
      language: null,
      request: null,
      requestId: visitor.requestId,
    })
    if (!outcome.ok && outcome.reason === 'turned-off') return invalid('The groups of this user allow him no passkey.')
    if (!outcome.ok) return invalid(`The invitation could not be made: ${outcome.reason.replaceAll('-', ' ')}.`)
    const sent = outcome.deliveries.find(({ isSent }) => isSent)
    return { link: outcome.link, expiresAtMs: outcome.expiresAtMs, sentTo: sent?.contact ?? null }
  },
} satisfies Handlers<'users.invite' | 'users.invitePasskey'>
