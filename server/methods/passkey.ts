import type { Assertion } from '../vocabulary/passkey.ts'
import type { Method, Verdict } from './method.ts'
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

const wrong: Verdict = { kind: 'wrong' }

/** Passkeys and security keys (WebAuthn Level 3): a signature that only the page of the right site can ask for. */
export const passkey: Method = {
  id: 'passkey',
  title: 'Passkey or security key',
  needs: 'credential',
  answeredBy: 'assertion',
  asksFirst: true,

  begin({ challengeId, site }, tools) {
    if (!site) throw new Error('A passkey is asked for on behalf of a site.') // `challenge` made sure
    const { rpId, origins, isVerificationRequired } = site
    const challenge = newChallenge(challengeId, tools)
    const asked: Ceremony = { ceremony: 'get', challenge, rpId, origins, isVerificationRequired }
    return { pending: JSON.stringify(asked), send: [] }
  },

  judge: () => wrong,

  async judgeLater({ pending, secret, answer, last }) {
    if (pending === null || secret === null || answer.kind !== 'assertion') return wrong
    const asked = JSON.parse(pending) as Ceremony // written by begin
    const kept = JSON.parse(secret) as Passkey // written by a registration
    const { assertion } = answer
    if (asked.ceremony !== 'get' || !isOwn(assertion, kept) || !isOfItsOwnPage(assertion.clientDataJSON)) return wrong
    const seen = await verify(assertion, asked, kept)
    if (!seen || seen.isBackupEligible !== kept.isBackupEligible) return wrong
    return { kind: 'right', usedStep: stepOf(seen.signCount, last?.step ?? -1) }
  },

  forBrowser({ challengeId, pending, secrets }, tools) {
    if (pending === null) return undefined
    const asked = JSON.parse(pending) as Ceremony // written by begin
    const allowCredentials = secrets.map((secret) => {
      const { id, transports } = JSON.parse(secret) as Passkey // written by a registration
      return { type: 'public-key', id, transports }
    })
    const publicKey = {
      challenge: asked.challenge,
      rpId: asked.rpId,
      timeout: timeoutMs,
      userVerification: asked.isVerificationRequired ? 'required' : 'preferred',
      allowCredentials,
    }
    return { publicKey, pageSecret: pageSecret(challengeId, asked, tools) }
  },
}

/** The credential that was asked for, in the hands of the user it was made for (section 7.2 steps 5 and 6). */
function isOwn({ id, userHandle }: Assertion, kept: Passkey): boolean {
  return id === kept.id && (userHandle === null || userHandle === kept.userHandle)
}

/** Everything else of section 7.2; undefined when any of it fails. */
async function verify(
  { id, clientDataJSON, authenticatorData, signature }: Assertion,
  asked: Ceremony,
  kept: Passkey,
): Promise<{ readonly signCount: number; readonly isBackupEligible: boolean } | undefined> {
  const { verifyAuthenticationResponse } = await library()
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: {
        id,
        rawId: id,
        type: 'public-key',
        response: { clientDataJSON, authenticatorData, signature },
        clientExtensionResults: {},
      },
      expectedType: 'webauthn.get',
      expectedChallenge: asked.challenge,
      expectedOrigin: [...asked.origins],
      expectedRPID: asked.rpId,
      requireUserVerification: asked.isVerificationRequired,
      // The counter is compared where it is kept, in one operation: see `stepOf`.
      credential: { id, publicKey: Buffer.from(kept.publicKey, 'base64url'), counter: 0 },
    })
    const { newCounter, credentialDeviceType } = authenticationInfo
    return verified ? { signCount: newCounter, isBackupEligible: credentialDeviceType === 'multiDevice' } : undefined
  } catch {
    return undefined
  }
}
