import assert from 'node:assert/strict'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, it } from 'node:test'
import { testKey } from '../support/caller.ts'
import { databaseNames, newPlace, type Place } from '../support/databases.ts'
import { startServer } from '../support/server.ts'
import { countersign, json } from './command.ts'

const customerKey = testKey.customerKey

interface Verified {
  readonly isWhole: boolean
  readonly chains: {
    readonly customerKey: number | null
    readonly rows: number
    readonly blocks: number
    readonly openRows: number
    readonly brokenAt: number | null
    readonly problem: string | null
  }[]
  readonly checkpoints: { readonly file: string; readonly lines: number; readonly problems: readonly string[] }[]
}

/** A server that made some decisions and stopped: its end closes the audit. */
async function decide(place: Place): Promise<void> {
  const server = await startServer(place)
  for (const phone of ['+12025550101', '+12025550102', '+12025550103']) {
    await server.call('/auth/challenge', { customerKey, phone, authType: 'SMS' })
  }
  await server.close()
}

for (const name of databaseNames) {
  describe(`the audit on ${name}`, () => {
    let place: Place
    before(async () => {
      place = await newPlace(name)
      await decide(place)
    })
    after(() => place.remove())

    it('is whole after honest work', async () => {
      const { isWhole, chains } = await json<Verified>(place, ['audit', 'verify'])
      assert.equal(isWhole, true)
      assert.deepEqual(
        chains.map((chain) => chain.customerKey),
        [null, customerKey],
      )
      // On PostgreSQL a transaction of another test can keep the end of it open.
      const { rows = 0, openRows = 0, ...chain } = chains[1] ?? {}
      assert.equal(rows + openRows, 4)
      if (name === 'SQLite') assert.equal(openRows, 0)
      assert.deepEqual(chain, { customerKey, blocks: 1, brokenAt: null, problem: null })
    })

    it('tells of every change by the command line, and of no secret', async () => {
      const { customerKey: acme } = await json(place, ['customers', 'add', '--name', 'Acme'])
      await json(place, ['customers', 'rotate-key', String(acme)])
      await json(place, ['settings', 'set', 'codeLength', '7', '--customer', String(acme)])
      await json(place, ['settings', 'set', 'smtpUrl', 'smtp://user:hunter2@127.0.0.1'])
      await json(place, ['settings', 'unset', 'smtpUrl'])
      const { chains } = await json<Verified>(place, ['audit', 'verify'])
      const open = (key: unknown) => chains.find((chain) => chain.customerKey === key)?.openRows
      assert.deepEqual([open(acme), open(null)], [3, 2])
    })
  })
}

describe('the checkpoints of the audit', () => {
  let place: Place
  let ours: string
  before(async () => {
    place = await newPlace('SQLite')
    await decide(place)
    ours = join(place.dataDir, 'audit-checkpoints.jsonl')
  })
  after(() => place.remove())

  it('are compared unless other files are named, and one can be written at any time', async () => {
    await json(place, ['customers', 'add', '--name', 'Acme'])
    await decide(place)
    assert.equal((await json(place, ['audit', 'checkpoint']))['lines'], 0, 'the end of the server wrote it')
    const found = await json<Verified>(place, ['audit', 'verify'])
    assert.deepEqual([found.isWhole, found.checkpoints.map((one) => one.file)], [true, [ours]])
    renameSync(ours, `${ours}.1`)
    assert.match((await countersign(place, ['audit', 'verify'])).stdout, /whole\. There was no checkpoint to compare/)
    writeFileSync(ours, '')
    assert.match((await countersign(place, ['audit', 'verify'])).stdout, /whole\. There was no checkpoint to compare/)
    const { lines } = await json(place, ['audit', 'checkpoint'])
    const both = await json<Verified>(place, ['audit', 'verify', '--checkpoints', ours, '--checkpoints', `${ours}.1`])
    assert.deepEqual(
      both.checkpoints.map(({ file, problems }) => [file, problems]),
      [
        [ours, []],
        [`${ours}.1`, []],
      ],
    )
    assert.equal(both.checkpoints[0]?.lines, lines)
  })

  it('end the command with 1 when they say something else, in words', async () => {
    writeFileSync(ours, readFileSync(ours, 'utf8').replace(/"block":\d+/, '"block":77'))
    const { code, stdout } = await countersign(place, ['audit', 'verify'])
    assert.equal(code, 1)
    assert.match(stdout, /^\S+audit-checkpoints\.jsonl {2}BROKEN {2}\d checkpoints?, the newest of 20\S+$/m)
    assert.match(stdout, /^ {2}line 1 was altered: its seal does not fit$/m)
    assert.match(stdout, /^The audit is not what its checkpoints say/m)
    const missing = await countersign(place, ['audit', 'verify', '--checkpoints', `${ours}.2`])
    assert.equal(missing.code, 1)
    assert.match(missing.stderr, /^The checkpoints cannot be read: ENOENT.*\.2'\.$/m)
  })
})

describe('a tampered audit', () => {
  let place: Place
  before(async () => {
    place = await newPlace('SQLite')
    await decide(place)
  })
  after(() => place.remove())

  const change = (statement: string): void => {
    const database = new DatabaseSync(join(place.dataDir, 'countersign.db'))
    database.exec(statement)
    database.close()
  }

  it('is found, and the command ends with 1', async () => {
    change(`update audit_rows set outcome = 'accepted' where id = 2`)
    const { code, stdout } = await countersign(place, ['audit', 'verify', '--json'])
    const { isWhole, chains } = JSON.parse(stdout) as Verified
    assert.equal(code, 1)
    assert.equal(isWhole, false)
    const broken = chains.find((chain) => chain.customerKey === customerKey)
    assert.deepEqual([broken?.brokenAt, broken?.problem], [1, 'a row was changed'])
  })

  it('is said in words, for one customer too', async () => {
    change('delete from audit_rows where id = 2')
    const { code, stdout } = await countersign(place, ['audit', 'verify', '--customer', String(customerKey)])
    assert.equal(code, 1)
    assert.match(stdout, /^customer 11627 {2}BROKEN {2}block 1 of 1: it closed 4 rows and there are 3$/m)
    assert.doesNotMatch(stdout, /^server/m)
  })

  it('keeps what the command line did in plain rows, without secrets', async () => {
    await json(place, ['settings', 'set', 'smtpUrl', 'smtp://user:hunter2@127.0.0.1'])
    await json(place, ['settings', 'set', 'codeLength', '7'])
    const database = new DatabaseSync(join(place.dataDir, 'countersign.db'))
    const rows = database.prepare(
      `select customer_id, outcome, detail from audit_rows where kind = 'setting' order by id`,
    )
    assert.deepEqual(
      rows.all().map((row) => ({ ...row })),
      [
        { customer_id: 0, outcome: 'set', detail: '{"by":"command line","name":"smtpUrl"}' },
        { customer_id: customerKey, outcome: 'set', detail: '{"by":"command line","name":"codeLength","value":"7"}' },
      ],
    )
    database.close()
  })
})
