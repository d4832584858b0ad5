/** The body of every answer with a status of 400 or more. */
export interface Refusal {
  readonly error: {
    readonly code: RefusalCode
    readonly message: string
  }
}

/** Every code with its HTTP status and what it means. */
export const refusals = {
  'bad-request': { status: 400, message: 'The request cannot be read.' },
  'bad-name': { status: 400, message: 'A name has 1 to 60 characters, without control characters.' },
  'bad-key': { status: 400, message: 'The public key is not a P-256 key.' },
  'bad-push-service': {
    status: 400,
    message: 'The push service is not one this server sends to: it must be https and on the internet.',
  },
  'stale-nonce': { status: 401, message: 'The nonce is used up or too old. Sign again with the new one.' },
  'bad-signature': { status: 401, message: 'The signature does not fit the request.' },
  'unknown-device': { status: 401, message: 'This phone is not registered any more.' },
  'disabled-user': { status: 403, message: 'This account is disabled.' },
  'turned-off': { status: 403, message: 'The groups of this account do not allow it.' },
  'unknown-code': { status: 404, message: 'This code is not valid here, or it is for somebody else.' },
  'unknown-prompt': { status: 404, message: 'There is no such request for this account.' },
  'used-code': { status: 409, message: 'This code was used already. Ask for a new one.' },
  'too-many-devices': { status: 409, message: 'This account has as many phones as it may have. Remove one first.' },
  'no-voice': { status: 409, message: 'Voices are not used here.' },
  'needs-voice': { status: 409, message: 'This request is approved by speaking, on its page.' },
  'answered-prompt': { status: 409, message: 'This request was answered already.' },
  'denied-prompt': { status: 409, message: 'This request was denied.' },
  'replaced-prompt': { status: 409, message: 'This request was replaced by a newer one.' },
  'spent-prompt': { status: 409, message: 'Too many wrong numbers. This request is over.' },
  'expired-code': { status: 410, message: 'This code is too old. Ask for a new one.' },
  'expired-prompt': { status: 410, message: 'The time to answer is over.' },
  'wrong-number': { status: 422, message: 'The number is not the one on the login page.' },
  locked: { status: 423, message: 'Too many wrong answers. Approving is locked for a while.' },
  disabled: { status: 423, message: 'Too many wrong answers. An administrator must unlock approving.' },
  'too-many-requests': { status: 429, message: 'Too many requests. Wait a little.' },
  failed: { status: 500, message: 'Something went wrong. Try again.' },
  overloaded: { status: 503, message: 'The server is busy. Try again in a moment.' },
} as const satisfies Record<string, { readonly status: number; readonly message: string }>

export type RefusalCode = keyof typeof refusals
