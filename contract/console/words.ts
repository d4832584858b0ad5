export type MethodWord =
  | 'message-code'
  | 'message-link'
  | 'time-code'
  | 'hardware-token'
  | 'questions'
  | 'recovery-code'
  | 'passkey'
  | (string & {})

// methods that came after this list
export type Via = 'sms' | 'email' | 'call' | 'push'

export type Language = 'en' | 'es'
