import { keyedDigest } from '../security/digest.ts'
import type { Answer } from '../vocabulary/answer.ts'
import type { Customer } from '../vocabulary/customer.ts'
import { isTurnedOn } from './allowed-methods.ts'
import { answer } from './answer.ts'
import { foldUsername } from './contacts.ts'
import type { Engine } from './ports.ts'

/** How a name that cannot be asked is made to look as if it could, where anybody may ask about any name. */
export interface Decoy {
  readonly kind: 'questions' | 'sms' | 'email'
  /** Of `questions`; empty for the others. */
  readonly questions: readonly string[]
}

const common = [
  'What was the name of your first pet?',
  'Which street did you grow up in?',
  'What was the make of your first car?',
  'What is the name of your favourite teacher?',
  'In which town did your parents meet?',
  'What was the name of your first school?',
] as const

/** The same for a name each time; `kind` absent: as likely to be one thing as another. */
export function decoyOf(customer: Customer, username: string, kind?: Decoy['kind']): Decoy {
  const digest = keyedDigest(customer.digestKey, 'decoy', foldUsername(username))
  const kinds = isTurnedOn(customer, 'questions')
    ? (['questions', 'sms', 'email'] as const)
    : (['sms', 'email'] as const)
  const one = kind ?? kinds[(digest[0] ?? 0) % kinds.length] ?? 'email'
  if (one !== 'questions') return { kind: one, questions: [] }
  const first = (digest[1] ?? 0) % common.length
  const second = (first + 1 + ((digest[2] ?? 0) % (common.length - 1))) % common.length
  return { kind: one, questions: [common[first] ?? '', common[second] ?? ''] }
}

/**
 * An answer to a decoy is wrong, whatever it is. One to questions is judged, counted and locked like that of any other name,
 * so that it takes as long.
 */
export async function answerDecoy(
  engine: Engine,
  request: {
    readonly customer: Customer
    readonly username: string
    readonly answer: Answer
    readonly requestId: string
  },
): Promise<void> {
  if (request.answer.kind !== 'answers') return
  const to = { username: request.username, method: 'questions' } as const
  await answer(engine, { ...request, to, readOwnMethod: () => undefined, request: null })
}
