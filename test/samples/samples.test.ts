import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { type Key, testKey, wrongCode } from '../support/caller.ts'
import { startServer, type TestServer } from '../support/server.ts'

/** Document 000's own programs, as it prints them; only the URL and the keys are filled in. */

const run = promisify(execFile)
const customerKey = String(testKey.customerKey)
/** The user of every sample. */
const username = 'xyz@example.com'

let server: TestServer
let folder: string
before(async () => {
  server = await startServer()
  folder = mkdtempSync(join(tmpdir(), 'countersign-samples-'))
  await server.call('/admin/users/create', { customerKey, username, authType: 'EMAIL' })
})
after(async () => {
  rmSync(folder, { recursive: true, force: true })
  await server.close()
})

/** A sample as its reader would use it. */
function filledIn(sample: string, call: string, key: Key): string {
  const text = readFileSync(new URL(sample, import.meta.url), 'utf8')
  return text
    .replace('URL-provided-by-us', `${server.baseUrl}/moas/api/auth/${call}`)
    .replace('<YOUR_CUSTOMER_KEY>', String(key.customerKey))
    .replace('<YOUR_API_KEY>', key.apiKey)
}

async function php(source: string): Promise<string> {
  const file = join(folder, 'sample.php')
  writeFileSync(file, source)
  const { stdout } = await run('php', ['-r', 'require $argv[1]; echo callGenerateRestApi();', file])
  return stdout
}

async function java(source: string): Promise<string> {
  const file = join(folder, 'Challenge.java')
  writeFileSync(file, source)
  const { stdout } = await run('java', ['-XX:TieredStopAtLevel=1', file])
  return stdout
}

const mails = async () => (await server.assembled.store.read.inbox.list(username, 100)).length

describe("document 000's PHP sample", () => {
  it('challenges the user and returns SUCCESS', async () => {
    const before = await mails()
    assert.equal(await php(filledIn('challenge.php', 'challenge', testKey)), 'SUCCESS')
    assert.equal(await mails(), before + 1)
    assert.match(await server.codeFor(username), /^\d{6}$/)
  })

  it('with a wrong key returns FAILED and the reason, and nothing is sent', async () => {
    const before = await mails()
    const wrong = { ...testKey, apiKey: 'another-api-key' }
    assert.match(await php(filledIn('challenge.php', 'challenge', wrong)), /^FAILED: Invalid signature\./)
    assert.equal(await mails(), before)
  })

  /** The same program with the other request of the document in it. */
  const validating = (txId: string, token: string) =>
    filledIn('challenge.php', 'validate', testKey).replace(
      '"username" => "xyz@example.com"',
      `"txId" => "${txId}", "token" => "${token}"`,
    )

  it('validates the code of the mail and returns SUCCESS, once', async () => {
    const { body } = await server.call('/auth/challenge', { customerKey, username })
    const txId = String(body.txId)
    const code = await server.codeFor(username)
    assert.equal(await php(validating(txId, wrongCode(code))), 'FAILED: Invalid OTP provided. Please try again.')
    assert.equal(await php(validating(txId, code)), 'SUCCESS')
    assert.match(await php(validating(txId, code)), /^FAILED: This code was already used/)
  })
})

describe("document 000's Java sample", () => {
  it('challenges the user and returns the JSON of the answer', async () => {
    const before = await mails()
    const answer = JSON.parse(await java(filledIn('Challenge.java', 'challenge', testKey)))
    assert.equal(answer.status, 'SUCCESS')
    assert.equal(answer.authType, 'EMAIL')
    assert.equal(await mails(), before + 1)
  })

  it('with a wrong key still gets HTTP 200, on which it does not throw', async () => {
    const wrong = { ...testKey, apiKey: 'another-api-key' }
    assert.equal(JSON.parse(await java(filledIn('Challenge.java', 'challenge', wrong))).status, 'ERROR')
  })
})
