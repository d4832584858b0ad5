import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { type Answered, inbox, wrongCode } from '../support/caller.ts'
import { eventually } from '../support/links.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { oathCode } from '../support/totp.ts'
import { logRow, newYubikey, touch } from '../support/yubikey.ts'
import { customerKey, newAuthenticator, newCustomer, newUser, stranger, succeed } from './people.ts'

let server: TestServer
before(async () => {
  server = await startServer()
})
after(() => server.close())

const tokens = (what: string, body: object = {}) => server.call(`/admin/tokens/${what}`, { customerKey, ...body })
const validate = (body: object) => server.call('/auth/validate', { customerKey, ...body })
const wrong = 'Invalid OTP provided. Please try again.'

let count = 0
const newSerial = () => `HW-${++count}`

/** A counting token, imported; each code is the next one. */
async function newHotp(more = '') {
  const key = randomBytes(20)
  const serial = newSerial()
  await succeed(tokens('import', { file: `${serial},${key.toString('hex')},HOTP${more}` }))
  let counter = -1
  const next = () => oathCode(key, ++counter)
  return { serial, key, next, at: (step: number) => oathCode(key, step) }
}

/** A user with a counting token in hand. */
async function newOwner() {
  const { username } = await newUser(server)
  const token = await newHotp()
  await succeed(tokens('assign', { serial: token.serial, username }))
  return { username, ...token }
}

function isFailed({ body }: Answered, message: string | RegExp = wrong): void {
  assert.equal(body.status, 'FAILED')
  if (typeof message === 'string') assert.equal(body.message, message)
  else assert.match(body.message ?? '', message)
}

describe('validate with a hardware token', () => {
  it('S017 S024 S050 S056 takes its code without a challenge', async () => {
    const { username, next } = await newOwner()
    const answer = await succeed(validate({ username, token: next(), authType: 'HARDWARE TOKEN' }))
    assert.equal(answer.body['responseType'], 'VALIDATE')
    assert.equal(answer.body['authType'], 'HARDWARE TOKEN')
    assert.equal(answer.body.message, 'Successfully Validated')
    assert.match(answer.body.txId ?? '', /^[0-9a-f-]{36}$/)
  })

  it('takes a code in groups, and of another case of authType', async () => {
    const { username, next } = await newOwner()
    await succeed(validate({ username, token: next().replace(/^.../, '$& '), authType: 'hardware token' }))
  })

  for (const missing of ['customerKey', 'username', 'token'])
    it(`S051 without ${missing} it is FAILED`, async () => {
      const { username, next } = await newOwner()
      const whole: Record<string, unknown> = { username, token: next(), authType: 'HARDWARE TOKEN' }
      for (const empty of [undefined, null, '']) isFailed(await validate({ ...whole, [missing]: empty }), /Missing/)
      await succeed(validate(whole))
    })

  it("S052 without authType it is the user's own method", async () => {
    const { username, next } = await newOwner()
    await succeed(server.call('/admin/users/update', { username, authType: 'HARDWARE TOKEN' }))
    await succeed(validate({ username, token: next(), authType: null }))
  })

  it('a wrong code is FAILED in the words that Drupal compares', async () => {
    const { username, next } = await newOwner()
    const code = next()
    for (const token of [wrongCode(code), '1', 'abcdef', `${code}0`])
      isFailed(await validate({ username, token, authType: 'HARDWARE TOKEN' }))
    await succeed(validate({ username, token: code, authType: 'HARDWARE TOKEN' }))
  })

  it('S022 S058 without a token it is FAILED as a wrong code, for users and for nobody', async () => {
    const { username } = await newUser(server)
    for (const name of [username, stranger().username])
      isFailed(await validate({ username: name, token: '755224', authType: 'HARDWARE TOKEN' }))
  })

  it('a code of an authenticator app is none of a hardware token, nor the other way round', async () => {
    const { username, next } = await newOwner()
    const app = await newAuthenticator(server, username)
    isFailed(await validate({ username, token: app.nextCode(), authType: 'HARDWARE TOKEN' }))
    isFailed(await validate({ username, token: next(), authType: 'GOOGLE AUTHENTICATOR' }))
  })

  it('each of several tokens of a user works', async () => {
    const owner = await newOwner()
    const other = await newHotp()
    await succeed(tokens('assign', { serial: other.serial, username: owner.username }))
    for (const next of [owner.next, other.next, owner.next])
      await succeed(validate({ username: owner.username, token: next(), authType: 'HARDWARE TOKEN' }))
  })

  for (const [kind, file, code] of [
    ['TOTP of 30 s', 'TOTP,6,SHA1,30', (key: Buffer, nowMs: number) => oathCode(key, Math.floor(nowMs / 30_000))],
    [
      'TOTP of 60 s, 8 digits',
      'TOTP,8,SHA256,60',
      (key: Buffer, ms: number) => oathCode(key, Math.floor(ms / 60_000), 8, 'sha256'),
    ],
    ['HOTP with SHA-512', 'HOTP,8,SHA512,7', (key: Buffer) => oathCode(key, 7, 8, 'sha512')],
  ] as const)
    it(`a token of the kind ${kind} works`, async () => {
      const { username } = await newUser(server)
      const [key, serial] = [randomBytes(32), newSerial()]
      await succeed(tokens('import', { file: `${serial},${key.toString('hex')},${file}` }))
      await succeed(tokens('assign', { serial, username }))
      await succeed(validate({ username, token: code(key, server.now()), authType: 'HARDWARE TOKEN' }))
    })

  it('a YubiKey works at a touch, and each touch once', async () => {
    const { username } = await newUser(server)
    const yubikey = newYubikey()
    await succeed(tokens('import', { file: logRow(yubikey) }))
    await succeed(tokens('assign', { serial: yubikey.publicId, username }))
    const otp = touch(yubikey, 3, 0)
    await succeed(validate({ username, token: otp, authType: 'HARDWARE TOKEN' }))
    isFailed(await validate({ username, token: otp, authType: 'HARDWARE TOKEN' }), /already used/)
    isFailed(await validate({ username, token: touch(yubikey, 2, 255), authType: 'HARDWARE TOKEN' }), /already used/)
    await succeed(validate({ username, token: touch(yubikey, 3, 1).toUpperCase(), authType: 'HARDWARE TOKEN' }))
  })
})

describe('challenge of a hardware token', () => {
  it('Drupal and Joomla: SUCCESS with txId and authType first, then a code with txId and a null authType', async () => {
    const { username, next } = await newOwner()
    const asked = await succeed(server.call('/auth/challenge', { customerKey, username, authType: 'HARDWARE TOKEN' }))
    assert.equal(asked.body['authType'], 'HARDWARE TOKEN')
    assert.match(asked.body.txId ?? '', /^[0-9a-f-]{36}$/)
    assert.deepEqual([asked.body['phoneDelivery'], asked.body['emailDelivery']], [undefined, undefined])
    const body = { username, txId: asked.body.txId, authType: null, answers: null }
    const code = next()
    isFailed(await validate({ ...body, token: wrongCode(code) }))
    const answer = await succeed(validate({ ...body, token: code }))
    assert.equal(answer.body['authType'], 'HARDWARE TOKEN')
    assert.equal(answer.body.txId, asked.body.txId)
  })

  it('S022 without a token it is refused, for users and for strangers', async () => {
    const { username } = await newUser(server)
    const { username: email, phone } = stranger()
    for (const who of [{ username }, { email, phone }, { username: email }]) {
      const { body } = await server.call('/auth/challenge', { customerKey, ...who, authType: 'HARDWARE TOKEN' })
      assert.equal(body.status, 'FAILED')
      assert.equal(body.txId, undefined)
    }
  })
})

describe('tokens/import', () => {
  it('tells row by row what it did not take, and takes the rest', async () => {
    const [good, bad, twice] = [newSerial(), newSerial(), newSerial()]
    const key = '3132333435363738393031323334353637383930'
    const file = [
      `${good},${key}`,
      `${bad},123`,
      `${twice},${key},HOTP`,
      `${twice},${key},HOTP`,
      `w${twice},${key.slice(0, 20)}`,
    ]
    const { body } = await tokens('import', { file: file.join('\n') })
    assert.equal(body.status, 'FAILED')
    assert.equal(body.message, '2 of 5 tokens were not taken.')
    assert.deepEqual([body['added'], body['refused'], body['weak']], [3, 2, [`w${twice}`]])
    assert.deepEqual(body['errors'], [
      { row: 2, serial: bad, problem: 'bad-secret', message: 'The secret is neither hexadecimal nor base32.' },
      {
        row: 4,
        serial: twice,
        problem: 'exists',
        message: 'There is a token of this serial number or public identity already.',
      },
    ])
  })

  it('as a dry run says the same and keeps nothing', async () => {
    const serial = newSerial()
    const file = `${serial},3132333435363738393031323334353637383930\n${serial},3132333435363738393031323334353637383930`
    const { body: dry } = await tokens('import', { file, dryRun: true })
    isFailed(await tokens('assign', { serial, username: 'nobody' }), /no token/)
    const { body: real } = await tokens('import', { file })
    assert.deepEqual({ ...dry, dryRun: false }, real)
    assert.deepEqual([dry['added'], dry['refused']], [1, 1])
  })

  it('of the same request again is refused', async () => {
    const timestamp = server.now()
    const body = { customerKey, file: `${newSerial()},3132333435363738393031323334353637383930` }
    const send = () => server.call('/admin/tokens/import', body, { timestamp })
    await succeed(send())
    assert.equal((await send()).body.status, 'ERROR')
  })

  it('takes files up to a megabyte, and no other call does', async () => {
    const rows = Array.from({ length: 5_000 }, () => `${newSerial()},${'31'.repeat(60)}`).join('\n')
    const { body } = await succeed(tokens('import', { file: rows }))
    assert.equal(body['added'], 5_000)
    const large = await tokens('import', { file: 'x'.repeat(1_100_000) })
    assert.deepEqual([large.code, large.body.message], [413, 'The body is larger than 1024 KiB.'])
    assert.equal((await tokens('list', { more: 'x'.repeat(70_000) })).code, 413)
  })

  it('says why it cannot read a file', async () => {
    const message = async (body: object) => {
      const answer = await tokens('import', body)
      assert.equal(answer.body.status, 'FAILED', answer.text)
      return answer.body.message
    }
    assert.match((await message({ file: '<!DOCTYPE a [<!ENTITY b "c">]><a/>' })) ?? '', /document type/)
    assert.match((await message({ file: '<a/>' })) ?? '', /not PSKC/)
    assert.match((await message({ file: '<a>', format: 'pskc' })) ?? '', /well-formed/)
    assert.match((await message({ file: '#' })) ?? '', /no token/)
  })
})

describe('the hands of a token', () => {
  it('assign, unassign, disable and enable answer with who has it', async () => {
    const { username } = await newUser(server)
    const { serial, next } = await newHotp()
    const answers = async (what: string, more: object = {}) => {
      const { body } = await succeed(tokens(what, { serial, ...more }))
      return [body['serial'], body['username']]
    }
    const use = () => validate({ username, token: next(), authType: 'HARDWARE TOKEN' })
    assert.deepEqual(await answers('assign', { username: username.toUpperCase() }), [serial, username])
    await succeed(use())
    assert.deepEqual(await answers('disable'), [serial, username])
    assert.deepEqual(await answers('disable'), [serial, username])
    isFailed(await use())
    assert.deepEqual(await answers('enable'), [serial, username])
    assert.deepEqual(await answers('enable'), [serial, username])
    await succeed(use())
    assert.deepEqual(await answers('unassign'), [serial, null])
    isFailed(await use())
    assert.deepEqual(await answers('assign', { username }), [serial, username])
    await succeed(use())
  })

  it('each refusal is told', async () => {
    const { username, serial } = await newOwner()
    const refused = async (what: string, body: object, message: RegExp) => isFailed(await tokens(what, body), message)
    await refused('assign', { serial: 'no-such', username }, /no token/)
    await refused('assign', { serial, username }, /is assigned/)
    await succeed(tokens('disable', { serial }))
    await refused('assign', { serial, username }, /disabled/)
    await refused('resync', { serial, token: '1', nextToken: '2' }, /disabled/)
    await succeed(tokens('unassign', { serial }))
    await refused('unassign', { serial }, /nobody/)
    await succeed(tokens('enable', { serial }))
    await refused('assign', { serial, username: 'nobody@example.com' }, /^Invalid username or email\.$/)
    await refused('resync', { serial, token: '1', nextToken: '2' }, /nobody/)
  })

  it('one user has ten tokens at most', async () => {
    const { username } = await newUser(server)
    const made = Array.from({ length: 11 }, () => newSerial())
    const file = made.map((serial) => `${serial},3132333435363738393031323334353637383930,HOTP`).join('\n')
    await succeed(tokens('import', { file }))
    for (const serial of made.slice(0, 10)) await succeed(tokens('assign', { serial, username }))
    isFailed(await tokens('assign', { serial: made[10], username }), /as many tokens/)
  })

  it('the user is told when a token is given to him and when it is withdrawn', async () => {
    const { username, serial } = await newOwner()
    await succeed(tokens('disable', { serial }))
    const texts = async () => (await inbox(server.baseUrl, username)).map(({ text }) => text).sort()
    assert.ok(await eventually(async () => (await texts()).length === 2))
    const [given, withdrawn] = await texts()
    assert.match(given ?? '', /^A hardware token was given to you/)
    assert.match(withdrawn ?? '', /^Your hardware token was withdrawn/)
  })
})

describe('tokens/resync', () => {
  it('finds a token that was touched too often, and its codes work from there', async () => {
    const { username, serial, at } = await newOwner()
    isFailed(await validate({ username, token: at(60), authType: 'HARDWARE TOKEN' }))
    await succeed(tokens('resync', { serial, token: at(61), nextToken: at(62) }))
    isFailed(await validate({ username, token: at(62), authType: 'HARDWARE TOKEN' }), /already used/)
    await succeed(validate({ username, token: at(63), authType: 'HARDWARE TOKEN' }))
  })

  it('refuses what are not two codes in a row, and a YubiKey', async () => {
    const { serial, at } = await newOwner()
    isFailed(
      await tokens('resync', { serial, token: at(61), nextToken: at(63) }),
      'The OTP you have entered is incorrect.',
    )
    isFailed(await tokens('resync', { serial, token: at(150), nextToken: at(151) }), /incorrect/)
  })
})

describe('tokens/list and tokens/export', () => {
  it('show a page of all, and never a seed in the list', async () => {
    const key = await newCustomer(server)
    const call = (what: string, body: object = {}) =>
      server.call(`/admin/tokens/${what}`, { customerKey: key.customerKey, ...body }, { key })
    const seed = randomBytes(20)
    const file = ['B', 'A', 'C'].map((name) => `${name},${seed.toString('hex')},TOTP,8,SHA256,60`).join('\n')
    await succeed(call('import', { file }))
    const { body, text } = await succeed(call('list', { offset: 1, limit: 1 }))
    const { creationDttm, ...shown } = (body['tokens'] as Record<string, unknown>[])[0] ?? {}
    assert.equal(typeof creationDttm, 'number')
    assert.deepEqual(shown, {
      serial: 'B',
      type: 'TOTP',
      digits: 8,
      algorithm: 'SHA256',
      period: 60,
      publicId: null,
      state: 'UNASSIGNED',
      username: null,
      isWeak: false,
      lastUsedDttm: null,
    })
    assert.equal(body['total'], 3)
    for (const form of ['hex', 'base64'] as const) assert.ok(!text.includes(seed.toString(form)))
  })

  it('export nothing that is not protected, unless told to', async () => {
    const key = await newCustomer(server)
    const call = (what: string, body: object = {}) =>
      server.call(`/admin/tokens/${what}`, { customerKey: key.customerKey, ...body }, { key })
    const seed = randomBytes(20)
    await succeed(call('import', { file: `A,${seed.toString('hex')},HOTP,6,SHA1,9` }))
    const preSharedKey = randomBytes(16).toString('hex')
    for (const body of [{}, { plain: false }, { plain: true, password: 'x' }, { preSharedKey, password: 'x' }])
      assert.equal((await call('export', body)).body.status, 'ERROR')
    for (const body of [{ preSharedKey }, { password: 'correct horse' }]) {
      const { text, body: answer } = await succeed(call('export', body))
      assert.ok(!text.includes(seed.toString('base64')))
      const other = await newCustomer(server)
      const again = { customerKey: other.customerKey, file: answer['file'], ...body }
      const imported = await succeed(server.call('/admin/tokens/import', again, { key: other }))
      assert.deepEqual([imported.body['format'], imported.body['added']], ['pskc', 1])
    }
    const { text } = await succeed(call('export', { plain: true }))
    assert.ok(text.includes(seed.toString('base64')))
  })

  it('a captured export is not answered twice: it holds every seed', async () => {
    const timestamp = server.now()
    const body = { customerKey, plain: true, limit: 1 }
    await succeed(server.call('/admin/tokens/export', body, { timestamp }))
    const { body: again } = await server.call('/admin/tokens/export', body, { timestamp })
    assert.deepEqual([again.status, again['file']], ['ERROR', undefined])
  })
})
