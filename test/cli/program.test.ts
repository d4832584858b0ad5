import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Command } from 'commander'
import packageJson from '../../package.json' with { type: 'json' }
import { createProgram } from '../../server/cli/program.ts'
import { newPlace, type Place } from '../support/databases.ts'
import { countersign, json, run } from './command.ts'

describe('every command', () => {
  const newProgram = () => createProgram(() => async () => undefined)
  const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)]
  const nameOf = (command: Command): string =>
    command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name()

  for (const command of all(newProgram())) {
    it(`${nameOf(command)} --help shows --json, and an example that is understood`, () => {
      let help = ''
      command.configureOutput({
        writeOut: (text) => {
          help += text
        },
      })
      command.outputHelp()
      assert.match(help, /--json/)
      const examples = [...help.matchAll(/^ {2}npx countersign (.+)$/gm)].map(([, line = '']) => line)
      assert.ok(examples.length > 0)
      for (const line of examples) {
        const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
        assert.doesNotThrow(() => newProgram().parse(words, { from: 'user' }), line)
      }
    })
  }
})

describe('a mistake', () => {
  let place: Place
  before(async () => {
    place = await newPlace('SQLite')
    await json(place, ['migrate'])
  })
  after(() => place.remove())

  it('in the words ends with 2, one sentence and what to do next', async () => {
    for (const words of [
      ['bogus'],
      ['call', 'chalenge'],
      ['customers', 'add'],
      ['customers', 'list', '--bogus'],
      ['users', 'list', '--limit', '0'],
    ]) {
      const { code, stdout, stderr } = await countersign(place, words)
      assert.equal(code, 2, words.join(' '))
      assert.equal(stdout, '')
      assert.match(stderr, /^\S.* Add --help to see how it is used\.\n$/)
    }
  })

  it('without a command shows the help on stderr', async () => {
    const { code, stdout, stderr } = await run([], {})
    assert.equal(code, 2)
    assert.equal(stdout, '')
    assert.match(stderr, /Usage: countersign/)
  })

  it('is told as JSON too when JSON is wanted', async () => {
    for (const [words, expected] of [
      [['bogus'], 2],
      [['customers', 'rotate-key', '5'], 1],
    ] as const) {
      const { code, stdout, stderr } = await countersign(place, [...words, '--json'])
      assert.equal(code, expected)
      assert.deepEqual(JSON.parse(stdout), { error: stderr.trim() })
    }
  })

  it('in the settings is named, line by line', async () => {
    const { code, stderr } = await countersign(place, ['customers', 'list'], {
      COUNTERSIGN_MODE: 'prod',
      COUNTERSIGN_COLOUR: 'red',
    })
    assert.equal(code, 1)
    assert.match(stderr, /^COUNTERSIGN_COLOUR is not a setting/m)
    assert.match(stderr, /^COUNTERSIGN_MODE must be/m)
    assert.doesNotMatch(stderr, /^ {4}at /m)
  })

  it('of the folder makes no database there', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'countersign-nothing-'))
    for (const words of [['customers', 'list'], ['doctor']]) {
      const { code, stdout, stderr } = await run(words, {
        COUNTERSIGN_DATA_DIR: join(dataDir, 'data'),
        COUNTERSIGN_PORT: '0',
      })
      assert.equal(code, words[0] === 'doctor' ? 0 : 1)
      assert.match(stdout + stderr, /There is (no database in|none yet)/)
      assert.equal(existsSync(join(dataDir, 'data')), false)
    }
    rmSync(dataDir, { recursive: true })
  })

  it('of losing the master key is told, and no other key is made', async () => {
    const key = join(place.dataDir, 'master.key')
    renameSync(key, `${key}.away`)
    for (const words of [['customers', 'list'], ['doctor']]) {
      const { code, stdout, stderr } = await countersign(place, words)
      assert.equal(code, 1)
      assert.match(stdout + stderr, /master\.key is gone.*restore it from the backup/)
    }
    assert.equal(existsSync(key), false)
    renameSync(`${key}.away`, key)
  })

  it('with the master key is told without a stack trace', async () => {
    const { code, stderr } = await countersign(place, ['customers', 'list'], {
      COUNTERSIGN_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
    })
    assert.equal(code, 1)
    assert.match(stderr, /^The master key does not open this database\. .*\n$/)
  })

  it('with PostgreSQL is told without a stack trace and without the password', async () => {
    const { code, stderr } = await countersign(place, ['customers', 'list'], {
      COUNTERSIGN_DATABASE_URL: 'postgres://somebody:hunter2@localhost:1/nothing',
    })
    assert.equal(code, 1)
    assert.match(stderr, /^The database does not open: .*ECONNREFUSED.*COUNTERSIGN_DATABASE_URL\.\n$/)
    assert.doesNotMatch(stderr, /hunter2/)
  })
})

describe('the command line', () => {
  it('tells its version', async () => {
    const { code, stdout } = await run(['--version'], {})
    assert.deepEqual([code, stdout], [0, `${packageJson.version}\n`])
  })

  it('makes the tables once, and says so', async () => {
    const files = readdirSync(new URL('../../server/store/migrations', import.meta.url))
    const applied = files.flatMap((file) => /^\d{4}-[a-z-]+(?=\.ts$)/.exec(file) ?? []).sort()
    assert.equal(applied[0], '0001-first')
    const place = await newPlace('SQLite')
    try {
      assert.deepEqual(await json(place, ['migrate']), { database: 'sqlite', applied })
      assert.deepEqual(await json(place, ['migrate']), { database: 'sqlite', applied: [] })
      assert.match((await countersign(place, ['migrate'])).stdout, /up to date/)
    } finally {
      await place.remove()
    }
  })
})
