import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { App } from '../../server/vocabulary/app.ts'
import { callerOf, type Fields, newApp, nodeOrders, pathOf, postTo, signedFields } from '../support/apps.ts'
import { SoftAuthenticator } from '../support/authenticator.ts'
import { newPasskey, pageOf } from '../support/passkeys.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { newAuthenticator, newUser } from './people.ts'

/** The calls for passkeys and security keys: options for a browser, and a verdict on what it signed. */

let server: TestServer
let app: App
let call: ReturnType<typeof callerOf>
let strict: ReturnType<typeof callerOf>
before(async () => {
  server = await startServer()
  app = await newApp(server.assembled.store)
  call = callerOf(server.baseUrl, app, server.now)
  strict = callerOf(server.baseUrl, await newApp(server.assembled.store, { factors: 2 }), server.now)
})
after(() => server.close())

const supportFido = 'true'

/** A user with a passkey. */
async function newHolder() {
  const person = await newUser(server)
  return { ...person, authenticator: await newPasskey(server, person.username) }
}
type Holder = Awaited<ReturnType<typeof newHolder>>

const optionsFor = (fields: Fields, by = call) => by('req/requestAssertionOption', { supportFido, ...fields })

/** Asks for a passkey and has it sign, as a page of ours would. */
async function sign({ username, authenticator }: Holder, fields: Fields = {}, by = call) {
  const asked = await optionsFor({ username, ...fields }, by)
  assert.equal(asked.code, '0', asked.text)
  return { username, supportFido, ...fields, assertion: answerTo(authenticator, asked.object) }
}

const answerTo = (authenticator: SoftAuthenticator, options: string, forgery = {}) =>
  JSON.stringify(authenticator.get(JSON.parse(options) as object, pageOf(server), forgery))

/** Passes the first of two steps. */
async function firstStep({ username }: Pick<Holder, 'username'>, more: Fields = { supportFido }) {
  const { nextCode } = await newAuthenticator(server, username)
  const { code, inside } = await strict('auth/authOtp', { username, otp: nextCode(), ...more })
  assert.equal(code, '0')
  return { authToken: String(inside['authToken']), authMethods: String(inside['authMethods']) }
}

describe('FIDO among authMethods', () => {
  it('is offered to a user with a passkey whose browser has them', async () => {
    assert.equal((await firstStep(await newHolder())).authMethods, 'SMS,PUSH,FIDO')
  })

  it('is not offered without supportFido, or without a passkey', async () => {
    for (const more of [{}, { supportFido: 'false' }])
      assert.equal((await firstStep(await newHolder(), more)).authMethods, 'SMS,PUSH')
    assert.equal((await firstStep(await newUser(server))).authMethods, 'SMS,PUSH')
  })
})

describe('req/requestAssertionOption', () => {
  it('answers the options for navigator.credentials.get, and nothing else', async () => {
    const { username, authenticator } = await newHolder()
    const { code, object } = await optionsFor({ username })
    assert.equal(code, '0')
    const options = JSON.parse(object) as Record<string, unknown>
    assert.deepEqual(Object.keys(options).sort(), [
      'allowCredentials',
      'challenge',
      'rpId',
      'timeout',
      'userVerification',
    ])
    assert.equal(options['rpId'], 'localhost')
    assert.deepEqual(
      (options['allowCredentials'] as { id: string }[]).map(({ id }) => id),
      [authenticator.id],
    )
  })

  it('says that the method is not enabled without supportFido, or without a passkey', async () => {
    const { username } = await newHolder()
    for (const fields of [{ username }, { username, supportFido: 'false' }])
      assert.equal((await call('req/requestAssertionOption', fields)).code, '23017')
    assert.equal((await optionsFor({ username: (await newUser(server)).username })).code, '23017')
  })

  it('knows no such user; a user who is disabled; a token that is unknown or of another', async () => {
    assert.equal((await optionsFor({ username: 'nobody-of-that-name' })).code, '22002')
    const [holder, disabled] = [await newHolder(), await newHolder()]
    await server.call('/admin/users/disable', { username: disabled.username })
    assert.equal((await optionsFor({ username: disabled.username })).code, '22004')
    const { username } = holder
    const unknown = Buffer.alloc(32, 1).toString('base64')
    assert.equal((await optionsFor({ username, authToken: unknown })).code, '23016')
    const { authToken } = await firstStep(await newUser(server))
    assert.equal((await optionsFor({ username, authToken }, strict)).code, '23019')
  })

  it('asks a name five times in ten minutes, whether anybody has it or not', async () => {
    for (const username of [(await newHolder()).username, 'nobody-who-is-asked-for']) {
      const codes = new Set<string>()
      for (let times = 0; times < 5; times++) codes.add((await optionsFor({ username })).code)
      assert.ok(!codes.has('37000'))
      assert.equal((await optionsFor({ username })).code, '37000')
    }
  })

  it('gives a byte-identical copy the same options', async () => {
    const { username } = await newHolder()
    const order = nodeOrders['req/requestAssertionOption'] ?? ''
    const body = signedFields(app, { username, supportFido }, order, server.now() - 100_000)
    const post = () => postTo(server.baseUrl, pathOf('req/requestAssertionOption'), body)
    const first = await post()
    assert.equal(first.code, '0')
    assert.equal((await post()).text, first.text)
  })
})

describe('auth/authFido', () => {
  it('signs a user in, with the object of every step that was passed', async () => {
    const holder = await newHolder()
    const { code, inside, text } = await call('auth/authFido', await sign(holder))
    assert.equal(code, '0', text)
    assert.equal(inside['username'], holder.username)
    assert.equal(inside['multiStepAuth'], '')
    assert.match(String(inside['secretCode']), /^[0-9a-f]{64}$/)
    assert.match(String(inside['authToken']), /^.{44}$/)
    assert.equal(inside['authMethods'], 'SMS,PUSH,FIDO')
    for (const value of Object.values(inside)) assert.equal(typeof value, 'string')
  })

  it('takes an assertion once, also of many at once', async () => {
    const fields = await sign(await newHolder())
    const codes = await Promise.all(Array.from({ length: 8 }, async () => (await call('auth/authFido', fields)).code))
    assert.deepEqual(codes.sort(), ['0', ...Array.from({ length: 7 }, () => '23018')])
    assert.equal((await call('auth/authFido', fields)).code, '23018')
  })

  it('takes the same call once, and no assertion of another in it', async () => {
    const fields = await sign(await newHolder())
    const { assertion, ...others } = fields
    const order = nodeOrders['auth/authFido'] ?? ''
    const body = { ...signedFields(app, others, order, server.now() - 100_000), assertion }
    const post = () => postTo(server.baseUrl, pathOf('auth/authFido'), body)
    assert.equal((await post()).code, '0')
    assert.equal((await post()).code, '23023')
    const { assertion: another } = await sign(await newHolder())
    const swapped = await postTo(server.baseUrl, pathOf('auth/authFido'), { ...body, assertion: another })
    assert.notEqual(swapped.code, '0')
  })

  it('takes it from the user who was asked only, and the question stays open to him', async () => {
    const [holder, other] = [await newHolder(), await newHolder()]
    const fields = await sign(holder)
    for (const username of [other.username, 'nobody-of-that-name'])
      assert.equal((await call('auth/authFido', { ...fields, username })).code, '37000')
    const { object } = await optionsFor({ username: holder.username })
    const foreign = answerTo(other.authenticator, object)
    assert.equal((await call('auth/authFido', { ...fields, assertion: foreign })).code, '37000')
    const own = answerTo(holder.authenticator, object)
    assert.equal((await call('auth/authFido', { ...fields, assertion: own })).code, '0')
  })

  it('refuses another page, an unknown key and a changed signature', async () => {
    const { username, authenticator } = await newHolder()
    const { object } = await optionsFor({ username })
    const options = JSON.parse(object) as object
    const forged = [
      JSON.stringify(authenticator.get(options, { origin: 'https://evil.example' })),
      answerTo(new SoftAuthenticator(), object),
      answerTo(authenticator, object, { signature: (right: Buffer) => Buffer.from(right).fill(0, 20, 24) }),
    ]
    for (const assertion of forged)
      assert.equal((await call('auth/authFido', { username, supportFido, assertion })).code, '37000')
  })

  it('ends with wrong answers, with a newer question, and with time', async () => {
    const [holder, wrongs] = [await newHolder(), await newHolder()]
    const older = await sign(holder)
    const newer = await sign(holder)
    assert.equal((await call('auth/authFido', older)).code, '23018')
    server.advance(301_000)
    assert.equal((await call('auth/authFido', newer)).code, '23018')
    const { username } = wrongs
    const { object } = await optionsFor({ username })
    const assertion = answerTo(new SoftAuthenticator(), object)
    for (let count = 0; count < 5; count++)
      assert.equal((await call('auth/authFido', { username, supportFido, assertion })).code, '37000')
    assert.equal((await call('auth/authFido', { username, supportFido, assertion })).code, '23018')
  })

  it('wants supportFido, and an assertion that can be read', async () => {
    const fields = await sign(await newHolder())
    const { supportFido: _, ...without } = fields
    assert.equal((await call('auth/authFido', without)).code, '23017')
    assert.equal((await call('auth/authFido', { ...fields, supportFido: 'false' })).code, '23017')
    const { assertion: __, ...bare } = fields
    const missing = await call('auth/authFido', bare)
    assert.deepEqual([missing.code, missing.message], ['10002', 'Missing: assertion.'])
    for (const assertion of ['{}', 'text', '[]', '{"id":"a","response":{}}'])
      assert.equal((await call('auth/authFido', { ...fields, assertion })).code, '10002', assertion)
    assert.equal((await call('auth/authFido', fields)).code, '0')
  })

  it('wants its HMAC', async () => {
    const fields = await sign(await newHolder())
    const order = nodeOrders['auth/authFido'] ?? ''
    const right = signedFields(app, fields, order, server.now())
    for (const hmac of ['0'.repeat(64), signedFields(app, fields, `${order} assertion`, server.now())['hmac']])
      assert.equal((await postTo(server.baseUrl, pathOf('auth/authFido'), { ...right, hmac })).code, '23022')
    const { hmac: _, ...unsigned } = right
    assert.equal((await postTo(server.baseUrl, pathOf('auth/authFido'), unsigned)).code, '10002')
    assert.equal((await postTo(server.baseUrl, pathOf('auth/authFido'), right)).code, '0')
  })
})

describe('a sign-in in two steps with FIDO', () => {
  it('is complete with the assertion that goes with its token; the token counts once', async () => {
    const holder = await newHolder()
    const { authToken } = await firstStep(holder)
    const fields = await sign(holder, { authToken }, strict)
    const second = await strict('auth/authFido', fields)
    assert.equal(second.code, '0', second.text)
    assert.notEqual(second.inside['secretCode'], '')
    assert.notEqual(second.inside['authToken'], authToken)
    assert.equal((await strict('auth/authFido', fields)).code, '23016')
    assert.equal((await optionsFor({ username: holder.username, authToken }, strict)).code, '23016')
  })

  it('may begin with FIDO, which is not offered again', async () => {
    const holder = await newHolder()
    const { inside } = await strict('auth/authFido', await sign(holder, {}, strict))
    assert.deepEqual([inside['secretCode'], inside['authMethods']], ['', 'SMS,PUSH'])
    const authToken = String(inside['authToken'])
    const again = await strict('auth/authFido', await sign(holder, { authToken }, strict))
    assert.deepEqual([again.code, again.inside['secretCode']], ['0', ''])
  })

  it("takes no answer to another question than the token's, and no token of another user", async () => {
    const [holder, other] = [await newHolder(), await newHolder()]
    const { username } = holder
    const { authToken } = await firstStep(holder)
    await sign(holder, { authToken }, strict)
    const apart = await sign(holder, {}, strict)
    assert.equal((await strict('auth/authFido', { ...apart, authToken })).code, '23018')
    const { authToken: foreign } = await firstStep(other)
    assert.equal((await strict('auth/authFido', { ...apart, authToken: foreign })).code, '23019')
    assert.equal((await strict('auth/authFido', { ...apart, username })).inside['secretCode'], '')
  })
})
