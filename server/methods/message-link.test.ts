import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { keyedDigest, same } from '../security/digest.ts'
import { messageLink } from './message-link.ts'
import type { Begun, Tools } from './method.ts'

const challengeId = '5a0c6bd4-8e7a-4b0e-9d3c-0123456789ab'
const otherId = '5a0c6bd4-8e7a-4b0e-9d3c-0123456789ac'
const number = '07'

/** Chance that can be told beforehand: secrets of ones, twos, …; the number is always 07. */
function tools(first = 1): Tools {
  let next = first
  return {
    nowMs: 1_800_000_000_000,
    randomCode: (digits) => number.padStart(digits, '0').slice(-digits),
    randomSecret: (bytes) => Buffer.alloc(bytes, next++),
    digest: (...parts) => keyedDigest(Buffer.alloc(32, 9), ...parts),
    same,
  }
}

function begin(more: Partial<Parameters<typeof messageLink.begin>[0]> = {}, from = tools()): Begun {
  return messageLink.begin(
    { challengeId, via: ['sms'], codeLength: 6, isNumberShown: true, secret: null, ...more },
    from,
  )
}

function linksOf({ send }: Begun): { accept: string; deny: string } {
  const [first] = send
  assert.ok(first?.kind === 'links')
  return first
}

const begun = begin()
const links = linksOf(begun)

function judge(secret: string, isAccepted: boolean, typed: string | null, more: object = {}): string {
  const answer = { kind: 'decision', secret, isAccepted, number: typed } as const
  const from = { challengeId, pending: begun.pending, secret: null, answer, ...more }
  return messageLink.judge(from, tools()).kind
}

const look = (secret: string, more: object = {}) =>
  messageLink.look?.({ challengeId, pending: begun.pending, secret, ...more }, tools())

describe('a question by link', () => {
  it('has two secrets of 256 bits that have nothing to do with each other', () => {
    assert.match(links.accept, /^[\w-]{43}$/)
    assert.match(links.deny, /^[\w-]{43}$/)
    assert.notEqual(links.accept, links.deny)
  })

  it('sends the same two links by every way, and nothing else', () => {
    const both = begin({ via: ['sms', 'email'] })
    const { accept, deny } = linksOf(both)
    assert.deepEqual(both.send, [
      { kind: 'links', via: 'sms', challengeId, accept, deny },
      { kind: 'links', via: 'email', challengeId, accept, deny },
    ])
  })

  it('never puts the number into a message', () => {
    for (const isNumberShown of [true, false])
      for (const one of begin({ isNumberShown }).send)
        assert.deepEqual(Object.keys(one).sort(), ['accept', 'challengeId', 'deny', 'kind', 'via'])
  })

  it('keeps neither secret, only what recognises it', () => {
    for (const secret of [links.accept, links.deny]) {
      assert.ok(!begun.pending.includes(secret))
      assert.ok(!begun.pending.includes(Buffer.from(secret, 'base64url').toString('base64')))
      assert.ok(!begun.pending.includes(Buffer.from(secret, 'base64url').toString('hex')))
    }
  })

  it('gives the caller a number of two digits exactly when he shows one', () => {
    assert.equal(begin({ isNumberShown: true }).matchNumber, number)
    assert.ok(!('matchNumber' in begin({ isNumberShown: false })))
  })

  it('gives the same number again to a repeated request, and none to who got none', () => {
    assert.equal(messageLink.matchNumber?.(begin({ isNumberShown: true }).pending), number)
    assert.equal(messageLink.matchNumber?.(begin({ isNumberShown: false }).pending), null)
  })

  it('ends after three wrong numbers', () => {
    assert.equal(messageLink.attemptsMax, 3)
  })
})

describe('opening a link', () => {
  it('the link to accept may accept, the one to deny may only deny', () => {
    assert.equal(look(links.accept)?.may, 'accept')
    assert.equal(look(links.deny)?.may, 'deny')
  })

  it('shows the number on the page only when the caller does not', () => {
    assert.equal(look(links.accept)?.numberToShow, null)
    const alone = begin({ isNumberShown: false })
    assert.equal(look(linksOf(alone).accept, { pending: alone.pending })?.numberToShow, number)
  })

  const closed: Record<string, () => unknown> = {
    'an empty secret': () => look(''),
    'the secret of another challenge': () => look(linksOf(begin({}, tools(7))).accept),
    'this secret under the id of another challenge': () => look(links.accept, { challengeId: otherId }),
    'a question that is settled': () => look(links.accept, { pending: null }),
    'a truncated secret': () => look(links.accept.slice(0, -1)),
    'a longer secret': () => look(`${links.accept}A`),
    'a secret with a space': () => look(` ${links.accept}`),
    'a secret in base64 instead of base64url': () => look(Buffer.from(links.accept, 'base64url').toString('base64')),
    'the accepting and the denying secret together': () => look(links.accept + links.deny),
    'what is kept of the secret': () => look(JSON.parse(begun.pending).accept),
  }
  for (const [name, opening] of Object.entries(closed))
    it(`${name} opens nothing`, () => {
      assert.equal(opening(), undefined)
    })

  it('any other letter anywhere opens nothing', () => {
    const letter = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.split(''))
    fc.assert(
      fc.property(fc.constantFrom(links.accept, links.deny), fc.nat(42), letter, (secret, index, other) => {
        const altered = secret.slice(0, index) + other + secret.slice(index + 1)
        fc.pre(altered !== secret)
        assert.equal(look(altered), undefined)
        assert.equal(judge(altered, true, number), 'wrong')
        assert.equal(judge(altered, false, null), 'wrong')
      }),
      { numRuns: 200 },
    )
  })
})

describe('judging what was decided', () => {
  const rows: readonly (readonly [promise: string, verdict: string, said: string])[] = [
    ['accepting with the number is right', judge(links.accept, true, number), 'right'],
    ['accepting without a number is wrong', judge(links.accept, true, null), 'wrong'],
    ['accepting with an empty number is wrong', judge(links.accept, true, ''), 'wrong'],
    ['accepting with another number is wrong', judge(links.accept, true, '08'), 'wrong'],
    ['a number that lost its zero is wrong', judge(links.accept, true, '7'), 'wrong'],
    ['a longer number is wrong', judge(links.accept, true, '007'), 'wrong'],
    ['a number with a space is wrong', judge(links.accept, true, ' 07'), 'wrong'],
    ['full-width digits are wrong', judge(links.accept, true, '０７'), 'wrong'],
    ['every number at once is wrong', judge(links.accept, true, '00,01,02,03,04,05,06,07'), 'wrong'],
    ['the link to accept denies as well', judge(links.accept, false, null), 'denied'],
    ['the link to deny denies', judge(links.deny, false, null), 'denied'],
    ['denying needs no number, and one does no harm', judge(links.deny, false, '99'), 'denied'],
    ['the link to deny never accepts, not even with the number', judge(links.deny, true, number), 'wrong'],
    ['an altered link does not accept', judge(`${links.accept}A`, true, number), 'wrong'],
    ['an altered link does not deny', judge(`${links.deny}A`, false, null), 'wrong'],
    ['nothing decides a settled question', judge(links.accept, true, number, { pending: null }), 'wrong'],
    ['nothing denies a settled question', judge(links.deny, false, null, { pending: null }), 'wrong'],
    [
      'the id of one and the secret of another decide nothing',
      judge(links.accept, true, number, { challengeId: otherId }),
      'wrong',
    ],
    ['without a challenge nothing is right', judge(links.accept, true, number, { challengeId: null }), 'wrong'],
  ]
  for (const [promise, verdict, said] of rows)
    it(promise, () => {
      assert.equal(verdict, said)
    })

  it('a code is no decision, not even the number or a secret typed as one', () => {
    for (const code of [number, links.accept, links.deny, ''])
      assert.equal(judge('', true, null, { answer: { kind: 'code', code } }), 'wrong')
  })

  it('the number that the page shows itself must be typed all the same', () => {
    const alone = begin({ isNumberShown: false })
    const { accept } = linksOf(alone)
    assert.equal(judge(accept, true, number, { pending: alone.pending }), 'right')
    assert.equal(judge(accept, true, null, { pending: alone.pending }), 'wrong')
    assert.equal(judge(accept, true, '08', { pending: alone.pending }), 'wrong')
  })
})
