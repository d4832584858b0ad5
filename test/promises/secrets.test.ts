import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type Gateway, startGateway } from '../channels/gateway.ts'
import { codeFor, inbox, post, sign, testKey, wrongCode } from '../support/caller.ts'
import { type DatabaseName, databaseNames, newPlace, type Place } from '../support/databases.ts'
import { Phone, readQr } from '../support/device.ts'
import { type Call, callTo, withMasterKey } from '../support/nodes.ts'
import { startProcess } from '../support/process.ts'
import { register, rightAnswers, threeQuestions, wrongAnswers } from '../support/questions.ts'
import { dump, openRaw } from '../support/raw.ts'
import { storeOn } from '../support/store.ts'
import { totp } from '../support/totp.ts'

const { customerKey } = testKey
const username = 'alice-of-the-story'
const email = 'alice.of.the.story@example.com'
const phone = '+15554443322'
const stranger = 'stranger.of.the.story@example.com'
const strangerPhone = '+15554443311'
const gatewayPassword = 'password-of-the-gateway'

/** What must be nowhere: its name and its text. */
type Secrets = Map<string, string>

for (const name of databaseNames) {
  describe(`secrets on ${name}`, () => {
    for (const isInboxOn of [false, true]) {
      describe(isInboxOn ? 'with the development inbox' : 'without the development inbox', () => {
        let place: Place
        let gateway: Gateway
        let secrets: Secrets
        let printed: string
        let databaseWhileRunning: string

        before(async () => {
          place = await newPlace(name)
          gateway = await startGateway({ disabledCommands: ['STARTTLS'], authOptional: true, onAuth: welcome })
          await setUp(place, gateway)
          const server = await startProcess(place, {
            ...withMasterKey,
            COUNTERSIGN_LOG_LEVEL: 'debug',
            COUNTERSIGN_INBOX: isInboxOn ? 'on' : 'off',
          })
          try {
            secrets = await story(server.baseUrl, gateway, isInboxOn)
            await answerSlowly(place, callTo(server.baseUrl), secrets)
            await askPhone(server.baseUrl, secrets)
            databaseWhileRunning = await everything(place, name, isInboxOn)
          } finally {
            await server.stop()
          }
          printed = withoutBanner(server.output())
        })
        after(async () => {
          await gateway.close()
          await place.remove()
        })

        it('are not in the database', async () => {
          assert.ok(databaseWhileRunning.includes(username), 'what is not secret is found')
          assertNone(secrets, databaseWhileRunning)
          assertNone(secrets, await everything(place, name, isInboxOn))
        })

        it('are not in what the server prints, in its most talkative level', () => {
          assert.match(printed, /"outcome":"SUCCESS"/)
          assert.match(printed, /"level":20/, 'debug lines are there')
          assertNone(secrets, printed)
        })
      })
    }
  })
}

/** A phone is paired, asked by push and by a scanned code; its push service is nowhere. */
async function askPhone(baseUrl: string, secrets: Secrets): Promise<void> {
  const call = callTo(baseUrl)
  const endpoint = 'https://push.invalid/endpoint-of-the-story'
  const keys = { p256dh: Buffer.alloc(65, 4).toString('base64url'), auth: Buffer.alloc(16, 9).toString('base64url') }
  const { body } = await call('/auth/register-mobile', { username })
  const link = await readQr(String(body['qrCode']))
  const paired = new Phone(baseUrl)
  assert.equal((await paired.pair(link, { push: { endpoint, keys } })).code, 201)
  const userAgent = 'Mozilla/5.0 (of-the-story) Firefox/145.0'
  const headers = { 'Idempotency-Key': 'the-key-of-an-attempt' }
  const ask = (authType: string, more = {}) =>
    call('/auth/challenge', { customerKey, username, authType, userAgent }, more)
  assert.equal((await ask('PUSH NOTIFICATIONS')).body.status, 'SUCCESS')
  assert.equal((await paired.answer(await paired.prompt(), 'approve')).body.state, 'approved')
  const qrCode = String((await ask('MOBILE AUTHENTICATION', { headers })).body['qrCode'])
  const scanned = await readQr(qrCode)
  secrets.set('a picture in an answer that is kept', qrCode.slice(0, 200))
  secrets.set('the key that it is kept under', headers['Idempotency-Key'])
  assert.equal((await paired.scanAndApprove(scanned)).body.state, 'approved')
  assert.equal((await ask('PUSH NOTIFICATIONS')).body.status, 'SUCCESS', 'and one that waits')
  assert.equal((await paired.prompt()).browser, 'Firefox')
  secrets.set('the browser that he signs in with', userAgent)
  secrets.set('the secret of the pairing', link.split('.').at(-1) ?? '')
  secrets.set('the secret of the scanned code', scanned.split('.').at(-1) ?? '')
  secrets.set('the soft token', paired.softToken?.secret ?? '')
  secrets.set('the push service', endpoint)
  secrets.set('the secret of the push subscription', keys.auth)
}

async function setUp(place: Place, gateway: Gateway): Promise<void> {
  const store = await storeOn(place)
  try {
    const url = `smtp://gateway:${gatewayPassword}@127.0.0.1:${gateway.port}`
    await store.write((tx) => tx.settings.set(0, 'smtpUrl', url, Date.now()))
  } finally {
    await store.close()
  }
}

function welcome(_auth: unknown, _session: unknown, callback: (error: null, response: { user: string }) => void): void {
  callback(null, { user: 'gateway' })
}

/** A full story, with what goes wrong in one; returns every secret that was part of it. */
async function story(baseUrl: string, gateway: Gateway, isInboxOn: boolean): Promise<Secrets> {
  const call = callTo(baseUrl)
  const secrets: Secrets = new Map([
    ['the API key', testKey.apiKey],
    ['the master key', withMasterKey.COUNTERSIGN_MASTER_KEY],
    ['the password of the gateway', gatewayPassword],
    ['the e-mail of the user', email],
    ['the phone of the user', phone],
    ['the e-mail of the stranger', stranger],
    ['the phone of the stranger', strangerPhone],
  ])
  const created = await call('/admin/users/create', { customerKey, username, email })
  assert.equal(created.body.status, 'SUCCESS', created.text)
  const updated = await call('/admin/users/update', { customerKey, username, phone, authType: 'EMAIL' })
  assert.equal(updated.body.status, 'SUCCESS', updated.text)

  await challengeAndAnswer(call, { username, transactionName: 'Story' }, () => mailedCode(gateway), secrets)
  await challengeAndAnswer(call, { email: stranger, authType: 'EMAIL' }, () => mailedCode(gateway), secrets)
  if (isInboxOn) {
    await challengeAndAnswer(call, { username, authType: 'SMS' }, () => codeFor(baseUrl, phone), secrets)
    await challengeAndAnswer(
      call,
      { phone: strangerPhone, authType: 'SMS' },
      () => codeFor(baseUrl, strangerPhone),
      secrets,
    )
    const kept = await inbox(baseUrl, phone)
    assert.equal(kept.length, 1)
  } else {
    const unsent = await call('/auth/challenge', { customerKey, username, authType: 'SMS' })
    assert.equal(unsent.body.status, 'ERROR', 'there is no gateway')
  }
  await useAuthenticator(call, secrets)

  const waiting = await call('/auth/challenge', { customerKey, username, authType: 'EMAIL' })
  assert.equal(waiting.body.status, 'SUCCESS', waiting.text)
  secrets.set('the code that still waits', mailedCode(gateway))
  await goWrong(baseUrl, secrets)
  return secrets
}

async function challengeAndAnswer(
  call: Call,
  whom: object,
  readCode: () => string | Promise<string>,
  secrets: Secrets,
): Promise<void> {
  const asked = await call('/auth/challenge', { customerKey, ...whom })
  assert.equal(asked.body.status, 'SUCCESS', asked.text)
  const { txId } = asked.body
  const code = await readCode()
  secrets.set(`the code for ${JSON.stringify(whom)}`, code)
  const wrong = await call('/auth/validate', { customerKey, txId, token: wrongCode(code) })
  assert.equal(wrong.body.status, 'FAILED')
  const right = await call('/auth/validate', { customerKey, txId, token: code })
  assert.equal(right.body.status, 'SUCCESS', right.text)
  assert.equal((await call('/auth/auth-status', { txId }, { signed: false })).body.status, 'SUCCESS')
}

async function useAuthenticator(call: Call, secrets: Secrets): Promise<void> {
  const offered = await call('/auth/google-auth-secret', { customerKey, username, authenticatorName: 'Story' })
  const secret = String(offered.body['secret'])
  secrets.set('the secret of the authenticator', secret)
  const now = Date.now()
  for (const [at, path] of [
    [now, '/auth/validate-google-auth-secret'],
    [now + 30_000, '/auth/validate'],
  ] as const) {
    const token = totp(secret, at)
    secrets.set(`the authenticator's code for ${path}`, token)
    const body = { customerKey, username, secret, authType: 'GOOGLE AUTHENTICATOR' }
    const wrong = await call(path, { ...body, token: wrongCode(token) })
    assert.equal(wrong.body.status, 'FAILED')
    const right = await call(path, { ...body, token })
    assert.equal(right.body.status, 'SUCCESS', right.text)
  }
}

/** Security questions and recovery codes, which are kept as slow hashes. */
async function answerSlowly(place: Place, call: Call, secrets: Secrets): Promise<void> {
  const store = await storeOn(place)
  try {
    await register(store, username)
  } finally {
    await store.close()
  }
  for (const { question, answer } of threeQuestions) secrets.set(`the answer to ${question}`, answer)
  const asked = await call('/auth/challenge', { customerKey, username, authType: 'KBA' })
  const right = rightAnswers(asked)
  const [wrong] = wrongAnswers(right)
  secrets.set('a wrong answer', wrong?.answer ?? 'none')
  for (const [answers, status] of [
    [wrongAnswers(right), 'FAILED'],
    [right, 'SUCCESS'],
  ] as const) {
    const { body, text } = await call('/auth/validate', { txId: asked.body.txId, answers })
    assert.equal(body.status, status, text)
  }
  const made = await call('/auth/recovery-codes', { customerKey, username })
  const codes = made.body['recoveryCodes'] as string[]
  for (const [index, code] of codes.entries()) {
    secrets.set(`recovery code ${index}`, code)
    secrets.set(`recovery code ${index} without its hyphen`, code.replace('-', ''))
  }
  const used = await call('/auth/validate', { customerKey, username, authType: 'RECOVERY CODE', token: codes[0] })
  assert.equal(used.body.status, 'SUCCESS', used.text)
}

/** Requests that a server might be tempted to print: badly signed, malformed, too large, at the wrong place. */
async function goWrong(baseUrl: string, secrets: Secrets): Promise<void> {
  const path = '/moas/api/auth/validate'
  const body = { customerKey, phone, email, username, token: '1234' }
  const signed = sign(testKey)
  secrets.set('an Authorization value', signed['Authorization'] ?? 'none')
  const stolen = 'f'.repeat(64) + (signed['Authorization'] ?? '').slice(64)
  secrets.set('a wrong Authorization value', stolen)
  await post(baseUrl, path, body, { headers: signed })
  await post(baseUrl, path, body, { headers: { Authorization: stolen } })
  await post(baseUrl, path, `{"phone": "${phone}", "email": "${email}", broken`)
  await post(baseUrl, path, { ...body, token: { phone, email } })
  await post(baseUrl, path, { ...body, customerKey: 1 })
  await post(baseUrl, path, { ...body, transactionName: `${email}${'x'.repeat(70_000)}` })
  await post(baseUrl, `/moas/api/auth/nowhere?phone=${encodeURIComponent(phone)}&email=${email}`, body)
  await post(baseUrl, `${path}?phone=${encodeURIComponent(phone)}&email=${email}&key=${testKey.apiKey}`, body)
  await post(baseUrl, `/${email}/${phone}/%zz`, body)
  await fetch(`${baseUrl}/dev/inbox.json?to=${encodeURIComponent(phone)}`)
}

function mailedCode(gateway: Gateway): string {
  return /\b\d{6}\b/.exec(gateway.mails.at(-1)?.text ?? '')?.[0] ?? assert.fail('no code came by e-mail')
}

/** All that a thief of the database gets, as one text: on SQLite the very bytes of its files, on PostgreSQL every row. */
async function everything(place: Place, database: DatabaseName, isInboxOn: boolean): Promise<string> {
  // The inbox is for development and shows messages on purpose, so its table, and the files it is in, are left out.
  if (database === 'SQLite' && !isInboxOn) {
    const files = readdirSync(place.dataDir)
    assert.ok(files.includes('countersign.db'))
    return files.map((file) => readFileSync(join(place.dataDir, file), 'latin1')).join('\n')
  }
  const raw = await openRaw(place)
  try {
    const tables = (await raw.tables()).filter((table) => table !== 'inbox_messages')
    assert.ok(tables.includes('users') && tables.includes('deliveries'))
    const rows = Object.values(await dump(raw, tables)).flat()
    const values = rows.flatMap((row) => Object.values(row))
    return values.map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : String(value))).join('\n')
  } finally {
    await raw.close()
  }
}

/** In development the banner shows the API key on purpose. */
function withoutBanner(output: string): string {
  return output.replace(/╭[^╯]*╯\n/, '').replace(/Challenge somebody:\n.*\n/, '')
}

/** As it is, and in each usual disguise. */
function assertNone(secrets: Secrets, text: string): void {
  assert.ok(text.length > 1_000)
  // Ids are random digits by the hundred: now and then one would hold a code by chance.
  const searched = text.replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, '')
  for (const [what, secret] of secrets) {
    const bytes = Buffer.from(secret)
    const isCode = /^\d{6}$/.test(secret)
    const disguises = [
      secret,
      bytes.toString('hex'),
      bytes.toString('base64').replace(/=+$/, ''),
      encodeURIComponent(secret),
    ]
    for (const disguise of new Set(disguises)) {
      const isThere =
        isCode && disguise === secret
          ? new RegExp(`(?<!\\d)${secret}(?!\\d)`).test(searched)
          : searched.includes(disguise)
      assert.ok(!isThere, `${what} is there: …${around(searched, disguise)}…`)
    }
  }
}

function around(text: string, part: string): string {
  const at = text.indexOf(part)
  return JSON.stringify(text.slice(Math.max(0, at - 60), at + part.length + 20))
}
