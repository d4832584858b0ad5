import type { NotifyOutcome } from '../../engine/notify.ts'
import { challengeRefusals, type Said } from './words.ts'

/** What is said to who looks after a customer, or wants to become one; the rest is in `words.ts`. */

const offSignUp = 'Customers cannot sign up on this server. Ask who runs it for a customer key.'
const offSignIn = 'Keys are not given out by password on this server. Ask who runs it.'
const tooManyCalls = 'There were too many such requests from your address. Wait some minutes.'

export const checkRefusals = {
  off: { status: 'ERROR', message: offSignUp },
  'too-many': { status: 'TRANSACTION_LIMIT_EXCEEDED', message: tooManyCalls },
} as const satisfies Record<string, Said>

export const addRefusals = {
  off: { status: 'FAILED', message: offSignUp },
  'too-many': { status: 'FAILED', message: 'There were too many sign-ups lately. Try again tomorrow.' },
  'bad-email': { status: 'INVALID_EMAIL', message: 'The e-mail address is not valid.' },
  'bad-password': { status: 'FAILED', message: 'The password must have 8 characters at least.' },
  taken: { status: 'CUSTOMER_USERNAME_ALREADY_EXISTS', message: 'There is an account with this e-mail address.' },
} as const satisfies Record<string, Said>

/** Not JSON: WordPress, Magento and Drupal take every JSON for the keys of a customer. */
export const keyRefusals = {
  off: offSignIn,
  'too-many': tooManyCalls,
  wrong: 'Invalid username or password. Please try again.',
  locked: 'Too many wrong passwords. This account is locked for a while.',
} as const satisfies Record<string, string>

export const resetRefusals = {
  off: { status: 'ERROR', message: offSignIn },
  'too-many': { status: 'FAILED', message: tooManyCalls },
} as const satisfies Record<string, Said>

/** Joomla and Drupal 7 compare the whole answer with it, and tell their user of an error at anything else. */
export const questionKept = 'Query submitted.'

/** `ERROR`: Joomla and WordPress take every other word for thanks. */
export const supportRefusals = {
  repeated: { status: 'ERROR', message: 'This request was already received.' },
  off: { status: 'ERROR', message: 'Nobody reads questions on this server. Ask who runs it directly.' },
  'too-many': { status: 'ERROR', message: 'There were too many questions today. Try again tomorrow.' },
} as const satisfies Record<string, Said>

export const notifyRefusals = {
  'bad-email': challengeRefusals['bad-email'],
  'foreign-address': {
    status: 'FAILED',
    message: 'Mail goes only to users of this customer, by their names, and to the address of its account.',
  },
  repeated: { status: 'ERROR', message: 'This request was already received.' },
  'too-many': challengeRefusals['too-many'],
  'over-budget': challengeRefusals['over-budget'],
  country: challengeRefusals.country,
  'suspicious-prefix': challengeRefusals['suspicious-prefix'],
  'prompts-paused': challengeRefusals['prompts-paused'],
} as const satisfies Record<Extract<NotifyOutcome, { ok: false }>['reason'], Said>
