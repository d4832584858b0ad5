import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, rmdirSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { SMTPServer } from 'smtp-server'
import { databaseNames } from '../support/databases.ts'
import { environmentOf, startServer, type TestServer } from '../support/server.ts'
import { countersign, json, run } from './command.ts'

interface Examined {
  readonly isFine: boolean
  readonly checks: { readonly name: string; readonly state: string; readonly text: string }[]
}

const listening = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return String((server.address() as AddressInfo).port)
}

describe('doctor', () => {
  let server: TestServer
  before(async () => {
    server = await startServer('SQLite')
  })
  after(() => server.close())

  const lineOf = async (name: string, more: Record<string, string> = {}): Promise<string> => {
    const { code, stdout } = await countersign(server.place, ['doctor', '--json'], more)
    const { isFine, checks } = JSON.parse(stdout) as Examined
    assert.equal(code, isFine ? 0 : 1)
    assert.equal(
      isFine,
      checks.every(({ state }) => state !== 'problem'),
    )
    const found = checks.filter((check) => check.name === name)
    return found.map(({ state, text }) => `${state}: ${text}`).join('\n')
  }

  it('finds nothing wrong with a running server', async () => {
    const port = new URL(server.baseUrl).port
    const { code, stdout } = await countersign(server.place, ['doctor'], { COUNTERSIGN_PORT: port })
    assert.equal(code, 0)
    for (const line of stdout.trim().split('\n')) assert.match(line, /^ok /)
    assert.match(stdout, new RegExp(`^ok +port +Countersign 0\\.\\S+ is running on ${port}\\.$`, 'm'))
    assert.match(stdout, /^ok +customers +1 in the database\.$/m)
  })

  it('lists every problem of the settings', async () => {
    const lines = await lineOf('settings', { COUNTERSIGN_MODE: 'production', COUNTERSIGN_PORT: 'http' })
    assert.match(lines, /^problem: COUNTERSIGN_PORT must be a port number\.$/m)
    assert.match(lines, /^problem: Production needs an https base URL/m)
    assert.match(lines, /^problem: Production needs a master key/m)
  })

  it('warns of a base URL that phones refuse', async () => {
    assert.match(await lineOf('base URL', { COUNTERSIGN_BASE_URL: 'http://mfa.example.com' }), /^warning: .*not https/)
    assert.match(await lineOf('base URL', { COUNTERSIGN_HOST: '0.0.0.0' }), /^warning: .*set COUNTERSIGN_BASE_URL/)
    assert.match(await lineOf('base URL', { COUNTERSIGN_BASE_URL: 'https://mfa.example.com' }), /^ok/)
  })

  it('tells a port that something else has from a free one', async () => {
    const other = createServer((socket) =>
      socket
        .on('error', () => undefined)
        .resume()
        .end('hello\r\n'),
    )
    const port = await listening(other)
    assert.match(await lineOf('port', { COUNTERSIGN_PORT: port }), /^problem: .* not Countersign: stop it, or set/)
    await new Promise((resolve) => other.close(resolve))
    assert.match(await lineOf('port', { COUNTERSIGN_PORT: port }), /^ok: .* is free/)
  })

  it('asks the mail server whether it would take mail, and not for long', async () => {
    const smtp = new SMTPServer({ disabledCommands: ['AUTH', 'STARTTLS'] })
    const silent = createServer((socket) => socket.on('error', () => undefined).resume())
    const port = await listening(smtp.server as unknown as Server) // it is one
    await json(server.place, ['settings', 'set', 'smtpUrl', `smtp://127.0.0.1:${port}`])
    assert.match(await lineOf('e-mail'), /^ok: The SMTP server accepts/)
    await new Promise<void>((resolve) => smtp.close(() => resolve()))
    assert.match(await lineOf('e-mail'), /^problem: .*ECONNREFUSED.*settings set smtpUrl/)

    await json(server.place, ['settings', 'set', 'smtpUrl', `smtp://127.0.0.1:${await listening(silent)}`])
    const begun = performance.now()
    assert.match(await lineOf('e-mail'), /^problem: The SMTP server refuses: /)
    assert.ok(performance.now() - begun < 20_000)
    silent.close()
    await json(server.place, ['settings', 'unset', 'smtpUrl'])
    assert.match(await lineOf('e-mail', { COUNTERSIGN_INBOX: 'off' }), /^warning: No gateway/)
    const mail = { id: 'post', type: 'smtp', via: ['email'], url: 'smtp://127.0.0.1:9', from: 'a@b.example' }
    await json(server.place, ['settings', 'set', 'providers', JSON.stringify([mail])])
    assert.match(await lineOf('e-mail'), /^problem: The provider post refuses: .*ECONNREFUSED/)
    await json(server.place, ['settings', 'unset', 'providers'])
  })

  it('tells that the data folder cannot be written', () => {
    const environment = { PATH: process.env['PATH'], ...environmentOf(server.place) }
    const cli = fileURLToPath(new URL('../../server/cli.ts', import.meta.url))
    // Root may write everywhere, so root looks as somebody else.
    const isRoot = process.getuid?.() === 0
    if (!isRoot) chmodSync(server.place.dataDir, 0o500)
    const options = { env: environment, encoding: 'utf8', ...(isRoot ? { uid: 65_534, gid: 65_534 } : {}) } as const
    const { status, stdout } = spawnSync(process.execPath, [cli, 'doctor'], options)
    if (!isRoot) chmodSync(server.place.dataDir, 0o700)
    assert.equal(status, 1)
    assert.match(stdout, /^PROBLEM +data folder +\S+ cannot be written by this user: .*chown/m)
  })

  it('warns when no checkpoint of the audit can be written', async () => {
    assert.match(await lineOf('audit checkpoints'), /^ok: .*audit-checkpoints\.jsonl will be made\.$/)
    const file = join(server.place.dataDir, 'audit-checkpoints.jsonl')
    mkdirSync(file)
    assert.match(await lineOf('audit checkpoints'), /^warning: .* cannot be written, .*COUNTERSIGN_DATA_DIR/)
    rmdirSync(file)
    await json(server.place, ['audit', 'checkpoint'])
    assert.match(await lineOf('audit checkpoints'), /^ok: .*audit-checkpoints\.jsonl, last written 20.*Z\.$/)
  })

  it('says which customer is missing on an empty database', async () => {
    const place = { ...server.place, dataDir: `${server.place.dataDir}/empty` }
    await json(place, ['migrate'])
    const { stdout } = await run(['doctor'], environmentOf(place))
    assert.match(stdout, /^WARNING +customers +None yet/m)
  })
})

for (const name of databaseNames.filter((each) => each === 'PostgreSQL')) {
  describe(`doctor on ${name}`, () => {
    it("compares this machine's clock with the database's", async () => {
      const server = await startServer(name)
      try {
        const { isFine, checks } = await json<Examined>(server.place, ['doctor'])
        assert.equal(isFine, true)
        assert.match(checks.find((check) => check.name === 'clock')?.text ?? '', /^Like the database's/)
        assert.match(checks.find((check) => check.name === 'database')?.text ?? '', /^PostgreSQL opens/)
      } finally {
        await server.close()
      }
    })
  })
}
