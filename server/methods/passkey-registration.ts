import type { Attestation } from '../vocabulary/passkey.ts'
import type { Site, Tools } from './method.ts'
import {
  type Ceremony,
  isOfItsOwnPage,
  library,
  newChallenge,
  type Passkey,
  pageSecret,
  stepOf,
  timeoutMs,
} from './webauthn.ts'

interface Asked extends Ceremony {
  readonly userHandle: string
}

/** EdDSA, ES256 and RS256, the likeliest first: between them every authenticator has one (section 5.4). */
const algorithms = [-7, -8, -257]

/** Asks for a new passkey; returns JSON to keep, sealed, for the others. */
export function askForPasskey(challengeId: string, userId: string, site: Site, tools: Tools): string {
  const { rpId, origins, isVerificationRequired } = site
  const challenge = newChallenge(challengeId, tools)
  // A random id, which tells an authenticator nothing of the user (section 14.6.1).
  const userHandle = Buffer.from(userId).toString('base64url')
  const asked: Asked = { ceremony: 'create', challenge, rpId, origins, isVerificationRequired, userHandle }
  return JSON.stringify(asked)
}

export interface NewPasskeyFrom {
  readonly challengeId: string
  readonly pending: string
  /** Of the passkeys that the user has already. */
  readonly secrets: readonly string[]
  /** What the browser shows of site and user. */
  readonly siteName: string
  readonly username: string
}

/** Which of the two was asked: to sign in, or to register. */
export function isRegistration(pending: string): boolean {
  return (JSON.parse(pending) as Ceremony).ceremony === 'create' // written here or by `passkey.begin`
}

/** What a browser needs to make a passkey: options for `navigator.credentials.create` (section 5.1.9). */
export function newPasskeyForBrowser(
  { challengeId, pending, secrets, siteName, username }: NewPasskeyFrom,
  tools: Tools,
): { readonly publicKey: object; readonly pageSecret: string } {
  const asked = JSON.parse(pending) as Asked // written by askForPasskey
  const excludeCredentials = secrets.map((secret) => {
    const { id, transports } = JSON.parse(secret) as Passkey // written by judgeNewPasskey
    return { type: 'public-key', id, transports }
  })
  const publicKey = {
    challenge: asked.challenge,
    rp: { id: asked.rpId, name: siteName },
    user: { id: asked.userHandle, name: username, displayName: username },
    pubKeyCredParams: algorithms.map((alg) => ({ type: 'public-key', alg })),
    timeout: timeoutMs,
    attestation: 'none',
    excludeCredentials,
    authenticatorSelection: {
      residentKey: 'preferred',
      requireResidentKey: false,
      userVerification: asked.isVerificationRequired ? 'required' : 'preferred',
    },
  }
  return { publicKey, pageSecret: pageSecret(challengeId, asked, tools) }
}

export interface NewPasskey {
  /** JSON to keep, sealed, as the credential's secret. */
  readonly secret: string
  /** What its authenticator names it. */
  readonly authenticatorsId: string
  readonly step: number
}

/** Judges what a browser made (section 7.1); undefined when anything about it is wrong. */
export async function judgeNewPasskey(
  pending: string,
  { id, clientDataJSON, attestationObject, transports }: Attestation,
): Promise<NewPasskey | undefined> {
  const asked = JSON.parse(pending) as Asked // written by askForPasskey
  if (asked.ceremony !== 'create' || !isOfItsOwnPage(clientDataJSON)) return undefined
  const { verifyRegistrationResponse } = await library()
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: {
        id,
        rawId: id,
        type: 'public-key',
        response: { clientDataJSON, attestationObject },
        clientExtensionResults: {},
      },
      expectedType: 'webauthn.create',
      expectedChallenge: asked.challenge,
      expectedOrigin: [...asked.origins],
      expectedRPID: asked.rpId,
      requireUserVerification: asked.isVerificationRequired,
      supportedAlgorithmIDs: algorithms,
    })
    if (!verified || !registrationInfo || registrationInfo.credential.id !== id) return undefined
    const { credential, credentialDeviceType } = registrationInfo
    const kept: Passkey = {
      id,
      publicKey: Buffer.from(credential.publicKey).toString('base64url'),
      transports,
      isBackupEligible: credentialDeviceType === 'multiDevice',
      userHandle: asked.userHandle,
    }
    return { secret: JSON.stringify(kept), authenticatorsId: id, step: stepOf(credential.counter, -1) }
  } catch {
    return undefined
  }
}
