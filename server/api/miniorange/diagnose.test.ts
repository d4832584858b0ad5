import assert from 'node:assert/strict'
import { createHash, createHmac, hash } from 'node:crypto'
import { describe, it } from 'node:test'
import type { KnownKeys } from '../seen.ts'
import { diagnose } from './diagnose.ts'
import { bodySignature, type SignatureHeaders } from './signature.ts'

const customerKey = '11627'
const timestamp = '1770000000123'
const apiKey = 'the-api-key'
const nonce = 'a-nonce-of-16-letters'
const path = '/moas/api/auth/challenge'
const body = Buffer.from('{"customerKey":"11627","username":"alice"}')
const keys: KnownKeys = { own: apiKey, others: [{ customerKey: '20001', apiKey: 'another-api-key' }] }
const nothing = { customerKey, timestamp, authorization: undefined, version: undefined, nonce: undefined }

const sha512 = (text: string) => createHash('sha512').update(text).digest('hex')
const right = customerKey + timestamp + apiKey

function saidOf(authorization: string, more: Partial<SignatureHeaders> = {}, bytes: Uint8Array = body) {
  const headers = { ...nothing, authorization, signature: undefined, ...more }
  return diagnose(headers, { path, body: bytes }, keys)
}

describe('a wrong hash is explained', () => {
  const mistakes: Readonly<Record<string, readonly [authorization: string, says: RegExp]>> = {
    'API key first': [sha512(apiKey + customerKey + timestamp), /matches with the API key first\./],
    'API key and Timestamp first': [sha512(apiKey + timestamp + customerKey), /API key first and the Timestamp second/],
    'API key before Timestamp': [sha512(customerKey + apiKey + timestamp), /with the API key before the Timestamp/],
    'Timestamp first': [sha512(timestamp + customerKey + apiKey), /with the Timestamp first\./],
    'Timestamp and API key first': [sha512(timestamp + apiKey + customerKey), /Timestamp first and the API key second/],
    'no API key': [sha512(customerKey + timestamp), /without the API key/],
    'colons between': [sha512(`${customerKey}:${timestamp}:${apiKey}`), /with ":" between the parts/],
    'newlines between': [sha512(`${customerKey}\n${timestamp}\n${apiKey}`), /with "\\n" between the parts/],
    'whole seconds': [sha512(`${customerKey}1770000000${apiKey}`), /with the timestamp in seconds/],
    'seconds with a fraction': [sha512(`${customerKey}1770000000.123${apiKey}`), /with the timestamp in seconds/],
    'a space at the end': [sha512(`${right} `), /space or newline at the end of the API key/],
    'a newline at the end': [sha512(`${right}\n`), /space or newline at the end of the API key/],
    'a Windows newline at the end': [sha512(`${right}\r\n`), /space or newline at the end of the API key/],
    'quotation marks around the key': [sha512(`${customerKey}${timestamp}"${apiKey}"`), /quotation marks or brackets/],
    'brackets around the key': [sha512(`${customerKey}${timestamp}<${apiKey}>`), /quotation marks or brackets/],
    'upper case': [sha512(right).toUpperCase(), /The hash is right, but in upper case/],
    base64: [hash('sha512', right, 'base64'), /The hash is right, but in base64/],
    'a word before it': [`Bearer ${sha512(right)}`, /The hash is right, but there is a word before it/],
    'SHA-256': [hash('sha256', right), /The hash is SHA-256; it must be SHA-512/],
    'SHA-1': [hash('sha1', right), /The hash is SHA-1/],
    MD5: [hash('md5', right), /The hash is MD5/],
    HMAC: [
      createHmac('sha512', apiKey)
        .update(customerKey + timestamp)
        .digest('hex'),
      /HMAC under the API key/,
    ],
    'the key of another customer': [
      sha512(`${customerKey}${timestamp}another-api-key`),
      /matches with the API key of customer 20001\./,
    ],
    'two mistakes at once': [sha512(apiKey + customerKey + timestamp).toUpperCase(), /with the API key first/],
  }
  for (const [name, [authorization, says]] of Object.entries(mistakes))
    it(name, () => assert.match(saidOf(authorization) ?? 'nothing', says))

  it('and one that nothing explains is left alone', () => {
    for (const text of ['', 'x', '0'.repeat(128), sha512('something else'), 'Basic', '\u0000', 'Ω'.repeat(200)])
      assert.equal(saidOf(text), undefined)
  })
})

describe('a right signature', () => {
  it('needs no explanation, also without its leading zeros', () => {
    assert.equal(saidOf(sha512(right)), undefined)
    let time = Number(timestamp)
    while (!sha512(`${customerKey}${time}${apiKey}`).startsWith('0')) time += 1
    const bare = sha512(`${customerKey}${time}${apiKey}`).replace(/^0+/, '')
    assert.equal(saidOf(bare, { timestamp: String(time) }), undefined)
  })

  it('over a body that names another customer is told so', () => {
    const said = saidOf(sha512(right), {}, Buffer.from('{"customerKey":20001}'))
    assert.equal(said, 'Customer-Key is 11627, but customerKey in the body is 20001.')
    for (const fine of ['{"customerKey":11627}', '{"customerKey":"11627"}', '{"customerKey":null}', '{}', '[', ''])
      assert.equal(saidOf(sha512(right), {}, Buffer.from(fine)), undefined, fine)
  })
})

describe('who is named', () => {
  it('an unknown customer is told so, in few letters', () => {
    const headers = { ...nothing, customerKey: '9'.repeat(300), authorization: sha512(right), signature: undefined }
    const said = diagnose(headers, { path, body }, { own: undefined, others: [] })
    assert.match(said ?? '', /^There is no customer 9{40}… on this server\.$/)
  })

  it('missing headers are left to the answer, which names them', () => {
    for (const missing of ['customerKey', 'timestamp'])
      assert.equal(saidOf(sha512(right), { [missing]: undefined }), undefined)
  })
})

describe('a wrong X-Signature is explained', () => {
  const parts = { path, customerKey, timestamp, nonce, body }
  const signature = (changed: Partial<typeof parts> = {}, key = apiKey) =>
    bodySignature(key, { ...parts, ...changed }).toString('hex')
  const plain = ['POST', path, customerKey, timestamp, nonce, hash('sha256', body)]
  const hmac = (text: string) => createHmac('sha256', apiKey).update(text).digest('hex')
  const framed = (list: readonly string[]) => list.map((one) => `${one.length}:${one}`).join('')

  const mistakes: Readonly<Record<string, readonly [signature: string, says: RegExp]>> = {
    'no body': [signature({ body: Buffer.alloc(0) }), /matches when the body is left out/],
    'no /moas': [signature({ path: '/api/auth/challenge' }), /matches when the path is without \/moas/],
    'a slash at the end': [signature({ path: `${path}/` }), /slash at its end/],
    'no lengths': [hmac(plain.join('')), /without their lengths/],
    'lines, no lengths': [hmac(plain.join('\n')), /in lines, without their lengths/],
    'the body instead of its hash': [hmac(framed([...plain.slice(0, -1), String(body)])), /where its SHA-256 belongs/],
    'the hash of the body in upper case': [
      hmac(framed([...plain.slice(0, -1), hash('sha256', body).toUpperCase()])),
      /SHA-256 of the body is in upper case/,
    ],
    seconds: [signature({ timestamp: '1770000000' }), /timestamp in seconds/],
    'a newline after the key': [signature({}, `${apiKey}\n`), /at the end of the API key/],
    'upper case': [signature().toUpperCase(), /X-Signature is right, but in upper case/],
    base64: [bodySignature(apiKey, parts).toString('base64'), /X-Signature is right, but in base64/],
    'the key of another customer': [
      signature({}, 'another-api-key'),
      /X-Signature matches with the API key of customer 20001/,
    ],
  }
  const saidOf2 = (given: string, more: Partial<SignatureHeaders> = {}) =>
    saidOf('', { version: '2', nonce, signature: given, ...more })
  for (const [name, [given, says]] of Object.entries(mistakes))
    it(name, () => assert.match(saidOf2(given) ?? 'nothing', says))

  it('a right one is not', () => {
    assert.equal(saidOf2(signature()), undefined)
    assert.equal(saidOf2('0'.repeat(64)), undefined)
  })

  it('one without its version is named', () => {
    assert.match(saidOf2(signature(), { version: undefined }) ?? '', /without X-Signature-Version: 2/)
  })
})

it('no sentence holds an API key or a hash', () => {
  const headers = {
    ...nothing,
    authorization: sha512(`${customerKey}${timestamp}another-api-key`),
    signature: undefined,
  }
  const said = diagnose(headers, { path, body }, keys) ?? ''
  assert.ok(!said.includes(apiKey) && !said.includes('another-api-key') && !/[0-9a-f]{32}/.test(said))
})
