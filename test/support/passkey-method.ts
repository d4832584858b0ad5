import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readAttestation } from '../../server/api/webauthn.ts'
import type { Site, Tools, Verdict } from '../../server/methods/method.ts'
import { passkey } from '../../server/methods/passkey.ts'
import { askForPasskey, judgeNewPasskey, newPasskeyForBrowser } from '../../server/methods/passkey-registration.ts'
import { keyedDigest, same } from '../../server/security/digest.ts'
import { randomSecret } from '../../server/security/random.ts'
import type { Assertion } from '../../server/vocabulary/passkey.ts'
import { type Forgery, SoftAuthenticator } from './authenticator.ts'

/** A made-up site, its page and one of its users. */
export const site: Site = {
  rpId: 'example.com',
  origins: ['https://mfa.example.com', 'https://login.example.com'],
  isVerificationRequired: false,
}
export const page = { origin: 'https://mfa.example.com' }
export const userId = '9a0c6bd4-8e7a-4b0e-9d3c-0123456789ab'
export const tools: Tools = {
  nowMs: 1_800_000_000_000,
  randomCode: () => '000000',
  randomSecret,
  digest: (...parts) => keyedDigest(Buffer.alloc(32, 9), ...parts),
  same,
}

interface Registered {
  readonly authenticator: SoftAuthenticator
  readonly secret: string
  readonly step: number
}

/** Registers a passkey as the method's own page does. */
export async function registered(authenticator = new SoftAuthenticator(), of: Site = site): Promise<Registered> {
  const pending = askForPasskey(randomUUID(), userId, of, tools)
  const made = await register(authenticator, pending)
  assert.ok(made)
  return { authenticator, ...made }
}

/** Has an authenticator answer a question to register; undefined when the answer is refused. */
export function register(authenticator: SoftAuthenticator, pending: string, forgery: Forgery = {}) {
  const from = { challengeId: 'c', pending, secrets: [], siteName: 'Bank', username: 'alice' }
  const { publicKey } = newPasskeyForBrowser(from, tools)
  const attestation = readAttestation(authenticator.create(publicKey, page, forgery))
  assert.ok(attestation)
  return judgeNewPasskey(pending, attestation)
}

/** A question to sign in, and what the browser is told of it. */
export interface Asked {
  readonly challengeId: string
  readonly pending: string
  readonly publicKey: object
}

export function ask(secrets: readonly string[], of: Site = site): Asked {
  const challengeId = randomUUID()
  const begin = { challengeId, via: [], codeLength: 6, isNumberShown: false, secret: null, site: of }
  const { pending, send } = passkey.begin(begin, tools)
  assert.deepEqual(send, [], 'it sends nothing')
  const { publicKey } = passkey.forBrowser?.({ challengeId, pending, secrets }, tools) ?? { publicKey: {} }
  return { challengeId, pending, publicKey }
}

export function judge(
  asked: Asked,
  secret: string | null,
  assertion: Assertion | undefined,
  step = -1,
): Promise<Verdict> {
  assert.ok(assertion && passkey.judgeLater)
  const { challengeId, pending } = asked
  const last = { step, atMs: null }
  const from = { challengeId, pending, secret, answer: { kind: 'assertion', assertion } as const, last }
  return passkey.judgeLater(from, tools)
}
