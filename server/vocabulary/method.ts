/** A way to prove who you are. */
export type MethodId =
  | 'message-code'
  | 'message-link'
  | 'time-code'
  | 'hardware-token'
  | 'questions'
  | 'recovery-code'
  | 'passkey'
  | 'push'
  | 'qr-scan'
  | 'voice'

/** Those whose code a user reads off something of his and types, without having been asked. */
export type TypedMethod = 'time-code' | 'hardware-token'

/** What failures are counted of: a method, or the password of an account. */
export type Guarded = MethodId | 'password'
