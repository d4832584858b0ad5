import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, beforeEach, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Db } from '../tables.ts'
import { GroupCommit } from './group-commit.ts'
import { createLane } from './lane.ts'
import { LogFile } from './log-file.ts'

describe('a group of writes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-'))
  const file = join(folder, 'groups.db')
  const handle = new DatabaseSync(file)
  handle.exec('pragma journal_mode = wal; pragma synchronous = normal; create table words (word text)')
  const reader = new DatabaseSync(file, { readOnly: true })
  const count = () => Number(reader.prepare('select count(*) as count from words').get()?.['count'])
  /** Of the disk: how often it was asked, and what it says. */
  let asked = 0
  let disk: () => Promise<void>
  let commits: GroupCommit

  before(() => {
    const reached = () => {
      asked++
      return disk()
    }
    const parts = { lane: createLane(), log: { reached }, answers: { turn: async () => undefined } }
    const writer = handle as unknown as Db // no job here looks at it
    commits = new GroupCommit({ handle, writer, ...parts, onCommitted: () => undefined })
  })
  beforeEach(() => {
    asked = 0
    disk = async () => undefined
    handle.exec('delete from words')
  })
  after(() => {
    reader.close()
    handle.close()
    rmSync(folder, { recursive: true })
  })

  const write = (word: string) =>
    commits.write(async () => void handle.prepare('insert into words values (?)').run(word))

  it('fails as a whole when the disk is full, and says that', async () => {
    handle.exec(`pragma max_page_count = ${handle.prepare('pragma page_count').get()?.['page_count']}`)
    const all = await Promise.allSettled([write('one'), write('long'.repeat(10_000)), write('two')])
    handle.exec('pragma max_page_count = 1000000')
    for (const one of all) assert.match(String(one.status === 'rejected' && one.reason), /disk is full/)
    assert.equal(count(), 0)
    await write('three')
    assert.equal(count(), 1)
  })

  it('answers nobody before the disk has it', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    disk = () => promise
    let isAnswered = false
    const written = write('one').then(() => {
      isAnswered = true
    })
    while (asked === 0) await sleep(1)
    assert.equal(count(), 1, 'committed')
    await sleep(5)
    assert.equal(isAnswered, false)
    resolve()
    await written
  })

  it('gathers what arrives meanwhile: it reaches the disk together', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    disk = () => promise
    const first = write('first')
    while (asked === 0) await sleep(1)
    const others = Array.from({ length: 50 }, (_, index) => write(`other ${index}`))
    resolve()
    await Promise.all([first, ...others])
    assert.equal(asked, 2)
    assert.equal(count(), 51)
  })

  it('tells nobody of a success when the disk refused, and goes on', async () => {
    disk = () => Promise.reject(new Error('The disk is full.'))
    await assert.rejects(write('lost'), /The disk is full/)
    disk = async () => undefined
    await write('kept')
    assert.equal(asked, 2)
  })

  it('asks the log of the database, which is there after the first commit', async () => {
    const log = new LogFile(file)
    await log.reached()
    await log.reached()
    await log.close()
    const none = new LogFile(join(folder, 'none.db'))
    await assert.rejects(none.reached(), /ENOENT/)
    await none.close()
  })
})
