import type { Site, Tools } from './method.ts'

/** What signing in with a passkey and registering one have in common (WebAuthn Level 3 sections 7.1 and 7.2). */

/** What was asked of a browser: the JSON that is kept, sealed, with the question. */
export interface Ceremony extends Site {
  readonly ceremony: 'get' | 'create'
  /** The challenge in base64url: the id of the question, and 256 random bits. */
  readonly challenge: string
}

/** What a user registered: the JSON that is kept, sealed, with the credential. */
export interface Passkey {
  /** As the authenticator named it, in base64url. */
  readonly id: string
  /** The COSE key in base64url. */
  readonly publicKey: string
  readonly transports: readonly string[]
  /** Decided when it is made, and never changed by an honest authenticator. */
  readonly isBackupEligible: boolean
  /** Whose it is, as the authenticator was told, in base64url. */
  readonly userHandle: string
}

/** How long a browser waits for its user; the question itself may end before. */
export const timeoutMs = 300_000

const nonceBytes = 32
const idBytes = 16

/** Loaded at the first passkey: it takes a third of a second and most installations never need it. */
export function library() {
  return import('@simplewebauthn/server')
}

/** A challenge that says which question it belongs to, so that a caller need not. */
export function newChallenge(challengeId: string, tools: Tools): string {
  const id = Buffer.from(challengeId.replaceAll('-', ''), 'hex')
  return Buffer.concat([id, tools.randomSecret(nonceBytes)]).toString('base64url')
}

/** The question that a browser's answer says it belongs to; nothing is proved by it. */
export function challengeIdIn(clientDataJSON: string): string | undefined {
  const { challenge } = readClientData(clientDataJSON) ?? {}
  if (typeof challenge !== 'string') return undefined
  const bytes = Buffer.from(challenge, 'base64url')
  if (bytes.length !== idBytes + nonceBytes) return undefined
  return bytes
    .subarray(0, idBytes)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

/** Opens our own page for this question. Not kept anywhere: whoever cannot read the customer's key cannot make it. */
export function pageSecret(challengeId: string, { challenge }: Ceremony, tools: Tools): string {
  return tools.digest('passkey-page', challengeId, challenge).toString('base64url')
}

/**
 * Whether the browser says that the page was shown by itself, and not inside one of another origin (sections 7.1 and
 * 7.2, `crossOrigin` and `topOrigin`). The library lets some of those pass.
 */
export function isOfItsOwnPage(clientDataJSON: string): boolean {
  const { crossOrigin, topOrigin } = readClientData(clientDataJSON) ?? { crossOrigin: true }
  return (crossOrigin === undefined || crossOrigin === false) && topOrigin === undefined
}

function readClientData(clientDataJSON: string): Record<string, unknown> | undefined {
  try {
    const data: unknown = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString())
    return typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** Room below each signature counter for the uses of an authenticator that never counts. */
const usesPerCount = 2 ** 20

/**
 * The signature counter as a step that only moves forward (section 6.1.1). Zero from an authenticator that never counted
 * is one step more than the last; zero, or anything that is not greater, from one that did is a step back, which the
 * store refuses: somebody may have copied it.
 */
export function stepOf(signCount: number, lastStep: number): number {
  const hasCounted = signCount > 0 || lastStep >= usesPerCount
  return hasCounted ? signCount * usesPerCount : lastStep + 1
}
