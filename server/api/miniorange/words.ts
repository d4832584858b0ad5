import type { AnswerRefusal } from '../../engine/answer.ts'
import type { ChallengeRefusal, Shown } from '../../engine/challenge-outcome.ts'
import type { RemoveDeviceOutcome } from '../../engine/devices.ts'
import type { ConfirmOutcome, EnrolOutcome } from '../../engine/enrol.ts'
import type { LinkRefusal } from '../../engine/enrolment-link.ts'
import { type GroupRefusal, groupsMax } from '../../engine/groups.ts'
import type { OfferOutcome } from '../../engine/pairing.ts'
import type { RegistrationOutcome } from '../../engine/passkey-registration.ts'
import type { ListOutcome, RemoveOutcome } from '../../engine/passkeys.ts'
import type { Asked } from '../../engine/person.ts'
import type { RegisterQuestionsRefusal } from '../../engine/questions.ts'
import type { RecoveryCodesOutcome } from '../../engine/recovery-codes.ts'
import type { TokenRefusal } from '../../engine/tokens.ts'
import type { UserOutcome } from '../../engine/users.ts'
import type { EraseOutcome, VoiceLinkOutcome } from '../../engine/voice-enrolment.ts'
import type { ChallengeState } from '../../vocabulary/challenge.ts'
import type { Via } from '../../vocabulary/message.ts'
import type { MethodId } from '../../vocabulary/method.ts'

/**
 * Both directions of miniOrange's dictionary. Sentences marked *compared* are read by real clients to the letter:
 * change none of them. Their sources are named in docs/miniorange.md.
 */

interface Way {
  readonly method: MethodId
  readonly via: readonly Via[]
}

/** `authType` (document 000) to our method. `OTP OVER EMAIL` is Drupal's spelling. */
const ways: Readonly<Record<string, Way>> = {
  SMS: { method: 'message-code', via: ['sms'] },
  EMAIL: { method: 'message-code', via: ['email'] },
  'OTP OVER EMAIL': { method: 'message-code', via: ['email'] },
  'SMS AND EMAIL': { method: 'message-code', via: ['sms', 'email'] },
  WHATSAPP: { method: 'message-code', via: ['sms'] },
  'PHONE VERIFICATION': { method: 'message-code', via: ['call'] },
  'OUT OF BAND SMS': { method: 'message-link', via: ['sms'] },
  'OUT OF BAND EMAIL': { method: 'message-link', via: ['email'] },
  'SOFT TOKEN': { method: 'time-code', via: [] },
  'GOOGLE AUTHENTICATOR': { method: 'time-code', via: [] },
  'HARDWARE TOKEN': { method: 'hardware-token', via: [] },
  'PUSH NOTIFICATIONS': { method: 'push', via: [] },
  'PUSH NOTIFICATION': { method: 'push', via: [] }, // document 000's prose, once
  'MOBILE AUTHENTICATION': { method: 'qr-scan', via: [] },
  KBA: { method: 'questions', via: [] },
  'VOICE AUTHENTICATION': { method: 'voice', via: [] },
  // Ours.
  'RECOVERY CODE': { method: 'recovery-code', via: [] },
  PASSKEY: { method: 'passkey', via: [] },
}

/** Says what there is, to whoever asked for an `authType` that there is not. */
export function noSuchMethod(authType: unknown): string {
  return `The authType ${authType} is not available. There are: ${Object.keys(ways).join(', ')}.`
}

/** Apps that Drupal, Joomla and Magento store by name; all of them read the same QR code. */
const otherApps: ReadonlySet<string> = new Set([
  'MICROSOFT AUTHENTICATOR',
  'AUTHY AUTHENTICATOR',
  'LASTPASS AUTHENTICATOR',
  'DUO AUTHENTICATOR',
  'OKTA VERIFY AUTHENTICATOR',
  '2FAS AUTHENTICATOR',
  'ZOHO ONEAUTH AUTHENTICATOR',
  'RSA SECURID AUTHENTICATOR',
])

/** Stored by clients for a user who has chosen nothing. */
const noChoice: ReadonlySet<string> = new Set(['NONE', 'NOT CONFIGURED'])

/** Clients write it in any case and compare it in upper case. */
export function readMethod(authType: string): Asked | undefined {
  const label = authType.trim().toUpperCase()
  if (otherApps.has(label)) return { method: 'time-code', via: [], label }
  const way = Object.hasOwn(ways, label) ? ways[label] : undefined
  return way && { ...way, label }
}

/** The word for a method whose message travels one way, or needs none; undefined: these documents have none. */
export function labelOf({ method, via }: { readonly method: MethodId; readonly via: Via | null }): string | undefined {
  const wanted = via === null ? [] : [via]
  const isIt = (way: Way) => way.method === method && way.via.join() === wanted.join()
  return Object.entries(ways).find(([, way]) => isIt(way))?.[0]
}

/** The word stored for a user: null when it says that he chose nothing. */
export function readOwnMethod(label: string): Asked | null | undefined {
  return noChoice.has(label) ? null : readMethod(label)
}

export const emailMethod: Asked = { method: 'message-code', via: ['email'], label: 'EMAIL' }

export interface Said {
  readonly status: string
  readonly message: string
}

export const said = {
  challenged: { status: 'SUCCESS', message: 'Successfully generated.' },
  validated: { status: 'SUCCESS', message: 'Successfully Validated' },
  registered: { status: 'SUCCESS', message: 'Successfully registered.' },
  voiceErased: { status: 'SUCCESS', message: 'Nothing is kept of his voice.' },
  enrolmentLink: { status: 'SUCCESS', message: 'Show the link to the user. It works once, for an hour.' },
  scan: { status: 'SUCCESS', message: 'Please scan the QR code from your Authenticator app.' },
  done: { status: 'SUCCESS', message: 'Success' },
  groupsFound: { status: 'SUCCESS', message: 'Groups retrieved successfully.' }, // of members too (document 003)
  groupsUpdated: { status: 'SUCCESS', message: 'Groups updated successfully.' },
  found: { status: 'USER_FOUND', message: 'The user was found.' },
  notFound: { status: 'USER_NOT_FOUND', message: 'There is no such user.' },
  customerThere: { status: 'SUCCESS', message: 'Customer already exists.' }, // compared by Drupal
  customerNotThere: { status: 'CUSTOMER_NOT_FOUND', message: 'There is no such customer.' },
  resetMailed: { status: 'SUCCESS', message: 'If there is such an account, a link is on its way to it.' },
  mailKept: { status: 'SUCCESS', message: 'The mail is on its way.' },
  scanPhone: { status: 'IN_PROGRESS', message: 'Scan the QR code with the camera of the phone.' }, // status compared by Drupal
  scanWithoutTls: {
    status: 'IN_PROGRESS',
    message:
      'Phones refuse this address: it is not https. Set COUNTERSIGN_BASE_URL to one that is, then scan the QR code.',
  },
  foundElsewhere: { status: 'USER_FOUND_UNDER_DIFFERENT_CUSTOMER', message: 'The user belongs to another customer.' },
} as const satisfies Record<string, Said>

const unknownUser = { status: 'FAILED', message: 'Invalid username or email.' } // compared by Drupal and Joomla

export const challengeRefusals = {
  'unknown-user': unknownUser,
  'disabled-user': { status: 'FAILED', message: 'This user is disabled.' },
  'no-method': {
    status: 'FAILED',
    message: 'There is no method to ask by. Send authType, or set an available one with users/update.',
  },
  'no-phone': {
    status: 'FAILED',
    message: 'There is no phone number to send to. Send phone, or store one with users/update.',
  },
  'no-email': {
    status: 'FAILED',
    message: 'There is no e-mail address to send to. Send email, or store one with users/update.',
  },
  'bad-phone': {
    status: 'FAILED',
    message: 'The phone number is not valid. Write it with its country code, such as +15551234567.',
  },
  'bad-email': { status: 'FAILED', message: 'The e-mail address is not valid.' },
  'turned-off': {
    status: 'FAILED',
    message: 'This method is turned off for this user. See the setting questions, and the methods of his groups.',
  },
  'not-enrolled': { status: 'FAILED', message: 'The user has not set up this method.' },
  locked: { status: 'FAILED', message: 'Too many wrong answers. This method is locked for a while.' },
  disabled: {
    status: 'FAILED',
    message: 'Too many wrong answers. This method is disabled until an administrator unlocks it.',
  },
  'too-many': { status: 'FAILED', message: 'Too many messages were sent there lately. Wait some minutes.' },
  'over-budget': { status: 'FAILED', message: 'The messages of this customer for today are used up.' },
  country: { status: 'FAILED', message: 'Messages to this country are not allowed. See the setting allowedCountries.' },
  'suspicious-prefix': {
    status: 'FAILED',
    message: 'Messages to these numbers are stopped for a while: hardly any code was typed.',
  },
  'prompts-paused': {
    status: 'FAILED',
    message: 'Too many requests were denied or left unanswered. They are paused for a while.',
  },
  'needs-match-number': {
    status: 'FAILED',
    message: 'This customer requires a match number. Send showsMatchNumber and show the matchNumber of the answer.',
  },
  'no-domain': {
    status: 'ERROR',
    message: 'Passkeys belong to a domain. Set COUNTERSIGN_BASE_URL to one, such as https://mfa.example.com.',
  },
  'no-replay-protection': {
    status: 'ERROR',
    message:
      'Nobody can check here that the right digits are said. Install pocketsphinx, or see the setting voiceReplayProtection.',
  },
  repeated: { status: 'ERROR', message: 'This request was already received.' },
  'delivery-failed': { status: 'ERROR', message: 'The code could not be sent.' },
} as const satisfies Record<ChallengeRefusal, Said>

/** Validate says `FAILED` whatever happened: one client logs in on every other word. */
export const answerRefusals = {
  wrong: 'Invalid OTP provided. Please try again.', // compared by Drupal
  'other-kind': 'This transaction is not answered by a code. Ask auth-status.',
  'unknown-challenge': 'There is no such transaction. Request a new code.',
  'no-method': "The user's own method is not available. Send authType.",
  'turned-off': challengeRefusals['turned-off'].message,
  'not-a-token': 'This method needs a transaction. Call challenge first and send its txId.',
  'disabled-user': 'This user is disabled.',
  used: 'This code was already used. Request or wait for a new one.',
  expired: 'This code has expired. Request a new one.',
  spent: 'Too many wrong answers. Request a new code.',
  replaced: 'This code was replaced by a newer one.',
  denied: 'This transaction was denied.',
  locked: 'Too many wrong answers. This method is locked for a while.',
  disabled: 'Too many wrong answers. This method is disabled until an administrator unlocks it.',
  repeated: 'This request was already received.',
} as const satisfies Record<AnswerRefusal, string>

/** The same of security questions. */
export const questionRefusals: Readonly<Record<AnswerRefusal, string>> = {
  ...answerRefusals,
  wrong: 'The answers you have provided are incorrect.', // compared by Drupal
  'other-kind': 'This method is not answered by answers to questions.',
  'unknown-challenge': 'There is no such transaction. Ask for new questions.',
  used: 'These questions were already answered. Ask for new ones.',
  expired: 'The time to answer is over. Ask for new questions.',
  spent: 'Too many wrong answers. Ask for new questions.',
  replaced: 'These questions were replaced by newer ones.',
}

/** The same of a passkey. */
export const assertionRefusals: Readonly<Record<AnswerRefusal, string>> = {
  ...answerRefusals,
  wrong: 'The passkey was not accepted. Please try again.',
  'other-kind': 'This transaction is not answered by a passkey.',
  'unknown-challenge': 'There is no such transaction. Call challenge first.',
  used: 'This was answered before, or the passkey was copied. Call challenge again.',
  expired: 'This transaction has expired. Call challenge again.',
  spent: 'Too many wrong answers. Call challenge again.',
  replaced: 'This transaction was replaced by a newer one.',
}

type ConfirmRefusal = Extract<ConfirmOutcome, { ok: false }>['reason']

export const confirmRefusals = {
  wrong: { status: 'FAILED', message: 'The OTP you have entered is incorrect.' }, // compared by Magento and Drupal
  denied: { status: 'FAILED', message: 'This transaction was denied.' },
  used: { status: 'ALREADY_USED', message: 'This code was already used. Wait for the next one.' }, // understood by WordPress
  'unknown-secret': { status: 'FAILED', message: 'This secret was not issued for this user. Request a new one.' },
  'disabled-user': { status: 'FAILED', message: 'This user is disabled.' },
  'turned-off': challengeRefusals['turned-off'],
  locked: { status: 'FAILED', message: 'Too many wrong answers. This method is locked for a while.' },
  disabled: { status: 'FAILED', message: 'Too many wrong answers. Set the authenticator up anew.' },
  repeated: { status: 'FAILED', message: 'This request was already received.' },
} as const satisfies Record<ConfirmRefusal, Said>

export const enrolRefusals = {
  repeated: { status: 'ERROR', message: 'This request was already received.' },
  'disabled-user': { status: 'FAILED', message: 'This user is disabled.' },
  'turned-off': challengeRefusals['turned-off'],
} as const satisfies Record<Extract<EnrolOutcome, { ok: false }>['reason'], Said>

/** Of `register` with questions and answers. */
export const registerQuestionsRefusals = {
  'too-few': { status: 'FAILED', message: 'Register at least two questions with their answers.' },
  'too-many': { status: 'FAILED', message: 'Register ten questions at most.' },
  'unreadable-question': {
    status: 'FAILED',
    message: 'A question is one line of text that can be read, without control characters.',
  },
  'no-answer': { status: 'FAILED', message: 'Every question needs an answer.' },
  'too-long': { status: 'FAILED', message: 'A question or an answer is too long: 250 characters at most.' },
  'same-question': { status: 'FAILED', message: 'The same question stands there twice. Choose different ones.' },
  'same-answer': { status: 'FAILED', message: 'Two questions have the same answer. Give each its own.' },
  'answer-in-question': { status: 'FAILED', message: 'An answer stands in its question. Choose another one.' },
  'unknown-user': unknownUser,
  'disabled-user': { status: 'FAILED', message: 'This user is disabled.' },
  'turned-off': challengeRefusals['turned-off'],
  repeated: { status: 'ERROR', message: 'This request was already received.' },
} as const satisfies Record<RegisterQuestionsRefusal, Said>

export const recoveryCodesRefusals = {
  'unknown-user': unknownUser,
  'disabled-user': { status: 'FAILED', message: 'This user is disabled.' },
  'turned-off': challengeRefusals['turned-off'],
  repeated: { status: 'ERROR', message: 'This request was already received.' },
} as const satisfies Record<Extract<RecoveryCodesOutcome, { ok: false }>['reason'], Said>

export const userRefusals = {
  'unknown-user': unknownUser,
  taken: { status: 'FAILED', message: 'A user with this name exists already.' },
  'bad-phone': challengeRefusals['bad-phone'],
  'bad-email': challengeRefusals['bad-email'],
  repeated: { status: 'ERROR', message: 'This request was already received.' },
} as const satisfies Record<Extract<UserOutcome, { ok: false }>['reason'], Said>

/** Nothing of the call was done; `item` is what was refused, as the caller wrote it. */
export const groupRefusals = {
  repeated: () => 'This request was already received.',
  'bad-name': (item) => `The name ${item} of a group is not valid.`,
  'bad-attribute': (item) => `An attribute of the group ${item} is not valid.`,
  'bad-methods': (item) => `The methods of the group ${item} are not valid.`,
  'same-name': (item) => `The group ${item} stands there twice.`,
  'two-defaults': (item) => `Only one group can be the default: ${item} is a second one.`,
  'no-default': (item) => `There must be a default group. Make another one the default, and ${item} is it no more.`,
  'too-many': (item) => `There is no room for the group ${item}: a customer has ${groupsMax} groups at most.`,
  taken: (item) => `There is a group ${item} already.`,
  'unknown-group': (item) => `There is no group ${item}.`,
  'built-in': (item) => `The group ${item} stays as it is.`,
  'is-default': (item) => `The group ${item} is the default. Make another one the default first.`,
  'named-by-app': (item) => `The group ${item} is one that an app is limited to.`,
  'unknown-user': (item) => `There is no user ${item}. Nothing was changed.`,
  'in-and-out': (item) => `The user ${item} stands there twice, to be added and to be removed.`,
} as const satisfies Record<GroupRefusal, (item: string) => string>

/** Hardware tokens are our extension; `wrong` speaks as `register` does, where a YubiKey is registered. */
export const tokenRefusals = {
  'unknown-token': { status: 'FAILED', message: 'There is no token of this serial number.' },
  'unknown-user': unknownUser,
  'disabled-user': { status: 'FAILED', message: 'This user is disabled.' },
  'turned-off': challengeRefusals['turned-off'],
  taken: { status: 'FAILED', message: 'This token is assigned. Unassign it first.' },
  unassigned: { status: 'FAILED', message: 'This token is assigned to nobody.' },
  'disabled-token': { status: 'FAILED', message: 'This token is disabled. Enable it first.' },
  'too-many': { status: 'FAILED', message: 'This user has as many tokens as one may have.' },
  changed: { status: 'FAILED', message: 'This token was changed by another call. Look at it and try again.' },
  'no-resync': { status: 'FAILED', message: 'A YubiKey tells its counter itself and needs no resync.' },
  wrong: { status: 'FAILED', message: 'The OTP you have entered is incorrect.' },
  used: { status: 'FAILED', message: 'This code was already used. Wait for the next one.' },
  locked: { status: 'FAILED', message: 'Too many wrong answers. This method is locked for a while.' },
  disabled: {
    status: 'FAILED',
    message: 'Too many wrong answers. This method is disabled until an administrator unlocks it.',
  },
  repeated: { status: 'ERROR', message: 'This request was already received.' },
} as const satisfies Record<TokenRefusal, Said>

export const phoneRefusals = {
  'unknown-user': unknownUser,
  'unknown-device': { status: 'FAILED', message: 'The user has no such phone.' },
  'too-many-devices': { status: 'FAILED', message: 'The user has as many phones as one may have. Remove one first.' },
  'disabled-user': { status: 'FAILED', message: 'This user is disabled.' },
  'turned-off': challengeRefusals['turned-off'],
  repeated: { status: 'FAILED', message: 'This request was already received.' },
} as const satisfies Record<Extract<OfferOutcome | RemoveDeviceOutcome, { ok: false }>['reason'], Said>

/** Of one-time links by which something is set up. */
const linkRefusals = {
  'unknown-user': unknownUser,
  'disabled-user': challengeRefusals['disabled-user'],
  'turned-off': challengeRefusals['turned-off'],
  'no-email': { status: 'FAILED', message: 'The user has no e-mail address. Leave sendEmail away and show the link.' },
  'too-many': challengeRefusals['too-many'],
  'over-budget': challengeRefusals['over-budget'],
  country: challengeRefusals.country,
  'suspicious-prefix': challengeRefusals['suspicious-prefix'],
  'prompts-paused': challengeRefusals['prompts-paused'],
  repeated: challengeRefusals.repeated,
} as const satisfies Record<LinkRefusal, Said>

type VoiceRefusal = Extract<VoiceLinkOutcome | EraseOutcome, { ok: false }>['reason']

type PasskeyRefusal =
  | Extract<RegistrationOutcome, { ok: false }>['reason']
  | Extract<RemoveOutcome | ListOutcome, { ok: false }>['reason']

export const passkeyRefusals = {
  ...linkRefusals,
  'unknown-passkey': { status: 'FAILED', message: 'The user has no such passkey.' },
  'too-many-passkeys': { status: 'FAILED', message: 'The user has too many passkeys. Remove one first.' },
  'no-domain': challengeRefusals['no-domain'],
} as const satisfies Record<PasskeyRefusal, Said>

export const voiceRefusals = {
  ...linkRefusals,
  'no-replay-protection': challengeRefusals['no-replay-protection'],
} as const satisfies Record<VoiceRefusal, Said>

/** `phoneDelivery` and `emailDelivery`, each only when its channel was used; the time is a string. */
export function deliveries(
  shown: readonly Shown[],
): Record<string, { contact: string; sendStatus: string; sendTime: string }> {
  const names = { sms: 'phoneDelivery', call: 'phoneDelivery', email: 'emailDelivery' } as const
  const entries = shown.map(({ via, contact, isSent, atMs }) => {
    return [names[via], { contact, sendStatus: isSent ? 'SUCCESS' : 'ERROR', sendTime: String(atMs) }] as const
  })
  return Object.fromEntries(entries)
}

/** Drupal polls only while it reads `IN_PROGRESS`, and shows the message of a timeout. */
export const states = {
  pending: { status: 'IN_PROGRESS', message: 'Waiting for the user.' },
  approved: { status: 'SUCCESS', message: 'Successfully Validated' },
  denied: { status: 'DENIED', message: 'The user denied the transaction.' },
  expired: { status: 'ERROR', message: 'Your mobile validation request timed out. Please try again.' }, // compared by Drupal
  spent: { status: 'FAILED', message: 'Too many wrong answers.' },
  cancelled: { status: 'FAILED', message: 'The transaction was replaced by a newer one.' },
  unknown: { status: 'ERROR', message: 'There is no such transaction.' },
} as const satisfies Record<ChallengeState | 'unknown', Said>
