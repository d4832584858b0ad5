import type { RemoveDeviceOutcome } from '../../engine/devices.ts'
import type { ConfirmOutcome, EnrolOutcome } from '../../engine/enrol.ts'
import type { LinkRefusal } from '../../engine/enrolment-link.ts'
import type { OfferOutcome } from '../../engine/pairing.ts'
import type { RegistrationOutcome } from '../../engine/passkey-registration.ts'
import type { ListOutcome, RemoveOutcome } from '../../engine/passkeys.ts'
import type { RegisterQuestionsRefusal } from '../../engine/questions.ts'
import type { RecoveryCodesOutcome } from '../../engine/recovery-codes.ts'
import type { TokenRefusal } from '../../engine/tokens.ts'
import type { EraseOutcome, VoiceLinkOutcome } from '../../engine/voice-enrolment.ts'
import { challengeRefusals, type Said, unknownUser } from './words.ts'

/** What is said to who sets up a method of a user or takes it away; the rest is in `words.ts`. */

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
