import type { AnswerRefusal } from '../../engine/answer.ts'
import type { ChallengeRefusal } from '../../engine/challenge-outcome.ts'
import type { ChallengeState } from '../../vocabulary/challenge.ts'

/** An answer in the vendor's shape: `code` and `message`, and what `object` holds as JSON text; none: an empty text. */
export interface Reply {
  readonly code: string
  readonly message: string
  readonly object?: object
}

/** The vendor's return codes, as far as we give them. The wording of the messages is ours: the vendor's is not known. */
export const said = {
  done: { code: '0', message: 'Success' },
  notPermitted: { code: '10001', message: 'Messages to the country of this number are not allowed.' },
  tooRisky: { code: '10001', message: 'This sign-in is not permitted: see the risk policy.' },
  badInput: { code: '10002', message: 'Invalid input.' },
  notSent: { code: '10007', message: 'The message could not be sent.' },
  unknownUser: { code: '22002', message: 'User not found.' },
  disabledUser: { code: '22004', message: 'User not active.' },
  noPhone: { code: '22005', message: "The user's mobile number was not found." },
  wrong: { code: '23001', message: 'Invalid credentials.' },
  wait: { code: '23002', message: 'Wait before you request another SMS OTP.' },
  pending: { code: '23007', message: 'Authentication pending.' },
  wrongSms: { code: '23008', message: 'The SMS OTP is invalid.' },
  expiredSms: { code: '23009', message: 'The SMS OTP has expired. Request a new one.' },
  noSms: { code: '23010', message: 'No SMS OTP was generated. Request one.' },
  noDevice: { code: '23013', message: 'There is nothing to reach the user at.' },
  noSignIn: { code: '23016', message: 'The authToken is not known, was used, or has expired.' },
  notEnabled: { code: '23017', message: 'This method is not enabled.' },
  badStatus: { code: '23018', message: 'The request does not wait for an answer any more.' },
  otherOwner: { code: '23019', message: 'The authToken belongs to another user.' },
  untrusted: { code: '23020', message: 'Calls from this address are not allowed for this app.' },
  notAllowed: { code: '23021', message: "The user's group may not use this API." },
  badSignature: { code: '23022', message: 'Invalid API signature.' },
  expired: { code: '23023', message: 'The unixTimestamp is too far from the time of the server.' },
  repeated: { code: '23023', message: 'This hmac was already used. Sign each request anew.' },
  unknownApp: { code: '23024', message: 'There is no app with this integrationKey.' },
  unknownCall: { code: '23024', message: 'There is no such call. Calls are sent by POST.' },
  failed: { code: '23025', message: 'Something went wrong here. Try again.' },
  busy: { code: '23025', message: 'The server is busy. Try again in a moment.' },
  rejected: { code: '23026', message: 'The request was rejected by the user.' },
  pushFailed: { code: '23034', message: 'The request could not be sent to the user.' },
  locked: { code: '23036', message: 'Locked after too many wrong answers.' },
  noCredit: { code: '25009', message: 'The messages of this customer for today are used up.' },
  noToken: { code: '29001', message: 'Token not found.' },
  noDeviceAccount: { code: '36000', message: 'Device not found. Leave devAccId out.' },
  fidoFailed: { code: '37000', message: 'This passkey or security key was not accepted.' },
  fidoTooOften: { code: '37000', message: 'Asked too often for this user or address. Wait ten minutes.' },
} as const satisfies Record<string, Reply>

/** Why no SMS was sent. */
export const smsRefusals = {
  'unknown-user': said.unknownUser,
  'disabled-user': said.disabledUser,
  'no-method': said.notEnabled,
  'no-phone': said.noPhone,
  'no-email': said.noPhone,
  'bad-phone': said.noPhone,
  'bad-email': said.noPhone,
  'not-enrolled': said.notEnabled,
  locked: said.locked,
  disabled: said.locked,
  'too-many': said.wait,
  'over-budget': said.noCredit,
  country: said.notPermitted,
  'suspicious-prefix': said.wait,
  'prompts-paused': said.wait,
  'needs-match-number': said.notEnabled,
  'no-domain': said.notEnabled,
  'no-replay-protection': said.notEnabled,
  'turned-off': said.notEnabled,
  repeated: said.repeated,
  'delivery-failed': said.notSent,
} as const satisfies Record<ChallengeRefusal, Reply>

/** Why nobody was asked by a link. */
export const pushRefusals = {
  ...smsRefusals,
  'no-phone': said.noDevice,
  'no-email': said.noDevice,
  'bad-phone': said.noDevice,
  'bad-email': said.noDevice,
  'prompts-paused': said.pushFailed,
  'too-many': said.pushFailed,
  'suspicious-prefix': said.pushFailed,
  'delivery-failed': said.pushFailed,
} as const satisfies Record<ChallengeRefusal, Reply>

/** Why the code of a token is refused. A name that nobody has is a wrong code. */
export const otpRefusals = {
  'turned-off': said.notEnabled,
  'unknown-challenge': said.wrong,
  'other-kind': said.notEnabled,
  'no-method': said.notEnabled,
  'not-a-token': said.notEnabled,
  'disabled-user': said.disabledUser,
  wrong: said.wrong,
  used: said.wrong,
  expired: said.wrong,
  spent: said.wrong,
  replaced: said.wrong,
  denied: said.wrong,
  locked: said.locked,
  disabled: said.locked,
  repeated: said.repeated,
} as const satisfies Record<AnswerRefusal, Reply>

/** Why the code of an SMS is refused. */
export const smsOtpRefusals = {
  ...otpRefusals,
  'unknown-challenge': said.noSms,
  'other-kind': said.noSms,
  wrong: said.wrongSms,
  used: said.expiredSms,
  expired: said.expiredSms,
  spent: said.expiredSms,
  replaced: said.noSms,
  denied: said.noSms,
} as const satisfies Record<AnswerRefusal, Reply>

/** Why nobody was asked for a passkey. */
export const fidoAskRefusals = {
  ...smsRefusals,
  'too-many': said.fidoTooOften,
  'suspicious-prefix': said.fidoTooOften,
  'prompts-paused': said.fidoTooOften,
  'delivery-failed': said.fidoFailed,
} as const satisfies Record<ChallengeRefusal, Reply>

/** Why an assertion is refused. One that answers nothing this user was asked is a wrong one. */
export const fidoRefusals = {
  ...otpRefusals,
  'unknown-challenge': said.fidoFailed,
  wrong: said.fidoFailed,
  used: said.badStatus,
  expired: said.badStatus,
  spent: said.badStatus,
  replaced: said.badStatus,
  denied: said.badStatus,
} as const satisfies Record<AnswerRefusal, Reply>

/** How a polled request stands. */
export const states = {
  pending: said.pending,
  approved: said.done,
  denied: said.rejected,
  expired: said.badStatus,
  spent: said.badStatus,
  cancelled: said.badStatus,
  unknown: said.noSignIn,
} as const satisfies Record<ChallengeState | 'unknown', Reply>
