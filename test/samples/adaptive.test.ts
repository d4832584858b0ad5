import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { testKey } from '../support/caller.ts'
import { forged, origin, pageCall, signIn } from '../support/risk.ts'
import { startServer, type TestServer } from '../support/server.ts'

/** The backends of docs/adaptive.md, as they stand there. */

const run = promisify(execFile)
const username = 'alice@example.com'
const fileOf = (name: string) => fileURLToPath(new URL(`adaptive/${name}`, import.meta.url))

let server: TestServer
let folder: string
before(async () => {
  server = await startServer()
  folder = mkdtempSync(`${tmpdir()}/countersign-adaptive-`)
  await server.call('/admin/users/create', { customerKey: testKey.customerKey, username })
})
after(async () => {
  rmSync(folder, { recursive: true, force: true })
  await server.close()
})

const environment = () => ({
  ...process.env,
  COUNTERSIGN_URL: server.baseUrl,
  CUSTOMER_KEY: String(testKey.customerKey),
  API_KEY: testKey.apiKey,
})

const node = `import { isProved, openSession } from ${JSON.stringify(fileOf('backend.mjs'))}
const [, what, username, argument] = process.argv
const said = what === 'session' ? await openSession(username, argument) : (await isProved(username, argument)) ? 'proved' : 'refused'
process.stdout.write(said)`

const programs: Readonly<Record<string, readonly [program: string, ...options: string[]]>> = {
  Node: [process.execPath, '--input-type=module', '-e', node],
  PHP: ['php', fileOf('backend.php')],
  Java: ['java', '-XX:TieredStopAtLevel=1', fileOf('Backend.java')],
}

for (const [language, [program, ...options]] of Object.entries(programs))
  describe(`the ${language} backend`, () => {
    const says = async (...given: string[]) =>
      (await run(program, [...options, ...given], { env: environment(), cwd: folder })).stdout

    it('opens a session that its page can use', async () => {
      const session = await says('session', username, origin)
      const { body, headers } = await pageCall(server, 'user', { userKey: username, session })
      assert.equal(body.status, 'USER_REGISTERED', body.message)
      assert.equal(headers.get('access-control-allow-origin'), origin)
    })

    it('redeems a result once, and no forged one', async () => {
      const resultToken = await signIn(server, username)
      assert.equal(await says('redeem', username, forged(resultToken)), 'refused')
      assert.equal(await says('redeem', username, resultToken), 'proved')
      assert.equal(await says('redeem', username, resultToken), 'refused')
    })
  })

it('docs/adaptive.md shows the Node backend as it is', () => {
  const page = readFileSync(new URL('../../docs/adaptive.md', import.meta.url), 'utf8')
  assert.ok(page.includes(readFileSync(fileOf('backend.mjs'), 'utf8').trim()))
})
