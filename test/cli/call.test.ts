import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { banner } from '../../server/banner.ts'
import { readConfig } from '../../server/config.ts'
import { sign, testKey, wrongCode } from '../support/caller.ts'
import { environmentOf, startServer, type TestServer } from '../support/server.ts'
import { totp } from '../support/totp.ts'
import { countersign, json, run } from './command.ts'

interface Called {
  readonly request: { method: string; url: string; headers: Record<string, string>; body: Record<string, string> }
  readonly answer: { code: number; body: Record<string, string> }
  readonly next: string | null
  readonly inbox: string | null
}

/** The words of a line that the product prints to be copied. */
function wordsOf(line: string): string[] {
  assert.match(line, /^npx countersign /)
  return line.split(' ').slice(2)
}

describe('call', () => {
  let server: TestServer
  let local: Record<string, string>
  const call = (...words: string[]) => json<Called>(server.place, ['call', ...words], local)

  before(async () => {
    server = await startServer('SQLite')
    local = { COUNTERSIGN_BASE_URL: server.baseUrl }
  })
  after(() => server.close())

  it('the line that a start prints works as it stands, and so does the line it answers with', async () => {
    const config = readConfig(environmentOf(server.place))
    const shown = banner({
      config,
      baseUrl: server.baseUrl,
      first: null,
      customer: { id: testKey.customerKey, apiKey: testKey.apiKey },
      admin: null,
    })
    const line = /npx countersign .*/.exec(shown)?.[0] ?? ''
    const challenged = await run(wordsOf(line), {})
    assert.equal(challenged.code, 0, challenged.stderr)
    assert.match(challenged.stdout, new RegExp(`^POST ${server.baseUrl}/moas/api/auth/challenge$`, 'm'))
    assert.match(challenged.stdout, /^Authorization: [0-9a-f]{128}$/m)
    assert.match(challenged.stdout, /^HTTP 200$/m)
    assert.match(challenged.stdout, new RegExp(`inbox: ${server.baseUrl}/dev/inbox$`, 'm'))

    const next = /npx countersign .*/.exec(challenged.stdout)?.[0] ?? ''
    assert.match(next, / --token <code>$/)
    const validate = wordsOf(next.replace('<code>', await server.codeFor('+15551234567')))
    const validated = await run(validate, {})
    assert.equal(validated.code, 0, validated.stdout)
    assert.match(validated.stdout, /"status": "SUCCESS"/)
    const again = await run(validate, {})
    assert.equal(again.code, 1)
    assert.match(again.stdout, /already used/)
  })

  it('shows what it signed, and the signature is the documented one', async () => {
    const { request, answer, next, inbox } = await call('challenge', '--email', 'a@example.com', '--auth-type', 'EMAIL')
    assert.equal(request.method, 'POST')
    assert.deepEqual(request.body, { customerKey: '11627', email: 'a@example.com', authType: 'EMAIL' })
    assert.deepEqual(request.headers, {
      'Content-Type': 'application/json',
      ...sign(testKey, request.headers['Timestamp']),
    })
    assert.equal(answer.code, 200)
    assert.equal(next, `npx countersign call validate --tx-id ${answer.body['txId']} --token <code>`)
    assert.equal(inbox, `${server.baseUrl}/dev/inbox`)
  })

  it('of a link asks next how it stands, for there is no code to validate', async () => {
    const words = ['--email', 'link@example.com', '--auth-type', 'out of band email']
    const { answer, next } = await call('challenge', ...words)
    assert.equal(next, `npx countersign call status --tx-id ${answer.body['txId']}`)
    const polled = await run(wordsOf(`${next} --json`), { ...environmentOf(server.place), ...local })
    assert.equal(JSON.parse(polled.stdout).answer.body.status, 'IN_PROGRESS')
  })

  it('asks what became of the messages', async () => {
    const challenged = await call('challenge', '--email', 'told@example.com', '--auth-type', 'EMAIL')
    const { answer } = await call('delivery-status', '--tx-id', challenged.answer.body['txId'] ?? '')
    assert.match(JSON.stringify(answer.body), /"contact":"txxx@example\.com","state":"sent"/)
  })

  it('asks how a challenge stands', async () => {
    const { answer } = await call(
      'challenge',
      '--phone',
      '+12025550111',
      '--auth-type',
      'SMS',
      '--transaction-name',
      'Pay',
    )
    const { txId = '' } = answer.body
    assert.equal((await call('status', '--tx-id', txId)).answer.body['status'], 'IN_PROGRESS')
    const token = wrongCode(await server.codeFor('+12025550111'))
    const wrong = await countersign(
      server.place,
      ['call', 'validate', '--tx-id', txId, '--token', token, '--json'],
      local,
    )
    assert.equal(wrong.code, 1)
    assert.equal(JSON.parse(wrong.stdout).answer.body.status, 'FAILED')
  })

  it('sets up an authenticator app and uses it', async () => {
    const username = "o'neill@example.com"
    const offered = await call('google-auth-secret', '--username', username, '--authenticator-name', 'Acme')
    const { secret = '' } = offered.answer.body
    assert.equal(
      offered.next,
      `npx countersign call validate-google-auth-secret --username 'o'\\''neill@example.com' --secret ${secret} --token <code>`,
    )
    const token = totp(secret, server.now())
    const confirmed = await call(
      'validate-google-auth-secret',
      '--username',
      username,
      '--secret',
      secret,
      '--token',
      token,
    )
    assert.equal(confirmed.answer.body['status'], 'SUCCESS')
    const shown = await countersign(server.place, ['call', 'google-auth-secret', '--username', username], local)
    assert.match(shown.stdout, /"qrCodeData": "\S{40}… \(\d+ characters; --json shows them\)"/)
  })

  it('repeats a call under an Idempotency-Key, and says that it was answered before', async () => {
    const ask = ['challenge', '--phone', '+12025550117', '--auth-type', 'SMS', '--idempotency-key']
    const first = await call(...ask, 'attempt-0000000001')
    assert.equal(first.request.headers['Idempotency-Key'], 'attempt-0000000001')
    assert.equal(first.answer.body['status'], 'SUCCESS')
    const { stdout } = await countersign(server.place, ['call', ...ask, 'attempt-0000000001'], local)
    assert.match(stdout, /^HTTP 200, as it was answered before$/m)
    assert.ok(stdout.includes(first.answer.body['txId'] ?? 'none'))
    const bad = await countersign(server.place, ['call', ...ask, 'short'], local)
    assert.equal(bad.code, 2)
    assert.match(bad.stderr, /16–64 letters/)
  })

  it('signs for the oldest customer, or for the one that is named', async () => {
    await json(server.place, ['customers', 'add', '--name', 'Newer', '--key', '5'])
    const ask = ['challenge', '--phone', '+12025550112', '--auth-type', 'SMS']
    assert.equal((await call(...ask)).request.headers['Customer-Key'], '11627')
    const named = await call(...ask, '--customer-key', '5')
    assert.equal(named.request.headers['Customer-Key'], '5')
    assert.equal(named.answer.body['status'], 'SUCCESS')
    const unknown = await countersign(server.place, ['call', ...ask, '--customer-key', '6'], local)
    assert.equal(unknown.code, 1)
    assert.match(unknown.stderr, /no customer 6 in the local database: give --customer-key with --api-key/)
  })

  it('says what to do when nothing answers, when it is no address, and when a half of the key is missing', async () => {
    const ask = ['call', 'challenge', '--phone', '+12025550113', '--auth-type', 'SMS']
    const silent = await countersign(server.place, ask, { COUNTERSIGN_BASE_URL: 'http://127.0.0.1:1' })
    assert.equal(silent.code, 1)
    assert.match(silent.stderr, /^http:\/\/127\.0\.0\.1:1 does not answer: .* Start the server with npm start, or give/)
    for (const [words, expected] of [
      [['--url', 'ftp://x'], /Write it as http:/],
      [['--api-key', 'x'], /Give --customer-key with --api-key/],
      [[], /give its address with --url/],
    ] as const) {
      const { code, stderr } = await countersign(server.place, [...ask, ...words])
      assert.equal(code, 2)
      assert.match(stderr, expected)
    }
  })

  it('shows an answer that is not of Countersign as it is, and without commands to the terminal', async () => {
    const other = createServer((_, response) => response.writeHead(502).end('Bad\u001b[31m Gateway'))
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`
    const words = ['call', 'status', '--tx-id', 'x', '--url', url, '--customer-key', '1', '--api-key', 'y']
    const { code, stdout } = await run(words, {})
    assert.equal(code, 1)
    assert.match(stdout, /^HTTP 502\nBad\[31m Gateway$/m)
    other.close()
  })
})
