import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { customerSettings, withDefaults } from '../../settings.ts'
import type { Customer } from '../../vocabulary/customer.ts'
import { authenticate, type Caller, type SignatureHeaders } from './signature.ts'

const nowMs = 1_800_000_000_000
const apiKey = 'an-api-key-of-the-tests'
const customer: Customer = {
  id: 11627,
  name: 'Example',
  apiKey,
  digestKey: Buffer.alloc(32, 1),
  templates: new Map(),
  settings: withDefaults(customerSettings, new Map([['timestampWindowSeconds', '300']])),
}
const others = [1162, 116271, 116278].map((id) => ({ ...customer, id, apiKey: `another-api-key-${id}` }))
const body = Buffer.from('{"username":"alice"}')
const call = '/api/auth/challenge'

describe('a signed request', () => {
  it('is taken when it is right', async () => {
    const caller = await check(signed())
    assert.ok(typeof caller !== 'string')
    assert.equal(caller.customer.id, 11627)
  })

  it('is signed by the SHA-512 of customer key, time and API key, as document 000 shows', async () => {
    const hash = createHash('sha512').update(`11627${nowMs}${apiKey}`).digest('hex')
    assert.equal(signed().authorization, hash)
    assert.ok(isTaken(await check({ ...signed(), authorization: hash })))
  })

  it('is taken without the leading zeros that one known client drops', async () => {
    let timestamp = nowMs
    while (!signed({ timestamp }).authorization.startsWith('00')) timestamp++
    const headers = signed({ timestamp })
    assert.ok(isTaken(await check({ ...headers, authorization: headers.authorization.replace(/^0+/, '') })))
  })
})

describe('a signature is refused', () => {
  const right = signed()
  const altered: Readonly<Record<string, Partial<SignatureHeaders>>> = {
    'without a Customer-Key': { customerKey: undefined },
    'without a Timestamp': { timestamp: undefined },
    'without an Authorization': { authorization: undefined },
    'with empty headers': { customerKey: '', timestamp: '', authorization: '' },
    'in upper case': { authorization: right.authorization.toUpperCase() },
    'cut in half': { authorization: right.authorization.slice(64) },
    'cut to one letter': { authorization: right.authorization.slice(0, 1) },
    'with a letter more': { authorization: `${right.authorization}0` },
    'with a zero in front': { authorization: `0${right.authorization}` },
    'with a blank behind': { authorization: `${right.authorization} ` },
    'of zeros alone': { authorization: '0'.repeat(128) },
    'that is not hex': { authorization: 'g'.repeat(128) },
    'in base64': { authorization: Buffer.from(right.authorization, 'hex').toString('base64') },
    'of a bearer': { authorization: `Bearer ${right.authorization}` },
    'of Basic with nothing behind it': { authorization: 'Basic' },
    'for another time': { timestamp: String(nowMs + 1) },
    'for another customer': { customerKey: '116278' },
    'of a customer that does not exist': { customerKey: '999999' },
  }
  for (const [what, headers] of Object.entries(altered))
    it(what, async () => {
      assert.ok(!isTaken(await check({ ...right, ...headers })))
    })

  for (const bit of [0, 1, 7, 255, 511])
    it(`with bit ${bit} altered`, async () => {
      const bytes = Buffer.from(right.authorization, 'hex')
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      assert.ok(!isTaken(await check({ ...right, authorization: bytes.toString('hex') })))
    })

  it('when it is made with another API key, or with none', async () => {
    for (const key of ['', 'nobody has this key', `${apiKey} `, apiKey.toUpperCase()])
      assert.ok(!isTaken(await check(signed({ key }))), key)
  })

  it('whatever the headers say, unless they are the right ones', async () => {
    const text = fc.option(fc.string({ unit: 'binary' }), { nil: undefined })
    await fc.assert(
      fc.asyncProperty(text, text, text, async (customerKey, timestamp, authorization) => {
        assert.ok(!isTaken(await check({ customerKey, timestamp, authorization })))
      }),
      { numRuns: 500 },
    )
  })
})

describe('the numbers of a signature must be canonical, though the hash itself is right', () => {
  const keys = [
    '011627',
    '+11627',
    ' 11627',
    '11627 ',
    '11627.0',
    '1.1627e4',
    '0x2d6b',
    '１１６２７',
    '11_627',
    '-11627',
    '0',
  ]
  for (const customerKey of keys)
    it(`refuses the customer key ${JSON.stringify(customerKey)}`, async () => {
      assert.ok(!isTaken(await check(signed({ customerKey }))))
    })

  const times = [
    `0${nowMs}`,
    `+${nowMs}`,
    ` ${nowMs}`,
    `${nowMs}.0`,
    '1.8e12',
    '１８０００００００００００',
    '1800000000',
    `${nowMs}000`,
    'now',
    '-1',
  ]
  for (const timestamp of times)
    it(`refuses the timestamp ${JSON.stringify(timestamp)}`, async () => {
      assert.ok(!isTaken(await check(signed({ timestamp }))))
    })

  it('lets no digit slide between customer key and time', async () => {
    const text = `11627${nowMs}`
    for (let cut = 1; cut < text.length; cut++) {
      if (cut === 5) continue
      const headers = { ...signed(), customerKey: text.slice(0, cut), timestamp: text.slice(cut) }
      assert.ok(!isTaken(await check(headers)), `${headers.customerKey} + ${headers.timestamp}`)
    }
  })

  it('lets no digit slide between time and API key', async () => {
    const digits: Customer = { ...customer, apiKey: '1234567890123456' }
    const find = async () => digits
    const longer = { ...signed({ key: digits.apiKey }), timestamp: `${nowMs}1` }
    assert.ok(!isTaken(await authenticate(longer, { call, path: call, body }, find, nowMs)))
  })
})

describe('the time of a signature', () => {
  const rows: readonly (readonly [offMs: number, taken: boolean, told?: RegExp])[] = [
    [0, true],
    [300_000, true],
    [-300_000, true],
    [300_001, false, /ahead/],
    [-300_001, false, /old/],
    [-3_600_000, false, /60 minutes old/],
    [86_400_000, false, /1440 minutes ahead/],
  ]
  for (const [offMs, taken, told] of rows)
    it(`${taken ? 'may' : 'may not'} be ${offMs} ms off`, async () => {
      const said = await check(signed({ timestamp: nowMs + offMs }))
      assert.equal(isTaken(said), taken)
      if (told) assert.match(String(said), told)
    })

  it('may be off by as much as the customer allows', async () => {
    const strict: Customer = { ...customer, settings: { ...customer.settings, timestampWindowSeconds: 30 } }
    for (const [offMs, taken] of [
      [30_000, true],
      [-30_000, true],
      [30_001, false],
      [-30_001, false],
    ] as const) {
      const headers = signed({ timestamp: nowMs + offMs })
      assert.equal(isTaken(await authenticate(headers, { call, path: call, body }, async () => strict, nowMs)), taken)
    }
  })

  it('is told only to who signed rightly', async () => {
    const said = await check(signed({ timestamp: nowMs - 9_000_000, key: 'another-api-key-of-nobody' }))
    assert.match(String(said), /^Invalid signature/)
  })
})

describe('a refusal', () => {
  it('is the same for a customer that does not exist and for a wrong signature', async () => {
    const wrong = await check(signed({ key: 'another-api-key-of-nobody' }))
    assert.equal(await check(signed({ customerKey: 999_999 })), wrong)
    assert.equal(await check(signed({ customerKey: 999_999, key: 'nobody has this key' })), wrong)
  })

  it('never repeats what it was sent', async () => {
    const said = await check({ customerKey: '<b>1</b>', timestamp: '<i>', authorization: 'secret' })
    assert.doesNotMatch(String(said), /<|secret/)
  })
})

describe('the mark of a request', () => {
  const digestOf = async (
    headers: SignatureHeaders,
    of = { call, path: call, body: body as Uint8Array },
  ): Promise<string> => {
    const caller = await authenticate(headers, of, find, nowMs)
    assert.ok(typeof caller !== 'string')
    return Buffer.from(caller.mark.digest).toString('hex')
  }

  it('is the same for the same request', async () => {
    assert.equal(await digestOf(signed()), await digestOf(signed()))
  })

  it('is another for another call, body, time or customer: the hash itself covers none of the first two', async () => {
    const marks = await Promise.all([
      digestOf(signed()),
      digestOf(signed(), { call: '/api/auth/validate', path: '/api/auth/validate', body }),
      digestOf(signed(), { call, path: call, body: Buffer.from('{"username":"bob"}') }),
      digestOf(signed(), { call, path: call, body: Buffer.alloc(0) }),
      digestOf(signed({ timestamp: nowMs + 1 })),
      digestOf(signed({ customerKey: 116278, key: 'another-api-key-116278' })),
    ])
    assert.equal(new Set(marks).size, marks.length)
  })

  it('lasts longer than the request can be repeated', async () => {
    for (const offMs of [-300_000, 0, 300_000]) {
      const caller = (await check(signed({ timestamp: nowMs + offMs }))) as Caller
      assert.ok(caller.mark.expiresAtMs >= nowMs + offMs + 300_000)
    }
  })
})

interface Signing {
  readonly customerKey?: number | string
  readonly timestamp?: number | string
  readonly key?: string
}

function signed({ customerKey = 11627, timestamp = nowMs, key = apiKey }: Signing = {}) {
  const authorization = createHash('sha512').update(`${customerKey}${timestamp}${key}`).digest('hex')
  return { customerKey: String(customerKey), timestamp: String(timestamp), authorization }
}

async function find(id: number): Promise<Customer | undefined> {
  return [customer, ...others].find((one) => one.id === id)
}

function check(headers: SignatureHeaders): Promise<Caller | string> {
  return authenticate(headers, { call, path: call, body }, find, nowMs)
}

function isTaken(said: Caller | string): boolean {
  return typeof said !== 'string'
}
