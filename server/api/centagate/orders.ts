import type { SignatureOrder } from '../../vocabulary/app.ts'

/** Every field that is signed, by its name in the JSON body. */
export type FieldName =
  | 'username'
  | 'integrationKey'
  | 'unixTimestamp'
  | 'authToken'
  | 'supportFido'
  | 'ipAddress'
  | 'userAgent'
  | 'browserFp'
  | 'smsOtp'
  | 'otp'
  | 'otpType'
  | 'devAccId'
  | 'crOtp'
  | 'challenge'
  | 'authMethod'
  | 'details'
  | 'transactionId'

/** The calls that are served, by their path below `webresources/`. */
export type CallName =
  | 'req/requestSmsOtp'
  | 'auth/authSmsOtp'
  | 'auth/authOtp'
  | 'auth/authCrOtp'
  | 'req/requestMobilePushCR'
  | 'session/statecheck'
  | 'req/requestSmsTransOtp'
  | 'trans/authoriseSmsTrans'
  | 'req/requestAssertionOption'
  | 'auth/authFido'

type Order = readonly FieldName[]

/** How the vendor's samples end; what is special to a call stands between the name and this. */
const ofNode = [
  'integrationKey',
  'unixTimestamp',
  'authToken',
  'supportFido',
  'ipAddress',
  'userAgent',
  'browserFp',
] as const
const ofJava = [
  'authToken',
  'integrationKey',
  'unixTimestamp',
  'supportFido',
  'ipAddress',
  'userAgent',
  'browserFp',
] as const
const ofTable = ['userAgent', 'integrationKey', 'supportFido', 'browserFp', 'unixTimestamp', 'ipAddress'] as const
const ofTableWithToken = ['authToken', ...ofTable] as const
const ofTableTokenLater = [
  'userAgent',
  'integrationKey',
  'supportFido',
  'browserFp',
  'unixTimestamp',
  'authToken',
  'ipAddress',
] as const

const crOtp = ['username', 'devAccId', 'crOtp', 'otpType', 'challenge', ...ofNode] as const
const smsTrans = ['username', 'details', 'transactionId', ...ofJava] as const
/** The clients' order; most of the vendor's pages leave the `assertion` out, too. */
const fido = {
  node: ['username', ...ofNode],
  java: ['username', ...ofJava],
  php: ['username', ...ofJava],
  table: ['username', ...ofTableWithToken],
} as const
const authoriseSmsTrans = ['username', 'details', 'transactionId', 'smsOtp', ...ofJava] as const

/**
 * What the HMAC is made of, in order; nothing stands between the values, and an absent field adds nothing. The vendor's
 * pages contradict each other, so each app has one order, named after the sample it is signed like (docs/centagate.md).
 * An order that lacks `authToken` leaves it unsigned, and is refused with one.
 */
const orders = {
  'req/requestSmsOtp': {
    node: ['username', ...ofNode],
    java: ['username', ...ofJava],
    php: ['username', ...ofJava],
    table: ['username', ...ofTableWithToken],
  },
  'auth/authSmsOtp': {
    node: ['username', 'smsOtp', ...ofNode],
    java: ['username', 'smsOtp', ...ofJava],
    php: [
      'username',
      'smsOtp',
      'integrationKey',
      'authToken',
      'unixTimestamp',
      'supportFido',
      'ipAddress',
      'userAgent',
      'browserFp',
    ],
    table: ['username', 'smsOtp', ...ofTable],
  },
  'auth/authOtp': {
    node: ['username', 'devAccId', 'otp', 'otpType', ...ofNode],
    java: ['username', 'devAccId', 'otp', ...ofJava],
    php: ['username', 'devAccId', 'otp', ...ofJava],
    table: ['username', 'devAccId', 'otp', ...ofTableTokenLater],
  },
  'auth/authCrOtp': { node: crOtp, java: crOtp, php: crOtp, table: crOtp },
  'req/requestMobilePushCR': {
    node: ['username', 'devAccId', 'details', ...ofNode],
    java: ['username', 'details', ...ofJava],
    php: ['username', 'details', ...ofJava],
    table: ['username', 'details', ...ofTableWithToken],
  },
  'session/statecheck': {
    node: ['username', 'authMethod', ...ofNode],
    java: ['username', 'authMethod', ...ofJava],
    php: ['username', 'authMethod', ...ofJava],
    table: ['username', 'authMethod', ...ofTableTokenLater],
  },
  'req/requestSmsTransOtp': {
    node: smsTrans,
    java: smsTrans,
    php: smsTrans,
    table: ['username', 'details', 'transactionId', ...ofTableWithToken],
  },
  'trans/authoriseSmsTrans': {
    node: authoriseSmsTrans,
    java: authoriseSmsTrans,
    php: authoriseSmsTrans,
    table: ['username', 'transactionId', 'details', 'smsOtp', ...ofTableWithToken],
  },
  'req/requestAssertionOption': fido,
  'auth/authFido': fido,
} as const satisfies Record<CallName, Record<Exclude<SignatureOrder, 'framed'>, Order>>

export const orderNames = ['node', 'java', 'php', 'table', 'framed'] as const satisfies readonly SignatureOrder[]

/** The call of a path, in any case. */
export function callNamed(path: string): CallName | undefined {
  const folded = path.toLowerCase()
  return (Object.keys(orders) as CallName[]).find((name) => name.toLowerCase() === folded) // its own names
}

/** The fields of a call in the order of an app. */
export function orderOf(call: CallName, name: SignatureOrder): Order {
  return orders[call][name === 'framed' ? 'node' : name]
}

export type Fields = Readonly<Partial<Record<FieldName, string>>>

/** The text under the HMAC. `framed`, ours, has `length:` before each value, so that no letter can change its field. */
export function signedText(call: CallName, name: SignatureOrder, fields: Fields): string {
  const values = orderOf(call, name).map((field) => fields[field] ?? '')
  return (name === 'framed' ? values.map((value) => `${Buffer.byteLength(value)}:${value}`) : values).join('')
}
