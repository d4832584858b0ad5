import Type from 'typebox'
import { factLimits } from '../../risk/facts.ts'
import { line } from '../line.ts'

const token = (description: string) => Type.String({ pattern: '^[A-Za-z0-9._-]{16,256}$', description })

/** What every call of a page has. */
const page = {
  customerKey: Type.String({ pattern: '^[1-9][0-9]{0,11}$', description: 'The customer key.' }),
  userKey: line(254, 'The user, as the backend named him in the session.'),
  session: Type.Optional(token('The token of the session that the backend opened for this page.')),
}

const evaluation = Type.String({ pattern: '^[0-9a-f-]{32,36}$', description: 'As `evaluate` gave it to this page.' })
const text = (maxLength: number) => Type.String({ maxLength, pattern: '^[^\\p{Cs}]*$' })
/** Our engine judges what stands in them. */
const questions = Type.Array(
  Type.Object({ question: Type.String({ maxLength: 500 }), answer: Type.String({ maxLength: 500 }) }),
  { maxItems: 20, description: 'Security questions, each with its answer.' },
)

/** At most as many as a browser has something to say about; their names are checked where they are read. */
const namedTexts = (most: number, maxLength: number, description: string) =>
  Type.Record(Type.String({ pattern: '^[A-Za-z]{1,32}$' }), text(maxLength), { maxProperties: most, description })

const device = Type.Object({
  components: namedTexts(40, factLimits.componentMax, 'Parts of the fingerprint, by name.'),
  hints: namedTexts(20, factLimits.hintMax, 'Client hints, by name.'),
  token: Type.Optional(token('What the device was given when it was remembered.')),
  publicKey: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{87}$', description: 'A point of P-256.' })),
  signature: Type.Optional(
    Type.String({ pattern: '^[A-Za-z0-9_-]{86}$', description: 'Over session and token, by that key.' }),
  ),
})

export const userBody = Type.Object(page)
export const registerBody = Type.Object({
  ...page,
  firstName: Type.Optional(line(100, 'First name.')),
  lastName: Type.Optional(line(100, 'Last name.')),
  phone: Type.Optional(line(40, 'Kept only when it is the one that the backend has verified.')),
  alternateEmail: Type.Optional(line(254, 'Kept only when it is the one that the backend has verified.')),
  questions,
})
export const evaluateBody = Type.Object({ ...page, device })
export const challengeBody = Type.Object({
  ...page,
  evaluation,
  obligationType: Type.Optional(line(60, 'One of those that `evaluate` offered; left out: the first.')),
  showsMatchNumber: Type.Optional(Type.Boolean({ description: 'The page shows the `matchNumber` of the answer.' })),
})
export const validateBody = Type.Object({
  ...page,
  evaluation,
  token: Type.Optional(Type.String({ maxLength: 64, description: 'The code as the user typed it.' })),
  answers: Type.Optional(questions),
  assertion: Type.Optional(
    Type.Object(
      {},
      { description: 'For a challenge by `PASSKEY`: what `navigator.credentials.get` gave, as its `toJSON()`.' },
    ),
  ),
  saveDevice: Type.Boolean({ description: 'The user wants this device to be remembered.' }),
})
