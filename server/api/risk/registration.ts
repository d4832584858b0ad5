import type { Static } from 'typebox'
import { registerFromPage } from '../../engine/adaptive-registration.ts'
import { foldUsername } from '../../engine/contacts.ts'
import type { Around, Caller, Told } from './around.ts'
import type { registerBody } from './bodies.ts'
import { isTooOften } from './too-often.ts'
import { registerRefusals, said } from './words.ts'

/** Whether the user is enrolled; a page without a session hears the same of everybody. */
export async function isUserRegistered({ engine, address }: Around, page: Caller): Promise<Told> {
  if (page.session === null) return (await isTooOften(engine, page, address)) ? said.tooOften : said.registered
  const user = await engine.store.read.users.find(page.customer.id, foldUsername(page.username))
  return user ? said.registered : said.notRegistered
}

export async function registerUser(
  { engine, requestId }: Around,
  { customer, session }: Caller,
  body: Static<typeof registerBody>,
): Promise<Told> {
  if (session === null) return said.needsSession
  const { firstName = null, lastName = null, phone = null, alternateEmail: email = null, questions } = body
  const profile = { firstName, lastName, phone, email, questions }
  const outcome = await registerFromPage(engine, { customer, session, profile, requestId })
  if (!outcome.ok) return registerRefusals[outcome.reason]
  return outcome.left.length === 0 ? said.enrolled : said.enrolledInPart
}
