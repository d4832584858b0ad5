import Type from 'typebox'
import { answerOnce, type KeyedRefusal, type KeyedRequest } from '../../engine/kept-answers.ts'
import type { Engine } from '../../engine/ports.ts'
import { isDefaultCustomer } from './default-customers.ts'

const keyPattern = /^[A-Za-z0-9_-]{16,64}$/

/** `Idempotency-Key`, as draft-ietf-httpapi-idempotency-key-header has it, but without quotation marks. */
export const keyHeaders = Type.Object({
  'Idempotency-Key': Type.Optional(
    Type.String({
      pattern: keyPattern.source,
      description:
        'A new one for each request. A repeat with the same key and the same body, within 24 hours, gets the same answer, and nothing is done again.',
    }),
  ),
})

export type OnceAnswered =
  | { readonly said: unknown; readonly isRepeat: boolean }
  | { readonly refusal: string; readonly isSoonOver: boolean }

/** Does the work of a request once for its key; see `answerOnce`. */
export async function onceByKey(
  engine: Engine,
  request: Omit<KeyedRequest, 'key'> & {
    readonly key: string | readonly string[]
    /** What the caller does next when nobody can say how it ended: each call leaves something else behind. */
    readonly nextWhenUnknown: string
  },
  work: (engine: Engine) => Promise<unknown>,
  onProblem: (error: unknown) => void,
): Promise<OnceAnswered> {
  const { key, customer } = request
  if (typeof key !== 'string' || !keyPattern.test(key))
    return refused('Idempotency-Key must be 16–64 letters, digits, hyphens and underscores.')
  // His key is everybody's: a stranger who guesses a name must not be given somebody else's transaction.
  if (isDefaultCustomer(customer)) return refused('This customer is for everybody: send no Idempotency-Key.')
  const once = await answerOnce(
    engine,
    { ...request, key },
    async (watched) => JSON.stringify(await work(watched)),
    onProblem,
  )
  if ('answer' in once) return { said: JSON.parse(once.answer), isRepeat: once.kind === 'repeated' }
  const next = once.kind === 'unknown' ? ` ${request.nextWhenUnknown}` : ''
  return { refusal: `${refusals[once.kind]}${next}`, isSoonOver: once.kind === 'under-way' }
}

function refused(refusal: string): OnceAnswered {
  return { refusal, isSoonOver: false }
}

const refusals = {
  'other-body': 'This Idempotency-Key was sent with another body. Use a new key for another request.',
  'under-way': 'The request with this Idempotency-Key is still being answered. Repeat it in a moment.',
  unknown:
    'The server broke off while it answered this Idempotency-Key and cannot say how that ended. Take it for a refusal; nothing more is done under this key.',
} satisfies Record<KeyedRefusal, string>
