import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import type { InspectorEntry } from '../../server/api/seen.ts'
import { type Answered, sign, testKey } from '../support/caller.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { totp } from '../support/totp.ts'
import { customerKey, newCustomer, stranger, succeed } from './people.ts'

const run = promisify(execFile)

let server: TestServer
before(async () => {
  server = await startServer()
})
after(() => server.close())

async function entries(query = ''): Promise<InspectorEntry[]> {
  return (await (await fetch(`${server.baseUrl}/dev/requests.json${query}`)).json()) as InspectorEntry[]
}

/** The entry of an answer, which is there as soon as the answer is. */
async function entryOf({ headers }: Answered): Promise<InspectorEntry> {
  const found = (await entries()).find(({ id }) => id === headers.get('x-request-id'))
  assert.ok(found, 'the call is listed')
  return found
}

const challenge = (body: object = {}, options = {}) =>
  server.call('/auth/challenge', { customerKey, email: stranger().username, authType: 'EMAIL', ...body }, options)

describe('the request inspector', () => {
  it('lists each call with its request, its answer and how long it took, by its X-Request-Id', async () => {
    const answer = await challenge({ transactionName: 'Sign in' })
    const entry = await entryOf(answer)
    assert.equal(entry.path, '/moas/api/auth/challenge')
    assert.equal(entry.code, 200)
    assert.equal(entry.customerKey, customerKey)
    assert.equal(entry.outcome, 'SUCCESS')
    assert.equal(entry.reason, null)
    assert.equal(JSON.parse(entry.request).transactionName, 'Sign in')
    assert.deepEqual(JSON.parse(entry.answer), answer.body)
    assert.ok(Math.abs(entry.atMs - server.now()) < 10_000 && entry.ms >= 0)
  })

  it('has the newest call first, and those of one customer when asked', async () => {
    const other = await newCustomer(server)
    const first = await challenge()
    const second = await challenge({ customerKey: other.customerKey }, { key: other })
    const all = await entries()
    assert.deepEqual(
      all.slice(0, 2).map(({ id }) => id),
      [second, first].map(({ headers }) => headers.get('x-request-id')),
    )
    const own = await entries(`?customerKey=${other.customerKey}`)
    assert.deepEqual(
      own.map(({ id }) => id),
      [second.headers.get('x-request-id')],
    )
    assert.deepEqual(await entries('?customerKey=77777'), [])
  })

  it('never shows a code, a secret or a match number', async () => {
    const email = stranger().username
    const asked = await succeed(challenge({ email }))
    const code = await server.codeFor(email)
    const shown = [await server.call('/auth/validate', { txId: asked.body.txId, token: code, otpToken: code })]
    const offered = await succeed(server.call('/auth/google-auth-secret', { customerKey, username: email }))
    const secret = String(offered.body['secret'])
    const otpToken = totp(secret, server.now())
    shown.push(
      offered,
      await server.call('/auth/validate-google-auth-secret', { customerKey, username: email, secret, otpToken }),
    )
    shown.push(await challenge({ authType: 'OUT OF BAND EMAIL', showsMatchNumber: true }))
    shown.push(await server.call('/auth/validate', `{"txId":"x","token":"${code}","password":"hunter2"`))
    const matchNumber = String(shown.at(-2)?.body['matchNumber'])
    assert.match(matchNumber, /^\d{2}$/)
    for (const answer of shown) {
      const { request, answer: told, curl } = await entryOf(answer)
      for (const hidden of [code, secret, otpToken, 'hunter2', String(offered.body['qrCodeData']), `"${matchNumber}"`])
        assert.ok(![request, told, curl].join('\n').includes(hidden), hidden)
    }
  })

  it('cuts a long body, and has no curl for what is not there as a whole', async () => {
    const entry = await entryOf(await challenge({ colour: 'x'.repeat(10_000) }))
    assert.ok(entry.request.length < 4_200 && entry.request.endsWith('… (cut)'))
    assert.equal(entry.curl, null)
  })

  it('lists what could not be read, and calls without a signature', async () => {
    const big = await server.call('/auth/challenge', 'x'.repeat(70_000))
    assert.equal((await entryOf(big)).code, 413)
    const broken = await entryOf(await server.call('/auth/challenge', '{"phone":"+15551234567"'))
    assert.equal(broken.outcome, 'refused: The body is not valid JSON in UTF-8.')
    assert.equal(broken.request, '{"phone":"+•••••••••••"')
    const unsigned = await entryOf(
      await server.call('/auth/auth-status', { txId: 'x', customerKey }, { signed: false }),
    )
    assert.equal(unsigned.customerKey, customerKey)
    assert.doesNotMatch(unsigned.curl ?? '', /API_KEY/)
  })

  it('keeps the last 200', async () => {
    for (let count = 0; count < 210; count += 30)
      await Promise.all(
        Array.from({ length: 30 }, () => server.call('/auth/auth-status', { txId: 'x' }, { signed: false })),
      )
    const all = await entries()
    assert.equal(all.length, 200)
    assert.ok(all.every(({ path }) => path === '/moas/api/auth/auth-status'))
  })
})

describe('the reason of a refused signature', () => {
  const reasonFor = async (headers: Record<string, string>, body: object = {}) => {
    const answer = await challenge(body, { signed: false, headers })
    const { reason } = await entryOf(answer)
    if (reason) assert.ok(!answer.text.includes(reason), 'the caller is not told')
    return reason
  }

  it('says what was signed instead', async () => {
    const headers = sign({ ...testKey, apiKey: `${testKey.apiKey}\n` }, server.now())
    assert.match((await reasonFor(headers)) ?? '', /^The hash matches with a space or newline at the end/)
    const loud = sign(testKey, server.now())
    assert.match(
      (await reasonFor({ ...loud, Authorization: String(loud['Authorization']).toUpperCase() })) ?? '',
      /upper case/,
    )
  })

  it('says whose key it was, and that there is no such customer, also of one made a moment ago', async () => {
    const other = await newCustomer(server)
    const mixed = sign({ ...testKey, apiKey: other.apiKey }, server.now())
    assert.equal(await reasonFor(mixed), `The hash matches with the API key of customer ${other.customerKey}.`)
    const unknown = sign({ customerKey: 77_777, apiKey: testKey.apiKey }, server.now())
    assert.equal(await reasonFor(unknown), 'There is no customer 77777 on this server.')
  })

  it('says which two customers differ', async () => {
    const headers = sign(testKey, server.now())
    assert.equal(
      await reasonFor(headers, { customerKey: '999' }),
      'Customer-Key is 11627, but customerKey in the body is 999.',
    )
  })

  it('is left out where the answer says all there is, or nothing is known', async () => {
    assert.equal(await reasonFor(sign(testKey, server.now() - 420_000)), null)
    assert.equal(await reasonFor({ ...sign(testKey, server.now()), Authorization: '0'.repeat(128) }), null)
    assert.equal(await reasonFor({}), null)
  })
})

describe('copy as curl', () => {
  it('works when it is pasted: it signs anew', async () => {
    const { curl } = await entryOf(await challenge({ transactionName: "it's $HOME `x` \\ 50 €" }))
    const { stdout } = await run('sh', ['-c', curl ?? ''])
    const answer = JSON.parse(stdout)
    assert.equal(answer.status, 'SUCCESS', stdout)
  })

  it('holds the API key of the oldest customer only', async () => {
    const other = await newCustomer(server)
    const { curl } = await entryOf(await challenge({ customerKey: other.customerKey }, { key: other }))
    assert.match(curl ?? '', /^API_KEY='YOUR_API_KEY'$/m)
    assert.ok(!JSON.stringify(await entries()).includes(other.apiKey))
  })
})

describe('the page of the inspector', () => {
  it('is sent with a policy that allows nothing foreign and nothing inline', async () => {
    for (const path of [
      '/dev/requests',
      '/dev/inspector/requests.css',
      '/dev/inspector/requests.js',
      '/dev/requests.json',
    ]) {
      const response = await fetch(server.baseUrl + path)
      assert.equal(response.status, 200)
      const policy = response.headers.get('content-security-policy') ?? ''
      assert.match(policy, /default-src 'none'/)
      assert.doesNotMatch(policy, /unsafe|https?:|\*|data:/)
      assert.equal(response.headers.get('x-content-type-options'), 'nosniff')
      assert.equal(response.headers.get('cache-control'), 'no-store')
    }
    const page = await (await fetch(`${server.baseUrl}/dev/requests`)).text()
    assert.doesNotMatch(page, /<style|style=|<script>|\son[a-z]+=|https?:/i)
  })

  it('does not exist in production, and calls are answered as ever', async (test) => {
    const production = await startServer('SQLite', {
      COUNTERSIGN_MODE: 'production',
      COUNTERSIGN_BASE_URL: 'https://mfa.example.com',
      COUNTERSIGN_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
    })
    test.after(() => production.close())
    const local = production.assembled.app
    for (const path of ['', '.json', '.js', '.css'])
      assert.equal((await local.inject(`/dev/requests${path}`)).statusCode, 404, path)
    const answer = await local.inject({ method: 'POST', url: '/moas/api/auth/auth-status', payload: { txId: 'x' } })
    assert.equal(answer.json().status, 'ERROR')
  })
})
