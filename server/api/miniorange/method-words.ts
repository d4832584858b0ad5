import type { Asked } from '../../engine/person.ts'
import type { Via } from '../../vocabulary/message.ts'
import type { MethodId } from '../../vocabulary/method.ts'

/** miniOrange's words for methods, in both directions. */

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
