import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import { type Forgery, flags, SoftAuthenticator } from '../../test/support/authenticator.ts'
import { ask, page, register, registered, site, tools, userId } from '../../test/support/passkey-method.ts'
import { readAttestation } from '../api/webauthn.ts'
import type { Site } from './method.ts'
import { askForPasskey, judgeNewPasskey, newPasskeyForBrowser } from './passkey-registration.ts'

/** WebAuthn Level 3 section 7.1. */
describe('a registration of a passkey', () => {
  const asking = (of: Site = site) => askForPasskey(randomUUID(), userId, of, tools)

  it('keeps the credential, its key and what never changes, and begins at its counter', async () => {
    const { authenticator, secret, step } = await registered(new SoftAuthenticator({ flags: flags.backupEligible }))
    const { publicKey, ...kept } = JSON.parse(secret)
    const userHandle = Buffer.from(userId).toString('base64url')
    const expected = { id: authenticator.id, transports: ['internal'], isBackupEligible: true, userHandle }
    assert.deepEqual(kept, expected)
    assert.ok(Buffer.from(publicKey, 'base64url').length > 70)
    assert.equal(step, 0)
    assert.equal((await register(new SoftAuthenticator(), asking(), { signCount: 5 }))?.step, 5 * 2 ** 20)
  })

  it('asks for one of three algorithms, no attestation, and none of those that are there', async () => {
    const { secret, authenticator } = await registered()
    const pending = asking()
    const from = { challengeId: 'c', pending, secrets: [secret], siteName: 'Bank', username: 'alice' }
    const { publicKey } = newPasskeyForBrowser(from, tools)
    const { pubKeyCredParams, attestation, excludeCredentials, rp, user } = publicKey as Record<string, unknown>
    assert.deepEqual(
      pubKeyCredParams,
      [-7, -8, -257].map((alg) => ({ type: 'public-key', alg })),
    )
    assert.equal(attestation, 'none')
    assert.deepEqual(excludeCredentials, [{ type: 'public-key', id: authenticator.id, transports: ['internal'] }])
    assert.deepEqual(rp, { id: 'example.com', name: 'Bank' })
    assert.deepEqual(user, { id: Buffer.from(userId).toString('base64url'), name: 'alice', displayName: 'alice' })
  })

  const wrong: Readonly<Record<string, Forgery>> = {
    'when its type is that of signing in': { clientData: { type: 'webauthn.get' } },
    'when its challenge is not the one that was asked': { clientData: { challenge: 'A'.repeat(64) } },
    'from another origin': { clientData: { origin: 'https://evil.example' } },
    'from a frame in a page of another origin': {
      clientData: { crossOrigin: true, topOrigin: 'https://evil.example' },
    },
    'from a frame that does not say of whom': { clientData: { crossOrigin: true } },
    'for another relying party': { rpId: 'evil.example' },
    'when nobody was present': { clear: flags.present },
    'when it is backed up though it cannot be': { set: flags.backedUp },
    'without a credential': { clear: flags.attested },
    'with a top origin that contradicts itself': { clientData: { topOrigin: 'https://mfa.example.com' } },
    'with a key of an algorithm that was not offered': { algorithm: -48 },
    'in a form of attestation that nobody knows': { fmt: 'homemade' },
    'when its data are cut': { afterwards: (data) => data.subarray(0, 60) },
    'when its data are longer': { afterwards: (data) => Buffer.concat([data, Buffer.of(0)]) },
  }
  for (const [what, forgery] of Object.entries(wrong))
    it(`is refused ${what}`, async () => {
      assert.equal(await register(new SoftAuthenticator(), asking(), forgery), undefined)
    })

  it('is refused when the credential names itself otherwise outside than inside', async () => {
    const pending = asking()
    const from = { challengeId: 'c', pending, secrets: [], siteName: 'Bank', username: 'alice' }
    const made = new SoftAuthenticator().create(newPasskeyForBrowser(from, tools).publicKey, page)
    const attestation = readAttestation({ ...made, id: 'AAAAAAAAAAAAAAAAAAAAAA' })
    assert.ok(attestation)
    assert.equal(await judgeNewPasskey(pending, attestation), undefined)
  })

  it('is refused when nobody was recognised though that is required', async () => {
    const strict = { ...site, isVerificationRequired: true }
    assert.equal(await register(new SoftAuthenticator({ flags: 0 }), asking(strict)), undefined)
    assert.ok(await register(new SoftAuthenticator(), asking(strict)))
  })

  it('is refused when the question was to sign in', async () => {
    const { secret } = await registered()
    const { pending, publicKey } = ask([secret])
    const { challenge } = publicKey as { challenge: string }
    const made = new SoftAuthenticator().create({ challenge, rp: { id: site.rpId }, user: { id: 'AA' } }, page)
    const attestation = readAttestation(made)
    assert.ok(attestation)
    assert.equal(await judgeNewPasskey(pending, attestation), undefined)
  })
})
