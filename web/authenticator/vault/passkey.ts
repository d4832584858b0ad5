import { type Bytes, randomBytes } from './bytes.ts'

// The phone's own authenticator (finger, face, its PIN) as a second way to open the vault: its PRF extension gives a
// secret that it gives to nobody else. https://www.w3.org/TR/webauthn-3/#prf-extension

/** Whether this phone has one at all; that it knows PRF shows only when it makes a key. */
export async function hasAuthenticator(): Promise<boolean> {
  if (typeof PublicKeyCredential === 'undefined') return false
  return PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable().catch(() => false)
}

export type Made =
  | { readonly ok: true; readonly credentialId: Bytes; readonly salt: Bytes; readonly secret: Bytes }
  | { readonly ok: false; readonly reason: 'cancelled' | 'unsupported' }

export async function makePasskey(): Promise<Made> {
  const publicKey: PublicKeyCredentialCreationOptions = {
    rp: { name: 'Countersign' },
    user: { id: randomBytes(16), name: 'Countersign', displayName: 'Countersign' },
    challenge: randomBytes(32),
    pubKeyCredParams: [
      { type: 'public-key', alg: -7 },
      { type: 'public-key', alg: -257 },
    ],
    authenticatorSelection: { authenticatorAttachment: 'platform', userVerification: 'required' },
    extensions: { prf: {} },
  }
  const made = (await navigator.credentials.create({ publicKey }).catch(() => null)) as PublicKeyCredential | null // asked for one
  if (!made) return { ok: false, reason: 'cancelled' }
  if (!made.getClientExtensionResults().prf?.enabled) return { ok: false, reason: 'unsupported' }
  const credentialId = new Uint8Array(made.rawId)
  const salt = randomBytes(32)
  const secret = await secretOf(credentialId, salt)
  return secret ? { ok: true, credentialId, salt, secret } : { ok: false, reason: 'cancelled' }
}

/** The authenticator's secret, once its owner has proved himself; undefined when he did not. */
export async function secretOf(id: Bytes, salt: Bytes): Promise<Bytes | undefined> {
  const publicKey: PublicKeyCredentialRequestOptions = {
    challenge: randomBytes(32),
    allowCredentials: [{ type: 'public-key', id, transports: ['internal'] }],
    userVerification: 'required',
    extensions: { prf: { eval: { first: salt } } },
  }
  const given = (await navigator.credentials.get({ publicKey }).catch(() => null)) as PublicKeyCredential | null // asked for one
  const first = given?.getClientExtensionResults().prf?.results?.first
  if (!first) return undefined
  return ArrayBuffer.isView(first)
    ? new Uint8Array(first.buffer as ArrayBuffer, first.byteOffset, first.byteLength)
    : new Uint8Array(first)
}
