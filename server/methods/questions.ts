import { saltBytes } from '../security/slow-hash.ts'
import type { QuestionAnswer } from '../vocabulary/answer.ts'
import type { Hashing, Method, Tools } from './method.ts'

/** What is kept of one question: its answer only as a slow hash. */
interface Kept {
  readonly question: string
  readonly salt: string
  readonly digest: string
}

interface Secret {
  readonly answers: readonly Kept[]
}

interface Pending {
  readonly questions: readonly string[]
}

const questionsAsked = 2
const registeredMin = 2
const registeredMax = 10
const textLengthMax = 250

/** Where nothing was enrolled or asked, as much is hashed under this one, and never right. */
const noSalt = Buffer.alloc(saltBytes)

/**
 * Security questions (KBA): two of those the user registered, chosen anew for each challenge. Weak by nature, so it has
 * fewer tries than every other method.
 */
export const questions: Method = {
  id: 'questions',
  title: 'Security questions',
  needs: 'credential',
  answeredBy: 'answers',
  asksFirst: true,
  attemptsMax: 3,
  triesPerDay: 5,

  begin({ secret }, tools) {
    const left = secret === null ? [] : readSecret(secret).answers.map(({ question }) => question)
    const chosen: string[] = []
    while (chosen.length < questionsAsked && left.length > 0) {
      const at = tools.randomSecret(6).readUIntBE(0, 6) % left.length // of 2^48 values: no bias that could be seen
      chosen.push(...left.splice(at, 1))
    }
    return { pending: JSON.stringify({ questions: chosen } satisfies Pending), send: [] }
  },

  questions: (pending) => readPending(pending).questions,

  hashings: ({ userId, ...from }) =>
    pairsOf(from).map(({ kept, given }, at) => {
      // The number keeps the two apart where there is no question: one hash for both would take half the time.
      const salt = kept ? Buffer.from(kept.salt, 'base64') : noSalt
      return hashingOf(userId, kept?.question ?? String(at), given, salt)
    }),

  judge({ digests = [], ...from }, tools) {
    const { answer } = from
    const isWhole = answer.kind === 'answers' && answer.answers.length === questionsAsked
    // Every digest is compared whatever the others say, so that time does not tell which one is right.
    const verdicts = pairsOf(from).map(({ kept, isOnce }, at) => {
      const isSame = tools.same(digests[at] ?? noDigest, Buffer.from(kept?.digest ?? '', 'base64'))
      return isSame && isOnce && kept !== undefined
    })
    return { kind: isWhole && verdicts.every(Boolean) ? 'right' : 'wrong' }
  },
}

const noDigest = Buffer.alloc(0)

/** Each question that was asked, with what was kept of it and the answer that came: always two. */
function pairsOf({ pending, secret, answer }: Omit<Parameters<Method['judge']>[0], 'digests'>) {
  const given = answer.kind === 'answers' ? answer.answers : []
  const registered = secret === null ? [] : readSecret(secret).answers
  const asked = pending === null ? [] : readPending(pending).questions
  return Array.from({ length: questionsAsked }, (_, at) => {
    const folded = fold(asked[at] ?? '')
    const mine = given.filter(({ question }) => fold(question) === folded)
    const kept = registered.find(({ question }) => fold(question) === folded)
    return { kept, given: mine[0]?.answer ?? '', isOnce: mine.length === 1 }
  })
}

export type QuestionProblem =
  | 'too-few'
  | 'too-many'
  | 'unreadable-question'
  | 'no-answer'
  | 'too-long'
  | 'same-question'
  | 'same-answer'
  | 'answer-in-question'

/** Why these questions cannot be registered; undefined when they can. */
export function questionProblem(list: readonly QuestionAnswer[]): QuestionProblem | undefined {
  if (list.length < registeredMin) return 'too-few'
  if (list.length > registeredMax) return 'too-many'
  if (list.some(({ question, answer }) => question.length > textLengthMax || answer.length > textLengthMax))
    return 'too-long'
  if (list.some(({ question }) => fold(question) === '' || commanding.test(question))) return 'unreadable-question'
  const asked = list.map(({ question }) => fold(question))
  const answers = list.map(({ answer }) => fold(answer))
  if (answers.includes('')) return 'no-answer'
  if (new Set(asked).size < list.length) return 'same-question'
  if (new Set(answers).size < list.length) return 'same-answer'
  return asked.some((question, at) => question.includes(answers[at] ?? '')) ? 'answer-in-question' : undefined
}

/** Control, line-separating and bidirectional characters, and halves of a pair: a question is shown on one line. */
const commanding = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u

/** What has to be hashed to register questions, each under a salt of its own. */
export function hashingsToRegister(list: readonly QuestionAnswer[], userId: string, tools: Tools): Hashing[] {
  return list.map(({ question, answer }) => hashingOf(userId, question, answer, tools.randomSecret(saltBytes)))
}

/** The JSON to keep, sealed, as the credential's secret; `digests` in the order of `hashings`. */
export function secretOfQuestions(
  list: readonly QuestionAnswer[],
  hashings: readonly Hashing[],
  digests: readonly Uint8Array[],
): string {
  const base64 = (bytes: Uint8Array = new Uint8Array(0)) => Buffer.from(bytes).toString('base64')
  const answers = list.map(({ question }, at): Kept => {
    return { question: question.trim(), salt: base64(hashings[at]?.salt), digest: base64(digests[at]) }
  })
  return JSON.stringify({ answers } satisfies Secret)
}

function hashingOf(userId: string | null, question: string, answer: string, salt: Uint8Array): Hashing {
  return { salt, parts: ['questions', userId ?? '', fold(question), fold(answer)] }
}

/**
 * One spelling of all that people mean as the same: compatibility forms, case, white space, and characters that nobody
 * sees. Upper case, because more letters meet there than in lower case (ß and SS, ς and σ).
 */
export function fold(text: string): string {
  return text
    .toWellFormed()
    .normalize('NFKC')
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '')
    .toUpperCase()
    .normalize('NFKC')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

function readSecret(secret: string): Secret {
  return JSON.parse(secret) as Secret // written by secretOfQuestions
}

function readPending(pending: string): Pending {
  return JSON.parse(pending) as Pending // written by begin
}
