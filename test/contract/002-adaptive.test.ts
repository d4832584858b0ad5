import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { codeFor, inbox, post, testKey } from '../support/caller.ts'
import { adminOf } from '../support/console.ts'
import { pairedPhone, readQr } from '../support/device.ts'
import { acceptAsShown, deny, linksFor } from '../support/links.ts'
import {
  isTaken,
  newDevice,
  origin,
  pageCall,
  riskCall,
  sessionFor,
  setPolicy,
  signIn,
  visit,
} from '../support/risk.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { answerWith, newVoice } from '../support/voices.ts'

const { customerKey } = testKey

let server: TestServer
before(async () => {
  server = await startServer()
  const limits = { sendsPerAddress10Min: '1000', sendsPerPrefix10Min: '1000', sendsPerContact10Min: '20' }
  for (const [name, most] of Object.entries(limits))
    await server.assembled.store.write((tx) => tx.settings.set(customerKey, name, most, server.now()))
})
after(() => server.close())

let count = 0
async function newUser(phone?: string): Promise<string> {
  const username = `someone${++count}@example.com`
  await server.call('/admin/users/create', { customerKey, username, ...(phone ? { phone } : {}) })
  return username
}

describe('the files of the SDK', () => {
  it('S202 are those that pages of document 002 load, for every site', async () => {
    const names = ['client', 'swfobject', 'fontdetect', 'ua-parser', 'murmurhash3', 'miniorange-fp'].map(
      (one) => `${one}.js`,
    )
    for (const name of [...names, 'countersign.mjs']) {
      const response = await fetch(`${server.baseUrl}/js/${name}`)
      assert.equal(response.status, 200, name)
      assert.match(response.headers.get('content-type') ?? '', /^(text|application)\/javascript/)
      assert.equal(response.headers.get('access-control-allow-origin'), '*')
    }
    const types = await (await fetch(`${server.baseUrl}/js/countersign.d.mts`)).text()
    assert.match(types, /export declare function createCountersign\(options: Options\): Countersign/)
  })

  it('are small, and name the licence of what they contain', async () => {
    for (const name of ['miniorange-fp.js', 'countersign.mjs']) {
      const text = await (await fetch(`${server.baseUrl}/js/${name}`)).text()
      assert.ok(text.length < 50_000)
      assert.match(text, /^\/\*! .*FingerprintJS, MIT/)
    }
    const licence = await fetch(`${server.baseUrl}/js/fingerprintjs.license.txt`)
    assert.match(await licence.text(), /Permission is hereby granted/)
  })
})

describe('the answers of the page calls', () => {
  it('S211 S253 name what was sent, and are errors in the same shape when it cannot be read', async () => {
    const username = await newUser()
    const session = await sessionFor(server, username)
    const fine = { userKey: username, session, device: newDevice().report(session) }
    const asked = await pageCall(server, 'evaluate', fine)
    assert.equal(asked.body['customerKey'], String(customerKey))
    assert.equal(asked.body['userKey'], username)
    assert.equal(asked.body['obligationType'], 'EMAIL')
    const bad: readonly (readonly [name: string, body: object])[] = [
      ['evaluate', {}],
      ['evaluate', { ...fine, device: { ...fine.device, components: { canvas: 'x'.repeat(5_000) } } }],
      ['evaluate', { ...fine, device: { ...fine.device, publicKey: 'x' } }],
      ['evaluate', { ...fine, customerKey: '01' }],
      ['challenge', { userKey: username, evaluation: '../..' }],
      ['validate', { userKey: username, evaluation: asked.body['evaluation'], saveDevice: 'yes' }],
      ['register', { userKey: username, session, questions: 'none' }],
      ['user', { userKey: '\u202eevil', session }],
    ]
    for (const [name, body] of bad) {
      const answer = await pageCall(server, name, body)
      assert.equal(answer.code, 200)
      assert.equal(answer.body.status, 'ERROR', answer.text)
      assert.match(String(answer.body.message), /is not valid/)
    }
    for (const raw of ['', '[]', '{"a":', 'null']) {
      const response = await fetch(`${server.baseUrl}/api/risk/page/evaluate`, { method: 'POST', body: raw })
      assert.equal(((await response.json()) as { status: string }).status, 'ERROR')
    }
  })

  it('tell the page neither score nor reasons', async () => {
    const { body } = await visit(server, await newUser())
    for (const secret of ['riskScore', 'findings', 'score']) assert.ok(!Object.hasOwn(body, secret))
  })

  it('S251 take an empty code for a wrong one, without using up a try', async () => {
    const username = await newUser()
    const page = await visit(server, username)
    await page.call('challenge')
    for (let tries = 0; tries < 8; tries++)
      assert.equal((await page.call('validate', { token: '', saveDevice: false })).body.status, 'INVALID_OTP')
    const token = await codeFor(server.baseUrl, username)
    assert.equal((await page.call('validate', { token, saveDevice: false })).body.status, 'SUCCESS')
  })

  it('S233 say WAIT_TO_REGISTER_PROFILE of a user who has nothing to be asked by', async () => {
    await server.call('/admin/users/create', { customerKey, username: 'no-address' })
    const page = await visit(server, 'no-address')
    assert.equal(page.body.status, 'WAIT_FOR_INPUT')
    assert.equal(page.body['obligationType'], undefined)
    assert.equal((await page.call('challenge')).body.status, 'WAIT_TO_REGISTER_PROFILE')
  })

  it('wait for a link that the user opens elsewhere', async () => {
    const page = await visit(server, await newUser())
    const asked = await page.call('challenge', { obligationType: 'OUT OF BAND EMAIL' })
    assert.equal(asked.body.status, 'WAIT_FOR_INPUT', asked.text)
    const waiting = await page.call('validate', { saveDevice: true })
    assert.equal(waiting.body.status, 'WAIT_FOR_INPUT')
    assert.equal(waiting.body['resultToken'], undefined)
    assert.equal(asked.body['isAnsweredElsewhere'], true)
    await acceptAsShown(await linksFor(server.baseUrl, String(asked.body['userKey'])))
    const proved = await page.call('validate', { saveDevice: true })
    assert.equal(proved.body.status, 'SUCCESS', proved.text)
    assert.ok(proved.body['resultToken'] && proved.body['deviceToken'])
  })

  it('hear that the user denied, and that nobody waits for an answer that comes too late', async () => {
    const userKey = await newUser()
    const denied = await visit(server, userKey)
    await denied.call('challenge', { obligationType: 'OUT OF BAND EMAIL' })
    await deny((await linksFor(server.baseUrl, userKey)).deny)
    const heard = await denied.call('validate', { saveDevice: true })
    assert.deepEqual([heard.body.status, heard.body['resultToken']], ['DENY', undefined])
    const known = await server.assembled.store.riskSnapshot(customerKey, userKey)
    assert.equal(known?.user.profile.total, 0, 'nothing was learned')

    const replaced = await visit(server, userKey)
    await replaced.call('challenge', { obligationType: 'OUT OF BAND EMAIL' })
    await (await visit(server, userKey)).call('challenge', { obligationType: 'OUT OF BAND EMAIL' })
    const over = await replaced.call('validate', { saveDevice: false })
    assert.deepEqual([over.body.status, over.body.message], ['ERROR', 'The user was asked something newer.'])
  })

  it('wait for the phone, with a number to show where they can', async () => {
    const userKey = await newUser()
    const phone = await pairedPhone(server.baseUrl, server.call, userKey)
    const page = await visit(server, userKey)
    assert.ok((page.body['obligationTypes'] as string[]).includes('PUSH NOTIFICATIONS'))
    assert.notEqual(page.body['obligationType'], 'PUSH NOTIFICATIONS', 'pages that do not choose can type')
    const asked = await page.call('challenge', { obligationType: 'PUSH NOTIFICATIONS', showsMatchNumber: true })
    const { matchNumber, isAnsweredElsewhere } = asked.body
    assert.match(String(matchNumber), /^\d\d$/)
    assert.equal(isAnsweredElsewhere, true)
    assert.equal((await page.call('validate', { saveDevice: true })).body.status, 'WAIT_FOR_INPUT')
    await phone.answer(await phone.prompt(), 'approve', { proof: String(matchNumber) })
    const proved = await page.call('validate', { saveDevice: true })
    assert.equal(proved.body.status, 'SUCCESS', proved.text)
    assert.equal(await isTaken(server, userKey, String(proved.body['resultToken'])), true)
  })

  it('wait for the phone that scans what they show', async () => {
    const userKey = await newUser()
    const phone = await pairedPhone(server.baseUrl, server.call, userKey)
    const page = await visit(server, userKey)
    assert.ok((page.body['obligationTypes'] as string[]).includes('MOBILE AUTHENTICATION'))
    const asked = await page.call('challenge', { obligationType: 'MOBILE AUTHENTICATION' })
    assert.equal(asked.body['isAnsweredElsewhere'], true, asked.text)
    const [, picture = ''] = /^data:image\/jpeg;base64,(.+)$/.exec(String(asked.body['qrCode'])) ?? []
    assert.equal((await page.call('validate', { saveDevice: false })).body.status, 'WAIT_FOR_INPUT')
    await phone.scanAndApprove(await readQr(picture))
    const proved = await page.call('validate', { saveDevice: false })
    assert.equal(proved.body.status, 'SUCCESS', proved.text)
    assert.equal(await isTaken(server, userKey, String(proved.body['resultToken'])), true)
  })

  it('wait for the voice of who was sent a link', async () => {
    const userKey = await newUser()
    await newVoice(server, userKey, 'slt')
    const page = await visit(server, userKey)
    assert.ok((page.body['obligationTypes'] as string[]).includes('VOICE AUTHENTICATION'))
    const asked = await page.call('challenge', { obligationType: 'VOICE AUTHENTICATION' })
    assert.equal(asked.body['isAnsweredElsewhere'], true, asked.text)
    const [message] = await inbox(server.baseUrl, userKey)
    const [link = ''] = /https?:\/\/\S+\/voice\/\S+/.exec(message?.text ?? '') ?? []
    assert.equal(
      (await answerWith(server, link, 'rms')).problem,
      'Your voice was not recognised. Try again in a quiet place.',
    )
    assert.equal((await page.call('validate', { saveDevice: false })).body.status, 'WAIT_FOR_INPUT')
    assert.equal((await answerWith(server, link, 'slt')).title, 'Accepted')
    const proved = await page.call('validate', { saveDevice: false })
    assert.equal(proved.body.status, 'SUCCESS', proved.text)
  })
})

describe('a page without a session', () => {
  const bare = newDevice().report('')
  const unproved = { components: bare.components, hints: bare.hints }

  it('may nothing, until the customer names its origin', async () => {
    const userKey = await newUser()
    for (const [name, more] of [
      ['user', {}],
      ['evaluate', { device: unproved }],
    ] as const) {
      const { body, headers } = await pageCall(server, name, { userKey, ...more })
      assert.equal(body.status, 'ERROR')
      assert.equal(headers.get('access-control-allow-origin'), null)
    }
  })

  describe('whose origin the customer has named', () => {
    before(() => server.set('riskOpenOrigins', origin))
    after(() => server.set('riskOpenOrigins', ''))

    it('hears the same of unknown users as of known ones', async () => {
      const [known, disabled] = [await newUser(), await newUser()]
      await server.call('/admin/users/disable', { customerKey, username: disabled })
      const shapes = []
      for (const userKey of [known, disabled, 'nobody@example.com']) {
        const user = await pageCall(server, 'user', { userKey })
        assert.equal(user.body.status, 'USER_REGISTERED')
        const { body, text } = await pageCall(server, 'evaluate', { userKey, device: unproved })
        assert.equal(body.status, 'WAIT_FOR_INPUT', text)
        assert.match(String(body['obligationType']), /^(KBA|SMS|EMAIL)$/)
        const asked = await pageCall(server, 'challenge', { userKey, evaluation: body['evaluation'] })
        assert.equal(asked.body.status, 'WAIT_FOR_INPUT', asked.text)
        const wrong = { token: '000000', saveDevice: true, evaluation: body['evaluation'] }
        const isKba = asked.body['kba'] !== undefined
        const given = isKba ? { ...wrong, token: undefined, answers: [{ question: 'q', answer: 'a' }] } : wrong
        const refused = await pageCall(server, 'validate', { userKey, ...given })
        assert.equal(refused.body.status, isKba ? 'KBA_ANSWERS_INVALID' : 'INVALID_OTP', refused.text)
        shapes.push([Object.keys(user.body), Object.keys(body), Object.keys(asked.body).filter((key) => key !== 'kba')])
      }
      assert.deepEqual(shapes[1], shapes[0])
      assert.deepEqual(shapes[2], shapes[0])
    })

    it('proves nothing: no result, no device, no registration', async () => {
      const userKey = await newUser()
      const { body } = await pageCall(server, 'evaluate', { userKey, device: bare })
      const { evaluation } = body
      await pageCall(server, 'challenge', { userKey, evaluation })
      const token = await codeFor(server.baseUrl, userKey)
      const proved = await pageCall(server, 'validate', { userKey, evaluation, token, saveDevice: true })
      assert.equal(proved.body.status, 'SUCCESS', proved.text)
      assert.deepEqual(Object.keys(proved.body).sort(), ['customerKey', 'message', 'status', 'userKey'])
      assert.deepEqual((await riskCall(server, 'devices', { username: userKey })).body['devices'], [])
      const questions = [
        { question: 'One?', answer: 'first' },
        { question: 'Two?', answer: 'second' },
      ]
      for (const one of [userKey, 'somebody-new@example.com'])
        assert.equal((await pageCall(server, 'register', { userKey: one, questions })).body.status, 'ERROR')
      assert.equal(await server.assembled.store.read.users.find(customerKey, 'somebody-new@example.com'), undefined)
    })

    it('is told right or wrong and nothing else, however often it tries', async () => {
      const userKey = await newUser()
      const { body } = await pageCall(server, 'evaluate', { userKey, device: unproved })
      const { evaluation } = body
      await pageCall(server, 'challenge', { userKey, evaluation })
      for (let tries = 0; tries < 12; tries++) {
        const wrong = await pageCall(server, 'validate', { userKey, evaluation, token: '000', saveDevice: false })
        assert.equal(wrong.body.status, 'INVALID_OTP')
      }
      const again = await pageCall(server, 'challenge', { userKey, evaluation })
      assert.equal(again.body.status, 'WAIT_FOR_INPUT')
    })

    it('may not ask often', async () => {
      const statuses = []
      for (let times = 0; times < 25; times++)
        statuses.push((await pageCall(server, 'user', { userKey: 'probed@example.com' })).body.status)
      assert.equal(statuses.at(-1), 'ERROR')
    })
  })
})

describe("miniOrange's adaptive plugins", () => {
  const rest = (path: string, body: object) =>
    post(server.baseUrl, `/moas/rest/${path}`, { customerKey, ...body }, { timestamp: server.now() })
  const attributes = [
    {
      attrName: 'browser.useragent',
      attrValue: 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
    },
    { attrName: 'browser.canvasPrint', attrValue: `data:image/png;base64,${'A'.repeat(6_000)}` },
    { attrName: 'browser.hasCookie', attrValue: true },
    { attrName: 'browser.timezone', attrValue: -60 },
    { attrName: 'system.fonts', attrValue: 'Arial, Verdana' },
    { attrName: 'location.ip', attrValue: '203.0.113.9' },
    { attrName: 'profile.name' },
  ]
  const at = () => ({ attrName: 'time.currentTime', attrValue: new Date().toString() })

  async function risk(userKey: string, more = attributes): Promise<{ sessionUuid: string; status: string }> {
    const { body: secrets } = await rest('customer/getapp-secret', { customerId: customerKey })
    const acs = await rest('rba/acs', { userKey, attributes: [...more, at()] })
    assert.equal(acs.body.status, 'SUCCESS', acs.text)
    const sessionUuid = String(acs.body['sessionUuid'])
    const appSecret = secrets['appSecret']
    const { body } = await rest('rba/evaluate-risk', { userKey, sessionUuid, appSecret })
    return { sessionUuid, status: String(body.status) }
  }

  it('ask for the second factor each time, since a fingerprint alone can be copied', async () => {
    const userKey = await newUser()
    const { sessionUuid, status } = await risk(userKey)
    assert.equal(status, 'WAIT_FOR_INPUT')
    assert.equal((await rest('rba/register-profile', { userKey, sessionUuid })).body.status, 'SUCCESS')
    assert.equal((await rest('rba/register-profile', { userKey, sessionUuid })).body.status, 'ERROR')
    assert.equal((await risk(userKey)).status, 'WAIT_FOR_INPUT')
  })

  it('trust a browser that looks the same where the policy says so', async () => {
    await setPolicy(server, { devices: { proof: 'fingerprint' } })
    const userKey = await newUser()
    const { sessionUuid } = await risk(userKey)
    await rest('rba/register-profile', { userKey, sessionUuid })
    assert.equal((await risk(userKey)).status, 'SUCCESS')
    const other = attributes.map((one) =>
      one.attrName === 'browser.useragent' ? { ...one, attrValue: 'Mozilla/5.0 (iPhone) Safari/605.1' } : one,
    )
    assert.equal((await risk(userKey, other)).status, 'WAIT_FOR_INPUT')
    await setPolicy(server, {})
  })

  it('are told of a denial', async () => {
    await setPolicy(server, { networks: { blocked: ['203.0.113.0/24'] } })
    const userKey = await newUser()
    const { sessionUuid, status } = await risk(userKey)
    assert.equal(status, 'DENY')
    assert.equal((await rest('rba/register-profile', { userKey, sessionUuid })).body.status, 'ERROR')
    await setPolicy(server, {})
  })

  it('go on with the old secret for a while after another one was made, and no longer', async () => {
    const userKey = await newUser()
    const { sessionUuid } = await risk(userKey)
    const secret = async () => String((await rest('customer/getapp-secret', {})).body['appSecret'])
    const { client } = await adminOf(server, 'owner')
    const [old, before] = [await secret(), await client.do('keys.showSecrets')]
    assert.equal(before.appSecret, old)
    const made = await client.do('keys.rotateSecrets', { body: { graceMinutes: 10 } })
    for (const name of ['token', 'appSecret'] as const) {
      assert.notEqual(made[name], before[name])
      assert.match(made[name], name === 'token' ? /^[A-Za-z0-9]{16}$/ : /^[A-Za-z0-9]{32}$/)
    }
    assert.deepEqual(await client.do('keys.showSecrets'), made)
    assert.ok((await client.do('keys.look')).oldSecretUntilMs)
    await sleep(1_100) // servers follow within a second
    assert.equal(await secret(), made.appSecret)
    const use = async (appSecret: string) =>
      (await rest('rba/evaluate-risk', { userKey, sessionUuid, appSecret })).body.message
    const wrong = 'The appSecret is not that of this customer.'
    for (const good of [old, made.appSecret]) assert.notEqual(await use(good), wrong)
    server.advance(11 * 60_000)
    assert.equal(await use(old), wrong)
    assert.notEqual(await use(made.appSecret), wrong)
    assert.equal((await client.do('keys.look')).oldSecretUntilMs, null)
    const told = await server.assembled.store.read.audit.list(customerKey, { kind: 'customer', limit: 5 })
    const lines = told.filter(({ outcome }) => outcome.startsWith('secrets-'))
    assert.deepEqual(
      lines.map(({ outcome }) => outcome),
      ['secrets-shown', 'secrets-rotated', 'secrets-shown'],
    )
    assert.match(lines[1]?.detail ?? '', /"graceMinutes":10/)
    assert.ok(!JSON.stringify(told).includes(made.token))
  })

  it('are refused with a wrong secret, of another user, and with the broken JSON of an empty field', async () => {
    const userKey = await newUser()
    const { sessionUuid } = await risk(userKey)
    const { body: secrets } = await rest('customer/getapp-secret', { customerId: customerKey })
    const appSecret = secrets['appSecret']
    const refused = [
      await rest('rba/evaluate-risk', { userKey, sessionUuid, appSecret: 'x'.repeat(32) }),
      await rest('rba/evaluate-risk', { userKey: 'another@example.com', sessionUuid, appSecret }),
      await rest('rba/register-profile', { userKey: 'another@example.com', sessionUuid }),
      await post(
        server.baseUrl,
        '/moas/rest/rba/acs',
        `{"customerKey":"${customerKey}","userKey":"${userKey}","attributes":}`,
      ),
    ]
    for (const { body, text } of refused) assert.equal(body.status, 'ERROR', text)
  })
})

describe('risk inside a challenge', () => {
  const risk = { userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0' }
  const ipAddress = '203.0.113.9'
  const challenge = (username: string, more: object = {}) =>
    server.call('/auth/challenge', { customerKey, username, ipAddress, risk: { ...risk, ...more } })

  it('asks by what counts, remembers the device, and then asks nothing', async () => {
    const username = await newUser('+14155550111')
    const asked = await challenge(username)
    assert.equal(asked.body.status, 'SUCCESS', asked.text)
    assert.equal(asked.body['isSecondFactorNeeded'], true)
    assert.ok(Number(asked.body['riskScore']) > 0)
    const { evaluationId, txId } = asked.body
    const bySms = await server.call('/auth/challenge', { customerKey, username, ipAddress, risk, authType: 'EMAIL' })
    const token = await server.codeFor(username)
    const more = { evaluationId: bySms.body['evaluationId'], saveDevice: true }
    const proved = await server.call('/auth/validate', { txId: bySms.body.txId, token, ...more })
    assert.equal(proved.body.status, 'SUCCESS', proved.text)
    assert.notEqual(bySms.body.txId, txId)
    assert.notEqual(more.evaluationId, evaluationId)

    const known = await challenge(username, { deviceToken: proved.body['deviceToken'] })
    assert.equal(known.body.status, 'SUCCESS', known.text)
    assert.equal(known.body['isSecondFactorNeeded'], false)
    assert.equal(known.body.txId, undefined)
    assert.equal(await isTaken(server, username, String(known.body['resultToken'])), true)
  })

  it('completes nothing by the answer to another question', async () => {
    const username = await newUser()
    const weighed = await challenge(username)
    const plain = await server.call('/auth/challenge', { customerKey, username, authType: 'EMAIL' })
    const token = await server.codeFor(username)
    const { evaluationId } = weighed.body
    const { body } = await server.call('/auth/validate', {
      txId: plain.body.txId,
      token,
      evaluationId,
      saveDevice: true,
    })
    assert.equal(body.status, 'FAILED')
    assert.equal(body['deviceToken'], undefined)
  })

  it('weighs enrolled users only, and at their own contacts', async () => {
    const refused = [
      await challenge('somebody-else@example.com'),
      await server.call('/auth/challenge', {
        customerKey,
        username: await newUser(),
        risk,
        email: 'thief@example.com',
      }),
      await server.call('/auth/challenge', { customerKey, email: 'thief@example.com', authType: 'EMAIL', risk }),
    ]
    for (const { body, text } of refused) assert.notEqual(body.status, 'SUCCESS', text)
    assert.deepEqual(await inbox(server.baseUrl, 'thief@example.com'), [])
  })

  it('denies what the policy denies', async () => {
    await setPolicy(server, { networks: { blocked: ['203.0.113.0/24'] } })
    const { body } = await challenge(await newUser())
    assert.equal(body.status, 'DENIED')
    assert.equal(body.txId, undefined)
    await setPolicy(server, {})
  })
})

describe('feedback', () => {
  it('of a sign-in that was not the user forgets its device, and raises the risk', async () => {
    const username = await newUser()
    const device = newDevice()
    const resultToken = await signIn(server, username, device, true)
    const { body } = await riskCall(server, 'redeem', { username, resultToken })
    const before = (await riskCall(server, 'evaluate', { username })).body
    const told = await riskCall(server, 'feedback', { evaluationId: body['evaluationId'], feedback: 'not-me' })
    assert.equal(told.body.status, 'SUCCESS', told.text)
    assert.equal((await visit(server, username, device)).body.status, 'WAIT_FOR_INPUT')
    const after = (await riskCall(server, 'evaluate', { username })).body
    assert.ok(Number(after['riskScore']) > Number(before['riskScore']), JSON.stringify([before, after]))
    const unknown = await riskCall(server, 'feedback', { evaluationId: 'no-such', feedback: 'mine' })
    assert.equal(unknown.body.status, 'FAILED')
  })
})
