import assert from 'node:assert/strict'
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import { type Forgery, flags, SoftAuthenticator } from '../../test/support/authenticator.ts'
import { ask, judge, page, registered, site, tools, userId } from '../../test/support/passkey-method.ts'
import { readAssertion } from '../api/webauthn.ts'
import { keyedDigest } from '../security/digest.ts'
import { methods } from './index.ts'
import type { Site, Tools } from './method.ts'
import { passkey } from './passkey.ts'
import { askForPasskey } from './passkey-registration.ts'
import { challengeIdIn, stepOf } from './webauthn.ts'

const none = { kind: 'wrong' } as const

describe('a passkey', () => {
  it('is listed under its own name, and needs what was registered', () => {
    assert.equal(methods[passkey.id], passkey)
    assert.deepEqual([passkey.needs, passkey.answeredBy, passkey.asksFirst], ['credential', 'assertion', true])
  })

  it('says right to the right answer', async () => {
    assert.equal(await judged({}), 'right')
  })

  it('of an authenticator that is only touched is right, unless it must recognise its user', async () => {
    assert.equal(await judged({}, site, new SoftAuthenticator({ flags: 0 })), 'right')
  })

  it('that lives in a cloud is right, backed up or not yet', async () => {
    const { backupEligible, backedUp, verified } = flags
    assert.equal(await judged({}, site, new SoftAuthenticator({ flags: verified | backupEligible })), 'right')
    assert.equal(await judged({ set: backedUp }, site, new SoftAuthenticator({ flags: backupEligible })), 'right')
  })

  it('is asked for with 256 random bits, new each time, and with the credentials of the user only', async () => {
    const { authenticator, secret } = await registered()
    const [one, two] = [ask([secret]), ask([secret])]
    const options = one.publicKey as { challenge: string; allowCredentials: object[]; rpId: string }
    assert.equal(Buffer.from(options.challenge, 'base64url').length, 48)
    assert.notEqual(options.challenge, (two.publicKey as typeof options).challenge)
    assert.deepEqual(options.allowCredentials, [{ type: 'public-key', id: authenticator.id, transports: ['internal'] }])
    assert.equal(options.rpId, 'example.com')
  })

  it('says which question it answers, and nothing when it does not', async () => {
    const { authenticator, secret } = await registered()
    const asked = ask([secret])
    const { clientDataJSON } = authenticator.get(asked.publicKey, page).response
    assert.equal(challengeIdIn(clientDataJSON), asked.challengeId)
    for (const text of ['', 'x', 'bnVsbA', Buffer.from('{"challenge":"AAAA"}').toString('base64url')])
      assert.equal(challengeIdIn(text), undefined)
  })

  it('has a page whose secret is of this question and this customer', async () => {
    const { secret } = await registered()
    const { challengeId, pending } = ask([secret])
    const of = (id: string, by: Tools) =>
      passkey.forBrowser?.({ challengeId: id, pending, secrets: [] }, by)?.pageSecret
    assert.match(of(challengeId, tools) ?? '', /^[\w-]{43}$/)
    assert.equal(of(challengeId, tools), of(challengeId, tools))
    assert.notEqual(of(randomUUID(), tools), of(challengeId, tools))
    const others: Tools = { ...tools, digest: (...parts) => keyedDigest(Buffer.alloc(32, 8), ...parts) }
    assert.notEqual(of(challengeId, others), of(challengeId, tools))
    assert.ok(!pending.includes(of(challengeId, tools) ?? ''))
  })

  it('is never right without waiting for the library', async () => {
    const { authenticator, secret } = await registered()
    const { challengeId, pending, publicKey } = ask([secret])
    const assertion = readAssertion(authenticator.get(publicKey, page))
    assert.ok(assertion)
    const answer = { kind: 'assertion', assertion } as const
    assert.deepEqual(passkey.judge({ challengeId, pending, secret, answer }, tools), none)
  })
})

/** WebAuthn Level 3 section 7.2: each check that the relying party owes, by what an attacker would send. */
describe('an answer by passkey is wrong', () => {
  const { present, backupEligible, backedUp } = flags
  const wrong: Readonly<Record<string, Forgery>> = {
    'when its type is that of a registration': { clientData: { type: 'webauthn.create' } },
    'when its type is another word': { clientData: { type: 'payment.get' } },
    'without a type': { clientData: { type: undefined } },
    'when its challenge is not the one that was asked': { clientData: { challenge: 'A'.repeat(64) } },
    'when its challenge is empty': { clientData: { challenge: '' } },
    'when its challenge is no text': { clientData: { challenge: ['A'] } },
    'from another origin': { clientData: { origin: 'https://evil.example' } },
    'from an origin that only begins like ours': { clientData: { origin: 'https://mfa.example.com.evil.example' } },
    'from another port': { clientData: { origin: 'https://mfa.example.com:8443' } },
    'from our host without TLS': { clientData: { origin: 'http://mfa.example.com' } },
    'from a sister host that is not in the list': { clientData: { origin: 'https://shop.example.com' } },
    'without an origin': { clientData: { origin: undefined } },
    'from a frame in a page of another origin': {
      clientData: { crossOrigin: true, topOrigin: 'https://evil.example' },
    },
    'from a frame that does not say of whom': { clientData: { crossOrigin: true } },
    'with a top origin that contradicts itself': { clientData: { topOrigin: 'https://mfa.example.com' } },
    'when crossOrigin is no boolean': { clientData: { crossOrigin: 'false' } },
    'for another relying party': { rpId: 'evil.example' },
    'for our host instead of our domain': { rpId: 'mfa.example.com' },
    'when nobody was present': { clear: present },
    'when it was backed up though it cannot be': { set: backedUp },
    'when it became one that can be backed up': { set: backupEligible },
    'when its authenticator data were changed after signing': { afterwards: (data) => flip(data, 36) },
    'when its flags were changed after signing': { afterwards: (data) => flip(data, 32, flags.verified) },
    'when its authenticator data are cut': { afterwards: (data) => data.subarray(0, 36) },
    'when its authenticator data are longer': { afterwards: (data) => Buffer.concat([data, Buffer.of(0)]) },
    'when its signature was changed': { signature: (right) => flip(right, 20) },
    'when its signature is cut': { signature: (right) => right.subarray(0, -1) },
    'when it is signed by another key': { key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey },
    'of another credential': { id: 'AAAAAAAAAAAAAAAAAAAAAA' },
    'when the authenticator made it for another user': { userHandle: Buffer.from('somebody').toString('base64url') },
  }
  for (const [what, forgery] of Object.entries(wrong))
    it(what, async () => {
      assert.equal(await judged(forgery), 'wrong')
    })

  it('when one that can be backed up no longer can', async () => {
    const { verified } = flags
    const made = () => new SoftAuthenticator({ flags: verified | backupEligible })
    assert.equal(await judged({ clear: backupEligible }, site, made()), 'wrong')
    assert.equal(await judged({ clear: 0 }, site, made()), 'right')
  })

  it('when nobody was recognised though that is required', async () => {
    const strict = { ...site, isVerificationRequired: true }
    assert.equal(await judged({ clear: flags.verified }, strict), 'wrong')
    assert.equal(await judged({}, strict), 'right')
  })

  it('when it answers another question', async () => {
    const { authenticator, secret } = await registered()
    const [mine, theirs] = [ask([secret]), ask([secret])]
    const assertion = readAssertion(authenticator.get(theirs.publicKey, page))
    assert.equal((await judge(mine, secret, assertion)).kind, 'wrong')
    assert.equal((await judge(theirs, secret, assertion)).kind, 'right')
  })

  it('when the question was to register', async () => {
    const { authenticator, secret } = await registered()
    const pending = askForPasskey(randomUUID(), userId, site, tools)
    const { challenge } = JSON.parse(pending)
    const assertion = readAssertion(authenticator.get({ challenge, rpId: site.rpId }, page))
    assert.equal((await judge({ challengeId: 'c', pending, publicKey: {} }, secret, assertion)).kind, 'wrong')
  })

  it('by the credential of somebody else', async () => {
    const [mine, theirs] = [await registered(), await registered()]
    const asked = ask([mine.secret])
    const assertion = readAssertion(theirs.authenticator.get(asked.publicKey, page))
    assert.equal((await judge(asked, mine.secret, assertion)).kind, 'wrong')
    const renamed = readAssertion(theirs.authenticator.get(asked.publicKey, page, { id: mine.authenticator.id }))
    assert.equal((await judge(asked, mine.secret, renamed)).kind, 'wrong')
  })

  it('when nothing was kept to judge it by, or it is a code', async () => {
    const { authenticator, secret } = await registered()
    const asked = ask([secret])
    const assertion = readAssertion(authenticator.get(asked.publicKey, page))
    assert.ok(assertion)
    assert.equal((await judge(asked, null, assertion)).kind, 'wrong')
    const { challengeId, pending } = asked
    const answer = { kind: 'assertion', assertion } as const
    assert.deepEqual(await passkey.judgeLater?.({ challengeId, pending: null, secret, answer }, tools), none)
    const code = { kind: 'code', code: '123456' } as const
    assert.deepEqual(await passkey.judgeLater?.({ challengeId, pending, secret, answer: code }, tools), none)
  })

  it('when its parts are bytes without a meaning', async () => {
    const { secret, authenticator } = await registered()
    const asked = ask([secret])
    for (const junk of ['AA', 'e30', 'bnVsbA', 'WzFd', 'A'.repeat(8_000)])
      for (const part of ['clientDataJSON', 'authenticatorData', 'signature'] as const) {
        const assertion = readAssertion(authenticator.get(asked.publicKey, page))
        assert.ok(assertion)
        assert.deepEqual(await judge(asked, secret, { ...assertion, [part]: junk }), none)
      }
  })
})

describe('the signature counter', () => {
  const unit = 2 ** 20

  async function stepFor(signCount: number, last: number): Promise<number | undefined> {
    const { authenticator, secret } = await registered()
    const asked = ask([secret])
    const verdict = await judge(
      asked,
      secret,
      readAssertion(authenticator.get(asked.publicKey, page, { signCount })),
      last,
    )
    assert.equal(verdict.kind, 'right')
    return verdict.kind === 'right' ? verdict.usedStep : undefined
  }

  it('moves the step forward when it is greater', async () => {
    assert.equal(await stepFor(8, 7 * unit), 8 * unit)
  })

  it('gives the same step again when it is the same, and an older one when it is less: the store refuses both', async () => {
    assert.equal(await stepFor(7, 7 * unit), 7 * unit)
    assert.equal(await stepFor(6, 7 * unit), 6 * unit)
    assert.equal(await stepFor(0, 7 * unit), 0)
  })

  it('may stay zero for ever, and may begin to count', () => {
    assert.deepEqual([stepOf(0, -1), stepOf(0, 0), stepOf(0, 41)], [0, 1, 42])
    assert.equal(stepOf(1, 41), unit)
  })

  it('of its largest value is still a whole number', () => {
    assert.ok(Number.isSafeInteger(stepOf(2 ** 32 - 1, 0)))
    assert.ok(stepOf(2 ** 32 - 1, 0) > stepOf(2 ** 32 - 2, 0))
  })
})

/** Registers, asks, answers with a forgery, judges. */
async function judged(forgery: Forgery, of: Site = site, made = new SoftAuthenticator()): Promise<string> {
  const { authenticator, secret } = await registered(made, of)
  const asked = ask([secret], of)
  return (await judge(asked, secret, readAssertion(authenticator.get(asked.publicKey, page, forgery)))).kind
}

function flip(bytes: Buffer, at: number, bits = 1): Buffer {
  const changed = Buffer.from(bytes)
  changed[at] = (changed[at] ?? 0) ^ bits
  return changed
}
