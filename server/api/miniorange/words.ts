import type { AnswerRefusal } from '../../engine/answer.ts'
import type { ChallengeRefusal, Shown } from '../../engine/challenge-outcome.ts'
import type { ChallengeState } from '../../vocabulary/challenge.ts'

/**
 * What we say in miniOrange's words. Sentences marked *compared* are read by real clients to the letter: change none of
 * them. Their sources are named in docs/miniorange.md.
 */

/** An outcome in the words of miniOrange. */
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

export const unknownUser = { status: 'FAILED', message: 'Invalid username or email.' } // compared by Drupal and Joomla

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
    message:
      'This method is turned off for this user. See the methods of his groups, and for questions the setting questions.',
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
