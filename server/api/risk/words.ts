import type { AskOutcome, EvaluationOutcome } from '../../engine/adaptive-challenge.ts'
import type { RegisterOutcome } from '../../engine/adaptive-registration.ts'
import type { Obligation } from '../../risk/facts.ts'
import type { Via } from '../../vocabulary/message.ts'
import type { MethodId } from '../../vocabulary/method.ts'

/** Document 002's words. */

/** An outcome as a page is told it. */
export interface Said {
  readonly status: string
  readonly message: string
}

interface ObligationType {
  readonly type: string
  readonly obligation: Obligation
  /**
   * `typed`: what a page that knows nothing else can do, type a code or answer questions. `elsewhere`: the user answers by a
   * link or on his phone, and the page waits. `scanned`: the same, when the page shows him a QR code. `passkey`: in the
   * browser, on pages of the customer's domain.
   */
  readonly answered: 'typed' | 'if-asked-for' | 'elsewhere' | 'scanned' | 'passkey'
}

const typed = (type: string, method: MethodId, via: Via | null): ObligationType => {
  return { type, obligation: { method, via }, answered: 'typed' }
}

const elsewhere = (type: string, method: MethodId, via: Via | null): ObligationType => {
  return { type, obligation: { method, via }, answered: 'elsewhere' }
}

/** The document names KBA, SMS and EMAIL; the others are those of document 000. */
const obligationTypes: readonly ObligationType[] = [
  typed('KBA', 'questions', null),
  typed('SMS', 'message-code', 'sms'),
  typed('EMAIL', 'message-code', 'email'),
  typed('PHONE VERIFICATION', 'message-code', 'call'),
  typed('SOFT TOKEN', 'time-code', null),
  typed('HARDWARE TOKEN', 'hardware-token', null),
  // Users keep these for the day when nothing else is at hand: a page that wants one says so.
  { type: 'RECOVERY CODE', obligation: { method: 'recovery-code', via: null }, answered: 'if-asked-for' },
  { type: 'PASSKEY', obligation: { method: 'passkey', via: null }, answered: 'passkey' },
  elsewhere('PUSH NOTIFICATIONS', 'push', null),
  { type: 'MOBILE AUTHENTICATION', obligation: { method: 'qr-scan', via: null }, answered: 'scanned' },
  elsewhere('VOICE AUTHENTICATION', 'voice', null),
  elsewhere('OUT OF BAND SMS', 'message-link', 'sms'),
  elsewhere('OUT OF BAND EMAIL', 'message-link', 'email'),
]

export type Offer = ObligationType

/** The document's own: what a name without a user is made to look as if it had. */
export const decoyTypes = { questions: 'KBA', sms: 'SMS', email: 'EMAIL' } as const

/**
 * What a page is offered of the ways to ask a user, strongest first, and the one for pages that do not choose. Without a
 * session only what a decoy could be, too: anything else would tell that there is such a user.
 */
export function offersOf(
  obligations: readonly Obligation[],
  { isUntrusted, hasPasskeys }: { readonly isUntrusted: boolean; readonly hasPasskeys: boolean },
): { readonly all: readonly Offer[]; readonly first?: Offer } {
  const all = obligations
    .flatMap(({ method, via }) =>
      obligationTypes.filter(({ obligation: one }) => one.method === method && one.via === via),
    )
    .filter(({ answered }) => hasPasskeys || answered !== 'passkey')
    .filter(({ type }) => !isUntrusted || Object.values<string>(decoyTypes).includes(type))
  const usual = ['typed', 'elsewhere'] as const
  const first = usual.map((way) => all.find(({ answered }) => answered === way)).find((one) => one) ?? all[0]
  return first ? { all, first } : { all }
}

export const said = {
  registered: { status: 'USER_REGISTERED', message: 'The user is registered.' },
  notRegistered: { status: 'USER_NOT_REGISTERED', message: 'The user is not registered.' },
  enrolled: { status: 'SUCCESS', message: 'The user was registered.' },
  enrolledInPart: {
    status: 'SUCCESS',
    message: 'The user was registered, without what the site has not verified: see docs/adaptive.md.',
  },
  allowed: { status: 'SUCCESS', message: 'The user may go on.' },
  denied: { status: 'DENY', message: 'The user may not go on.' },
  mustProve: { status: 'WAIT_FOR_INPUT', message: 'Challenge the user.' },
  asked: { status: 'WAIT_FOR_INPUT', message: 'Wait for the answer of the user, and validate it.' },
  nothingToAsk: {
    status: 'WAIT_TO_REGISTER_PROFILE',
    message: 'The user has nothing by which he can be asked: register him first.',
  },
  proved: { status: 'SUCCESS', message: 'Successfully Validated' },
  badSession: {
    status: 'ERROR',
    message: 'The session of this page is over, used up, or of another user. Load the page anew.',
  },
  disabledUser: { status: 'ERROR', message: 'This user is disabled.' },
  overEvaluation: { status: 'ERROR', message: 'This sign-in is over. Evaluate the risk anew.' },
  tooOften: { status: 'ERROR', message: 'Too many calls for this user or from this address. Wait some minutes.' },
  notOffered: { status: 'ERROR', message: 'This obligation was not offered.' },
  needsSession: {
    status: 'ERROR',
    message: 'Only a session that the backend of the site opened to register can do this: see docs/adaptive.md.',
  },
  notThisPage: {
    status: 'ERROR',
    message: 'This page may not call: it has no valid session of its own, see docs/adaptive.md.',
  },
  busy: { status: 'ERROR', message: 'The server is busy. Try again in a moment.' },
  failed: { status: 'ERROR', message: 'Something went wrong here. Try again.' },
} as const satisfies Record<string, Said>

const error = (message: string) => ({ status: 'ERROR', message })

export const registerRefusals = {
  'not-allowed': said.needsSession,
  taken: error('The user is registered already; nothing was changed.'),
  'turned-off': error('Security questions are turned off here, or for new users.'),
  'too-few': error('Register at least two questions with their answers.'),
  'too-many': error('Register ten questions at most.'),
  'unreadable-question': error('A question is one line of text that can be read, without control characters.'),
  'no-answer': error('Every question needs an answer.'),
  'too-long': error('A question or an answer is too long: 250 characters at most.'),
  'same-question': error('The same question stands there twice. Choose different ones.'),
  'same-answer': error('Two questions have the same answer. Give each its own.'),
  'answer-in-question': error('An answer stands in its question. Choose another one.'),
} as const satisfies Record<Extract<RegisterOutcome, { ok: false }>['reason'], Said>

const locked = error('Too many wrong answers. This method is locked for a while.')
const lockedForGood = error('Too many wrong answers. This method is disabled until an administrator unlocks it.')

export const askRefusals = {
  over: said.overEvaluation,
  'unknown-user': said.nothingToAsk,
  'disabled-user': said.disabledUser,
  'no-method': said.nothingToAsk,
  'no-phone': said.nothingToAsk,
  'no-email': said.nothingToAsk,
  'bad-phone': said.nothingToAsk,
  'bad-email': said.nothingToAsk,
  'not-enrolled': said.nothingToAsk,
  'turned-off': error('This way to be asked is turned off here.'),
  locked,
  disabled: lockedForGood,
  'needs-match-number': error('This way needs a page that shows a number. Choose another one.'),
  'no-domain': error('Passkeys need a domain name.'),
  'no-replay-protection': error('Voices are not asked for where nobody checks the digits. Choose another way.'),
  'too-many': error('Too many messages were sent there lately. Wait some minutes.'),
  'over-budget': error('The messages of this customer for today are used up.'),
  country: error('Messages to this country are not allowed.'),
  'suspicious-prefix': error('Messages to numbers like this one are paused. Try again later.'),
  'prompts-paused': error('The user was asked too often and is left in peace for a while.'),
  repeated: error('This request was already received.'),
  'delivery-failed': error('The message could not be sent. Try again, or choose another way.'),
} as const satisfies Record<Extract<AskOutcome, { ok: false }>['reason'], Said>

export const wrongAnswers = {
  code: { status: 'INVALID_OTP', message: 'Invalid OTP provided. Please try again.' },
  assertion: { status: 'INVALID_OTP', message: 'The passkey was not accepted. Please try again.' },
  answers: { status: 'KBA_ANSWERS_INVALID', message: 'The answers you have provided are incorrect.' },
} as const satisfies Record<string, Said>

/** `wrong` depends on what was asked; see `wrongAnswers`. */
export const answerRefusals = {
  'empty-code': wrongAnswers.code,
  'empty-answers': wrongAnswers.answers,
  'not-asked': error('Challenge the user first.'),
  'unknown-challenge': said.overEvaluation,
  'other-kind': error('This question is not answered so. Send the code as otpToken, or the answers as kbaQA.'),
  'no-method': said.overEvaluation,
  'turned-off': error('This way to be asked is turned off here.'),
  'not-a-token': said.overEvaluation,
  'disabled-user': said.disabledUser,
  used: error('This was answered already. Challenge the user anew.'),
  expired: error('The time to answer is over. Challenge the user anew.'),
  spent: error('Too many wrong answers. Challenge the user anew.'),
  replaced: error('The user was asked something newer.'),
  denied: said.denied,
  locked,
  disabled: lockedForGood,
  repeated: error('This request was already received.'),
  unknown: said.overEvaluation,
  'not-approved': { status: 'WAIT_FOR_INPUT', message: 'The user has not answered yet.' },
  'method-too-weak': error('This is not enough at this risk. Challenge the user in another way.'),
} as const satisfies Record<Exclude<Extract<EvaluationOutcome, { ok: false }>['reason'], 'wrong'>, Said>
