export type Field =
  | 'username'
  | 'phone'
  | 'email'
  | 'authType'
  | 'transactionName'
  | 'txId'
  | 'token'
  | 'secret'
  | 'authenticatorName'

/** How each field of a body is given on the command line. */
export const fields: Readonly<Record<Field, readonly [flags: string, about: string]>> = {
  username: ['--username <name>', 'name of the user'],
  phone: ['--phone <number>', 'phone number, such as +15551234567'],
  email: ['--email <address>', 'e-mail address'],
  authType: ['--auth-type <word>', 'method, such as SMS, EMAIL or GOOGLE AUTHENTICATOR'],
  transactionName: ['--transaction-name <text>', 'what the user is asked to confirm'],
  txId: ['--tx-id <id>', 'the transaction, as challenge gave it'],
  token: ['--token <code>', 'the code that the user has'],
  secret: ['--secret <secret>', 'the secret, as google-auth-secret gave it'],
  authenticatorName: ['--authenticator-name <name>', 'name that the app shows'],
}

export interface Kind {
  readonly path: string
  readonly about: string
  readonly example: string
  readonly optional: readonly Field[]
  readonly required: readonly Field[]
  readonly takesIdempotencyKey?: true
  /** What to call next after this success. */
  readonly next?: (said: Readonly<Record<string, unknown>>) => Next
}

export interface Next {
  readonly call: string
  readonly options: readonly Field[]
  /** Also the code that the user has. */
  readonly needsCode: boolean
}

const validation: Next = { call: 'validate', options: ['txId'], needsCode: true }
/** A link is opened and answered by the user himself. */
const polling: Next = { call: 'status', options: ['txId'], needsCode: false }
const confirmation: Next = { call: 'validate-google-auth-secret', options: ['username', 'secret'], needsCode: true }

/** The calls that a person makes to try a server. */
export const calls = {
  challenge: {
    path: '/moas/api/auth/challenge',
    about: 'Challenge somebody, by name or by phone number or address',
    example: '--auth-type SMS --phone +15551234567',
    optional: ['username', 'phone', 'email', 'authType', 'transactionName'],
    required: [],
    takesIdempotencyKey: true,
    next: ({ authType }) => (/^(OUT OF BAND|VOICE)/.test(String(authType)) ? polling : validation),
  },
  validate: {
    path: '/moas/api/auth/validate',
    about: 'Validate a code: of a challenge (--tx-id), or of an authenticator app (--username)',
    example: '--tx-id 7d0c0c0e-52a6-4d0c-9a68-0a9b2a0c5b11 --token 123456',
    optional: ['txId', 'username', 'authType'],
    required: ['token'],
    takesIdempotencyKey: true,
  },
  status: {
    path: '/moas/api/auth/auth-status',
    about: 'Ask how a challenge stands',
    example: '--tx-id 7d0c0c0e-52a6-4d0c-9a68-0a9b2a0c5b11',
    optional: [],
    required: ['txId'],
  },
  'delivery-status': {
    path: '/moas/api/auth/delivery-status',
    about: 'Ask what became of the messages of a challenge',
    example: '--tx-id 7d0c0c0e-52a6-4d0c-9a68-0a9b2a0c5b11',
    optional: [],
    required: ['txId'],
  },
  'google-auth-secret': {
    path: '/moas/api/auth/google-auth-secret',
    about: 'Offer a user a secret for an authenticator app',
    example: '--username alice@example.com',
    optional: ['authenticatorName'],
    required: ['username'],
    next: () => confirmation,
  },
  'validate-google-auth-secret': {
    path: '/moas/api/auth/validate-google-auth-secret',
    about: 'Confirm that secret by a code of the app',
    example: '--username alice@example.com --secret JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP --token 123456',
    optional: ['authenticatorName'],
    required: ['username', 'secret', 'token'],
    takesIdempotencyKey: true,
  },
  'passkey-registration': {
    path: '/moas/api/auth/passkey-registration',
    about: 'Make a link by which a user sets up a passkey',
    example: '--username alice@example.com',
    optional: [],
    required: ['username'],
  },
  'voice-registration': {
    path: '/moas/api/auth/voice-registration',
    about: 'Make a link by which a user sets up his voice',
    example: '--username alice@example.com',
    optional: [],
    required: ['username'],
  },
} as const satisfies Record<string, Kind>
