import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { isSealedBy, readLine } from '../../server/checkpoints/line.ts'
import { verifyCheckpoints } from '../../server/checkpoints/verify.ts'
import { checkpointFile, checkpointWriter, createCheckpoints } from '../../server/checkpoints/write.ts'
import type { Store } from '../../server/store/open.ts'
import { databaseNames, newPlace, type Place } from '../support/databases.ts'
import { startProcess } from '../support/process.ts'
import { openRaw, type RawDatabase } from '../support/raw.ts'
import { aNote, closeAuditOf, masterKey, nowMs, storeOn } from '../support/store.ts'

const mine = 100
const at = new Date(nowMs).toISOString()

for (const name of databaseNames) {
  describe(`checkpoints of the audit on ${name}`, () => {
    let place: Place
    let store: Store
    let raw: RawDatabase
    let file: string
    let write: ReturnType<typeof checkpointWriter>

    beforeEach(async () => {
      place = await newPlace(name)
      store = await storeOn(place)
      raw = await openRaw(place)
      file = checkpointFile(place.dataDir)
      write = checkpointWriter(store, place.dataDir)
      await store.write((tx) => tx.customers.add(mine, 'Audited', 'the-key-of-the-audited', nowMs))
    })
    afterEach(async () => {
      await Promise.all([store.close(), raw.close()])
      await place.remove()
    })

    /** A block of the customer's chain, and a checkpoint of it unless told otherwise. */
    const grow = async (outcome = 'done') => {
      await store.write((tx) => tx.audit.append(mine, aNote(), outcome, nowMs))
      await closeAuditOf(store, mine)
    }
    const growAndWrite = async () => {
      await grow()
      return write(nowMs)
    }
    const problems = async () => (await verifyCheckpoints(store, file)).problems
    const lines = () => readFileSync(file, 'utf8').trimEnd().split('\n')
    const rewrite = (kept: readonly string[]) => writeFileSync(file, kept.map((line) => `${line}\n`).join(''))
    const cutEnd = async () => {
      await raw.run(
        'delete from audit_rows where customer_id = $1 and id > (select upto_id from audit_blocks where customer_id = $1 and number = 2)',
        mine,
      )
      await raw.run('delete from audit_blocks where customer_id = $1 and number > 2', mine)
    }

    it('hold for an honest database, whose restart goes on with the same file', async () => {
      assert.deepEqual(await growAndWrite(), { lines: 1, broken: [] })
      assert.deepEqual(await write(nowMs), { lines: 0, broken: [] }, 'what did not grow is not written again')
      await store.close()
      // A new master key is no new server.
      store = await storeOn(place, { masterKeys: [Buffer.alloc(32, 8), masterKey] })
      write = checkpointWriter(store, place.dataDir)
      await store.write((tx) => tx.audit.append(0, aNote(), 'done', nowMs))
      await closeAuditOf(store, 0)
      assert.deepEqual(await growAndWrite(), { lines: 2, broken: [] })
      const told = lines().map((line) => readLine(line))
      assert.deepEqual(
        told.map((line) => [line?.line, line?.customerKey, line?.block]),
        [
          [1, mine, 1],
          [2, null, 1],
          [3, mine, 2],
        ],
      )
      const state = await verifyCheckpoints(store, file)
      assert.deepEqual(state, { file, lines: 3, newest: at, problems: [], notes: [] })
      assert.equal(statSync(file).mode & 0o777, 0o600)
    })

    it('find an end that was cut off, which the chain alone does not know', async () => {
      for (let block = 1; block <= 4; block++) await growAndWrite()
      await cutEnd()
      assert.equal((await store.read.audit.verify(mine)).problem, null)
      const cut = `customer ${mine}: the chain was cut off at block 2, or an older copy of the database was put back: ${at} (line 4) it had block 4`
      assert.deepEqual(await problems(), [cut])
      assert.deepEqual((await verifyCheckpoints(store, file, 0)).problems, [], 'others are asked for alone')
      assert.deepEqual(await write(nowMs), { lines: 1, broken: [mine] }, 'the server itself notices')
      assert.deepEqual(await problems(), [cut])
    })

    it('find an older copy of the database that went on with other rows', async () => {
      await growAndWrite()
      for (const table of ['audit_rows', 'audit_blocks'])
        await raw.run(`create table old_${table} as select * from ${table}`)
      await growAndWrite()
      await growAndWrite()
      for (const table of ['audit_rows', 'audit_blocks']) {
        await raw.run(`delete from ${table}`)
        const alsoIds = name === 'PostgreSQL' ? 'overriding system value' : ''
        await raw.run(`insert into ${table} ${alsoIds} select * from old_${table}`)
      }
      assert.match((await problems()).join(), /cut off at block 1, or an older copy .* it had block 3$/)
      for (let block = 2; block <= 4; block++) await grow('another outcome')
      assert.equal((await store.read.audit.verify(mine)).problem, null)
      assert.deepEqual(await problems(), [`customer ${mine}: block 2 was replaced since ${at} (line 2)`])
    })

    it('find a chain that is gone, and a block out of it', async () => {
      for (let block = 1; block <= 3; block++) await growAndWrite()
      await raw.run('delete from audit_blocks where customer_id = $1 and number = 2', mine)
      assert.deepEqual(await problems(), [`customer ${mine}: block 2 was removed since ${at} (line 2)`])
      await raw.run('delete from audit_blocks where customer_id = $1', mine)
      assert.deepEqual(await problems(), [`customer ${mine}: its chain is gone; ${at} (line 3) it had block 3`])
      assert.deepEqual(await write(nowMs), { lines: 0, broken: [mine] })
    })

    it('find every change of the file itself', async () => {
      for (let block = 1; block <= 4; block++) await growAndWrite()
      const [one = '', two = '', three = '', four = ''] = lines()
      const forged = two.replace('"block":2', '"block":1')
      const cases: readonly [string, readonly string[], readonly string[]][] = [
        ['altered', [one, forged, three, four], ['line 2 was altered: its seal does not fit']],
        ['removed', [one, three, four], ['line 2: 1 line before it was removed or made unreadable']],
        ['made unreadable', [one, 'x', three, four], ['line 3: 1 line before it was removed or made unreadable']],
        ['removed at the beginning', [three, four], ['line 1: 2 lines before it were removed or made unreadable']],
        ['spoilt at the end', [one, two, three, `${four} `], ['line 4 was altered: it cannot be read']],
        [
          'twice',
          [one, two, two, three, four],
          ['line 3: it does not belong here: lines were put in another order or twice'],
        ],
      ]
      for (const [what, kept, expected] of cases) {
        rewrite(kept)
        assert.deepEqual(await problems(), expected, what)
      }
    })

    it('go on behind half a line that a crash left', async () => {
      await growAndWrite()
      appendFileSync(file, lines()[0]?.slice(0, 100) ?? '')
      await growAndWrite()
      const { problems, notes } = await verifyCheckpoints(store, file)
      assert.deepEqual(problems, [])
      assert.deepEqual(notes, ['line 2 was never finished, as a crash or a full disk leaves it; nothing is missing'])
    })

    it('are of one server: a file of another is refused, and so is its continuation', async () => {
      const other = await newPlace('SQLite')
      const others = await storeOn(other)
      await others.write((tx) => tx.customers.add(mine, 'Audited', 'the-key-of-the-audited', nowMs))
      await others.write((tx) => tx.audit.append(mine, aNote(), 'done', nowMs))
      await closeAuditOf(others, mine)
      await checkpointWriter(others, other.dataDir)(nowMs)
      await others.close()
      writeFileSync(file, readFileSync(checkpointFile(other.dataDir)))
      await other.remove()
      const foreign = '1 line, the first is line 1, of another server: of another database or under another key'
      assert.deepEqual(await problems(), [foreign])
      assert.equal((await growAndWrite()).lines, 1)
      assert.deepEqual(await problems(), [foreign])
      rewrite(lines().map((line) => line.replace(/"server":"\w+"/, /"server":"\w+"/.exec(lines()[1] ?? '')?.[0] ?? '')))
      assert.deepEqual(await problems(), ['line 1 was altered: its seal does not fit'])
    })

    it('that cannot be written are told once, and again when they can', async () => {
      const log: string[] = []
      const logger = pino({ base: null, timestamp: false }, { write: (line) => log.push(JSON.parse(line).msg) })
      const kept = createCheckpoints(store, place.dataDir, logger)
      await grow()
      mkdirSync(file)
      await kept.write(nowMs)
      await kept.write(nowMs)
      assert.equal(kept.state(), 'checkpoints cannot be written')
      rmSync(file, { recursive: true })
      symlinkSync('/dev/full', file)
      await kept.write(nowMs)
      rmSync(file)
      await kept.write(nowMs)
      assert.equal(kept.state(), 'checkpoints are written')
      const [cannot, again] = [
        'no checkpoint of the audit can be written',
        'checkpoints of the audit are written again',
      ]
      assert.deepEqual(log, [cannot, again])
      assert.deepEqual(await problems(), [])
    })

    it('are written at the end of a server, and harm nobody when they cannot be', async () => {
      const environment = { COUNTERSIGN_MASTER_KEY: masterKey.toString('base64'), COUNTERSIGN_LOG_LEVEL: 'warn' }
      await grow()
      mkdirSync(file)
      const first = await startProcess(place, environment)
      assert.equal(await first.stop(), 0)
      assert.equal(first.output().match(/no checkpoint of the audit can be written/g)?.length, 1)
      rmSync(file, { recursive: true })
      const second = await startProcess(place, environment)
      assert.equal(await second.stop(), 0)
      assert.doesNotMatch(second.output(), /checkpoints? of the audit/)
      const { lines, problems } = await verifyCheckpoints(store, file)
      assert.ok(lines > 0)
      assert.deepEqual(problems, [])
    })
  })
}

describe('two processes that append to one file of checkpoints', () => {
  const script = fileURLToPath(new URL('../support/append-checkpoints.ts', import.meta.url))
  const each = 25
  let place: Place
  before(async () => {
    place = await newPlace('SQLite')
  })
  after(() => place.remove())

  it('write one sequence of whole lines', async () => {
    const file = join(place.dataDir, 'two.jsonl')
    const key = Buffer.alloc(32, 1)
    const args = [script, file, key.toString('hex'), String(each)]
    const both = [1, 2].map(() => spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] }))
    await Promise.all(both.map((child) => once(child.stdout, 'data')))
    const ends = both.map((child) => once(child, 'exit'))
    for (const child of both) child.stdin.write('go')
    assert.deepEqual(
      (await Promise.all(ends)).map(([code]) => code),
      [0, 0],
    )
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n').map(readLine)
    assert.equal(lines.length, 2 * each)
    assert.equal(new Set(lines.map((line) => line?.server)).size, 2)
    for (const [index, line] of lines.entries()) {
      assert.ok(line && isSealedBy(key, line), `line ${index + 1} is whole`)
      assert.deepEqual([line.line, line.before], [index + 1, lines[index - 1]?.seal ?? null])
    }
  })
})
