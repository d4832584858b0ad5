import { admitAsking, shortSpanMs } from '../../engine/admission.ts'
import { challenge } from '../../engine/challenge.ts'
import type { ChallengeOutcome } from '../../engine/challenge-outcome.ts'
import { foldUsername } from '../../engine/contacts.ts'
import type { Asked } from '../../engine/person.ts'
import type { Call } from './endpoint.ts'
import { type Reply, said } from './words.ts'

export interface Question {
  readonly asked: Asked
  /** What the message says it is for. */
  readonly purpose: string | null
  readonly binding?: string
}

/** Whether the name and the address may be asked about at all, before anybody looks whether the user is there. */
export async function admitted({ engine, customer, body, origin }: Call): Promise<boolean> {
  return (await admitAsking(engine, customer, foldUsername(body.username), origin)) === undefined
}

/** One client reads both fields of the refusal as it does those of a success. */
export const toWait: Reply = { ...said.wait, object: { phone: '', timeout: String(shortSpanMs / 1000) } }

/** Asks the user of a call. */
export function ask(call: Call, { asked, purpose, binding }: Question): Promise<ChallengeOutcome> {
  const { engine, customer, body, origin, facts, mark, requestId } = call
  return challenge(engine, {
    customer,
    username: body.username,
    phone: null,
    email: null,
    asked,
    readOwnMethod: () => undefined,
    emailMethod: asked,
    transactionName: purpose,
    origin,
    userAgent: facts['userAgent'],
    language: null,
    showsMatchNumber: false,
    binding,
    facts,
    request: mark,
    requestId,
  })
}
