import { type QuestionProblem, questionProblem } from '../methods/questions.ts'
import type { QuestionAnswer } from '../vocabulary/answer.ts'
import type { Customer } from '../vocabulary/customer.ts'
import type { Session } from './adaptive-sessions.ts'
import { isTurnedOn, mayEnrol, orTurnedOff, TurnedOff } from './allowed-methods.ts'
import { foldEmail, foldUsername, readEmail, readPhone } from './contacts.ts'
import type { Engine } from './ports.ts'
import { questionsCredential } from './questions.ts'
import type { Records } from './records.ts'
import { newUser } from './users.ts'

/** What a page sends of a user who enrols himself. Absent fields are null. */
export interface ProfileFields {
  readonly firstName: string | null
  readonly lastName: string | null
  readonly phone: string | null
  readonly email: string | null
  readonly questions: readonly QuestionAnswer[]
}

export interface RegisterRequest {
  readonly customer: Customer
  readonly session: Session
  readonly profile: ProfileFields
  readonly requestId: string
}

export type RegisterOutcome =
  /** `left`: contacts that were not kept, because the site has not verified them. */
  | { readonly ok: true; readonly left: readonly ('phone' | 'email')[] }
  | { readonly ok: false; readonly reason: 'not-allowed' | 'taken' | 'turned-off' | QuestionProblem }

/**
 * Enrols the user of a session, with his questions and with those contacts that the site has verified itself. Changes
 * nothing of a user who is there: a page that anybody can open must not replace what another one set up.
 */
export async function registerFromPage(engine: Engine, request: RegisterRequest): Promise<RegisterOutcome> {
  const { customer, session, profile, requestId } = request
  if (!session.mayRegister) return { ok: false, reason: 'not-allowed' }
  if (!isTurnedOn(customer, 'questions')) return { ok: false, reason: 'turned-off' }
  const problem = questionProblem(profile.questions)
  if (problem) return { ok: false, reason: problem }
  const folded = foldUsername(session.username)
  if (await engine.store.read.users.find(customer.id, folded)) return { ok: false, reason: 'taken' }

  const phone = verifiedPhone(customer, session, profile)
  const email = verifiedEmail(session, profile)
  const user = newUser(customer, session.username, engine.clock())
  const credential = await questionsCredential(engine, customer, user.id, profile.questions)
  const nowMs = engine.clock()
  const job = async (tx: Records): Promise<RegisterOutcome> => {
    const { firstName, lastName } = profile
    const given = { firstName, lastName, phone, email: email ?? user.email }
    if (!(await tx.users.add({ ...user, ...given }, folded))) return { ok: false, reason: 'taken' }
    if (!(await mayEnrol(tx, customer, user.id, 'questions'))) throw new TurnedOff()
    await tx.credentials.replace(customer.id, user.id, [credential], nowMs)
    const detail = JSON.stringify({ by: 'page', origin: session.origin, questions: profile.questions.length })
    const note = { kind: 'user', subject: user.id, method: null, challengeId: null, requestId, detail }
    await tx.audit.append(customer.id, note, 'created', nowMs)
    const left = [
      ...(profile.phone !== null && phone === null ? (['phone'] as const) : []),
      ...(profile.email !== null && email === null ? (['email'] as const) : []),
    ]
    return { ok: true, left }
  }
  return orTurnedOff(engine.store.write(job))
}

/** The number that the site has verified, when the page gives that one or none. */
function verifiedPhone(customer: Customer, session: Session, profile: ProfileFields): string | null {
  const { defaultCountry } = customer.settings
  const verified = session.phone === null ? undefined : readPhone(session.phone, defaultCountry)
  if (!verified) return null
  return profile.phone === null || readPhone(profile.phone, defaultCountry) === verified ? verified : null
}

function verifiedEmail(session: Session, profile: ProfileFields): string | null {
  const verified = session.email === null ? undefined : readEmail(session.email)
  if (!verified) return null
  return profile.email === null || foldEmail(profile.email.trim()) === foldEmail(verified) ? verified : null
}
