import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { bootstrap } from '../../server/bootstrap.ts'
import { readConfig } from '../../server/config.ts'
import { codeFor, post, testKey } from '../support/caller.ts'
import { databaseNames, newPlace, type Place } from '../support/databases.ts'
import { callTo, withMasterKey } from '../support/nodes.ts'
import { type ServerProcess, startProcess } from '../support/process.ts'
import { openRaw } from '../support/raw.ts'
import { environmentOf, startServer } from '../support/server.ts'
import { storeOn } from '../support/store.ts'

const cli = fileURLToPath(new URL('../../server/cli.ts', import.meta.url))
const { customerKey } = testKey
const phone = '+15550400001'

for (const name of databaseNames) {
  describe(`a server on ${name}`, () => {
    let place: Place
    const started: ServerProcess[] = []
    const start = async (environment: Record<string, string> = {}) => {
      const server = await startProcess(place, environment)
      started.push(server)
      return server
    }
    const challenge = (baseUrl: string) => callTo(baseUrl)('/auth/challenge', { customerKey, phone, authType: 'SMS' })

    beforeEach(async () => {
      place = await newPlace(name)
    })
    afterEach(async () => {
      await Promise.all(started.splice(0).map((server) => server.stop()))
      await place.remove()
    })

    describe('when it starts', () => {
      it('needs no setting, and shows a complete line for the first challenge', async (t) => {
        const before = performance.now()
        const server = await start({ COUNTERSIGN_BOOTSTRAP_CUSTOMER_KEY: '', COUNTERSIGN_BOOTSTRAP_API_KEY: '' })
        const ready = performance.now()
        const shown =
          /^ {2}npx countersign call challenge --url (http:\/\/\S+) --customer-key (\d+) --api-key (\S+) --auth-type SMS --phone \+15551234567$/m
        const [, url = '', shownKey, apiKey = ''] = shown.exec(server.output()) ?? assert.fail(server.output())
        const key = { customerKey: Number(shownKey), apiKey }
        const asked = await post(
          url,
          '/moas/api/auth/challenge',
          { ...key, apiKey: undefined, phone, authType: 'SMS' },
          { key },
        )
        assert.equal(asked.body.status, 'SUCCESS', asked.text)
        const firstAnswer = performance.now()
        const line = shown.exec(server.output())?.[0].trim().split(' ').slice(2) ?? []
        const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...line], { encoding: 'utf8', env: {} })
        assert.equal(status, 0, stdout + stderr)
        assert.match(stdout, /SUCCESS/)
        const inSeconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`
        t.diagnostic(`ready after ${inSeconds(ready - before)}, first answer after ${inSeconds(firstAnswer - before)}`)
      })

      it('keeps its customer and shows the same key again', async () => {
        const random = { COUNTERSIGN_BOOTSTRAP_CUSTOMER_KEY: '', COUNTERSIGN_BOOTSTRAP_API_KEY: '' }
        const line = ({ output }: ServerProcess) => /--customer-key \d+ --api-key \S+/.exec(output())?.[0]
        const first = await start(random)
        await first.stop()
        const second = await start(random)
        assert.ok(line(first))
        assert.equal(line(second), line(first))
      })

      it('makes the master key of development once, for its owner only', async () => {
        const file = join(place.dataDir, 'master.key')
        const first = await start()
        assert.equal(statSync(file).mode & 0o777, 0o600)
        const key = readFileSync(file, 'utf8')
        assert.equal(Buffer.from(key.trim(), 'base64').length, 32)
        await first.stop()
        await start()
        assert.equal(readFileSync(file, 'utf8'), key)
        assert.equal(statSync(file).mode & 0o777, 0o600)
      })

      it('reads a setting from a file', async () => {
        const file = (label: string, text: string) => {
          const path = join(place.dataDir, label)
          writeFileSync(path, `${text}\n`)
          return path
        }
        const apiKey = 'an-api-key-that-came-from-a-file'
        const server = await start({
          COUNTERSIGN_BOOTSTRAP_API_KEY: '',
          COUNTERSIGN_BOOTSTRAP_API_KEY_FILE: file('api-key', apiKey),
          COUNTERSIGN_MASTER_KEY_FILE: file('key', withMasterKey.COUNTERSIGN_MASTER_KEY),
        })
        const asked = await post(
          server.baseUrl,
          '/moas/api/auth/challenge',
          { customerKey, phone, authType: 'SMS' },
          { key: { customerKey, apiKey } },
        )
        assert.equal(asked.body.status, 'SUCCESS', asked.text)
        assert.ok(!existsSync(join(place.dataDir, 'master.key')))
        const store = await storeOn(place)
        assert.equal((await store.read.customers.find(customerKey))?.apiKey, apiKey)
        await store.close()
      })

      it('at the same time as others on an empty database, makes one customer', async () => {
        const random = { COUNTERSIGN_BOOTSTRAP_CUSTOMER_KEY: '', COUNTERSIGN_BOOTSTRAP_API_KEY: '' }
        const config = readConfig(environmentOf(place, random))
        const stores = [await storeOn(place), await storeOn(place), await storeOn(place)]
        try {
          const made = await Promise.all(stores.map((store) => bootstrap(store, config, Date.now())))
          assert.equal(made.filter((one) => one !== null).length, 1)
          assert.equal((await stores[0]?.read.customers.list())?.length, 1)
        } finally {
          for (const store of stores) await store.close()
        }
      })
    })

    describe('in production', () => {
      const production = {
        COUNTERSIGN_MODE: 'production',
        COUNTERSIGN_BASE_URL: 'https://mfa.example.com',
        ...withMasterKey,
      }

      it('does not show messages, and keeps none', async () => {
        const port = await freePort()
        await start({ ...production, COUNTERSIGN_PORT: String(port) })
        const baseUrl = `http://127.0.0.1:${port}`
        for (const path of [
          '/dev/inbox',
          '/dev/inbox/',
          '/dev/inbox.json',
          '/dev/inbox/inbox.css',
          '/dev/inbox/inbox.js',
          '/dev/live-list.js',
        ]) {
          const { status } = await fetch(baseUrl + path)
          assert.equal(status, 404, path)
        }
        assert.equal((await challenge(baseUrl)).body.status, 'ERROR', 'no gateway is set up')
        assert.equal((await fetch(`${baseUrl}/healthz`)).status, 200)
        const raw = await openRaw(place)
        assert.deepEqual(await raw.run('select * from inbox_messages'), [])
        await raw.close()
        assert.ok(!existsSync(join(place.dataDir, 'master.key')))
      })

      it('shows the API key at the first start only', async () => {
        const first = await start(production)
        assert.ok(first.output().includes(testKey.apiKey))
        await first.stop()
        const second = await start(production)
        assert.ok(!second.output().includes(testKey.apiKey))
      })
    })

    describe('when it is stopped', () => {
      for (const signal of ['SIGTERM', 'SIGINT'] as const) {
        it(`lets a running request finish and ends well (${signal})`, async () => {
          const server = await start(withMasterKey)
          const call = callTo(server.baseUrl)
          const { body } = await challenge(server.baseUrl)
          const txId = String(body.txId)
          const token = await codeFor(server.baseUrl, phone)

          const release = await holdUp(place, txId)
          const validating = call('/auth/validate', { customerKey, txId, token })
          await sleep(300) // until it surely waits for the lock
          const stopping = server.stop(signal)
          await untilClosed(server.baseUrl)
          await release()

          assert.equal((await validating).body.status, 'SUCCESS')
          assert.equal(await stopping, 0)
          const store = await storeOn(place)
          assert.equal((await store.read.challenges.find(txId))?.state, 'approved')
          const { openRows, problem } = await store.read.audit.verify(customerKey)
          assert.equal(problem, null)
          // On PostgreSQL a transaction of any other database of the cluster may hold the closing up.
          if (name === 'SQLite') assert.equal(openRows, 0, 'the audit is closed')
          await store.close()
        })
      }

      it('does not wait for connections that nobody uses', async () => {
        const server = await start()
        await Promise.all(Array.from({ length: 10 }, () => challenge(server.baseUrl)))
        const before = performance.now()
        assert.equal(await server.stop(), 0)
        assert.ok(performance.now() - before < 8_000, 'less than the time for running requests')
      })
    })
  })
}

describe('a server that stops', () => {
  it('is not held up by a connection that never asked anything, as browsers make them', async () => {
    const server = await startServer()
    const socket = connect(Number(new URL(server.baseUrl).port), '127.0.0.1')
    await once(socket, 'connect')
    const closed = once(socket, 'close')
    const began = performance.now()
    await server.close()
    await closed
    assert.ok(performance.now() - began < 10_000)
  })
})

describe('a server that cannot start says why in a sentence, and ends', () => {
  const key = withMasterKey.COUNTERSIGN_MASTER_KEY
  const https = 'https://mfa.example.com'
  const refusals: Readonly<Record<string, { environment: Record<string, string>; says: RegExp }>> = {
    'production without a base URL': {
      environment: { COUNTERSIGN_MODE: 'production', COUNTERSIGN_MASTER_KEY: key },
      says: /https.*COUNTERSIGN_BASE_URL/,
    },
    'production with an http base URL': {
      environment: {
        COUNTERSIGN_MODE: 'production',
        COUNTERSIGN_BASE_URL: 'http://mfa.example.com',
        COUNTERSIGN_MASTER_KEY: key,
      },
      says: /https.*COUNTERSIGN_BASE_URL/,
    },
    'production without a master key': {
      environment: { COUNTERSIGN_MODE: 'production', COUNTERSIGN_BASE_URL: https },
      says: /COUNTERSIGN_MASTER_KEY/,
    },
    'production with the inbox on': {
      environment: {
        COUNTERSIGN_MODE: 'production',
        COUNTERSIGN_BASE_URL: https,
        COUNTERSIGN_MASTER_KEY: key,
        COUNTERSIGN_INBOX: 'on',
      },
      says: /COUNTERSIGN_INBOX/,
    },
    'several problems, all at once': {
      environment: { COUNTERSIGN_MODE: 'production', COUNTERSIGN_INBOX: 'on' },
      says: /COUNTERSIGN_BASE_URL[\s\S]*COUNTERSIGN_MASTER_KEY[\s\S]*COUNTERSIGN_INBOX/,
    },
    'a name that is no setting': {
      environment: { COUNTERSIGN_PROT: '8080' },
      says: /COUNTERSIGN_PROT is not a setting/,
    },
    'a file for a name that is no setting': {
      environment: { COUNTERSIGN_PROT_FILE: '/dev/null' },
      says: /COUNTERSIGN_PROT_FILE is not a setting/,
    },
    'a setting and its file': {
      environment: { COUNTERSIGN_MASTER_KEY: key, COUNTERSIGN_MASTER_KEY_FILE: '/dev/null' },
      says: /COUNTERSIGN_MASTER_KEY or COUNTERSIGN_MASTER_KEY_FILE, not both/,
    },
    'a file that cannot be read': {
      environment: { COUNTERSIGN_MASTER_KEY_FILE: '/nowhere/key' },
      says: /COUNTERSIGN_MASTER_KEY_FILE.*\/nowhere\/key/,
    },
    'a master key that is none': {
      environment: { COUNTERSIGN_MASTER_KEY: 'short' },
      says: /COUNTERSIGN_MASTER_KEY must be/,
    },
    'a certificate that cannot be read': {
      environment: { COUNTERSIGN_TLS_CERT: '/nowhere/cert', COUNTERSIGN_TLS_KEY: '/nowhere/key' },
      says: /COUNTERSIGN_TLS_CERT/,
    },
    'a port that is none': { environment: { COUNTERSIGN_PORT: '80 80' }, says: /COUNTERSIGN_PORT must be/ },
  }
  for (const [what, { environment, says }] of Object.entries(refusals)) {
    it(what, async () => {
      const place = await newPlace('SQLite')
      try {
        const error: Error = await startProcess(place, environment).then(
          () => assert.fail('it started'),
          (error) => error,
        )
        assert.match(error.message, /ended with 1/)
        assert.match(error.message, says)
        assert.doesNotMatch(error.message, /^ +at /m, 'no stack trace')
        assert.ok(!error.message.includes(key))
        assert.ok(!existsSync(join(place.dataDir, 'countersign.db')), 'nothing was made')
      } finally {
        await place.remove()
      }
    })
  }

  it('another master key than the one the database was made with', async () => {
    const place = await newPlace('SQLite')
    try {
      await (await startProcess(place, withMasterKey)).stop()
      const otherKey = Buffer.alloc(32, 9).toString('base64')
      const error: Error = await startProcess(place, { COUNTERSIGN_MASTER_KEY: otherKey }).then(
        () => assert.fail('it started'),
        (error) => error,
      )
      assert.match(error.message, /ended with 1[\s\S]*The master key does not open this database/)
      assert.doesNotMatch(error.message, /^ +at /m, 'no stack trace')
    } finally {
      await place.remove()
    }
  })

  it('a port that is taken', async () => {
    const place = await newPlace('SQLite')
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    try {
      const { port } = taken.address() as AddressInfo
      const error: Error = await startProcess(place, { COUNTERSIGN_PORT: String(port) }).then(
        () => assert.fail('it started'),
        (error) => error,
      )
      assert.match(error.message, /ended with 1/)
      assert.match(error.message, /COUNTERSIGN_PORT/)
      assert.doesNotMatch(error.message, /^ +at /m, 'no stack trace')
    } finally {
      taken.close()
      await place.remove()
    }
  })

  it('an address that this machine does not have', async () => {
    const place = await newPlace('SQLite')
    try {
      const error: Error = await startProcess(place, { COUNTERSIGN_HOST: '192.0.2.1' }).then(
        () => assert.fail('it started'),
        (error) => error,
      )
      assert.match(error.message, /ended with 1[\s\S]*no address 192\.0\.2\.1.*COUNTERSIGN_HOST/)
      assert.doesNotMatch(error.message, /^ +at /m, 'no stack trace')
    } finally {
      await place.remove()
    }
  })

  it('a master key of development that was not written to its end', async () => {
    const place = await newPlace('SQLite')
    try {
      writeFileSync(join(place.dataDir, 'master.key'), '')
      const error: Error = await startProcess(place).then(
        () => assert.fail('it started'),
        (error) => error,
      )
      assert.match(error.message, /ended with 1/)
      assert.match(error.message, /master\.key/)
      assert.doesNotMatch(error.message, /^ +at /m, 'no stack trace')
    } finally {
      await place.remove()
    }
  })

  it('a master key of development that is gone, and makes no other one in its place', async () => {
    const place = await newPlace('SQLite')
    const file = join(place.dataDir, 'master.key')
    try {
      await (await startProcess(place)).stop()
      rmSync(file)
      const error: Error = await startProcess(place).then(
        () => assert.fail('it started'),
        (error) => error,
      )
      assert.match(error.message, /ended with 1[\s\S]*master\.key is gone.*: restore it from the backup\.$/m)
      assert.ok(!existsSync(file))
    } finally {
      await place.remove()
    }
  })

  it('a disk that takes no more, and leaves no half of a key', async () => {
    const place = await newPlace('SQLite')
    const main = fileURLToPath(new URL('../../server/main.mjs', import.meta.url))
    // A limit on the size of files fails their writes as a full disk does.
    const startWith = (blocks: number) => {
      const line = `ulimit -f ${blocks}; exec "$0" "$1"`
      const env = { PATH: process.env['PATH'], ...environmentOf(place) }
      return spawnSync('sh', ['-c', line, process.execPath, main], { env, encoding: 'utf8' })
    }
    try {
      const none = startWith(0)
      assert.match(none.stderr, /did not start\.\nThe database does not open: EFBIG/)
      assert.deepEqual(readdirSync(place.dataDir), [])
      const little = startWith(128)
      assert.match(little.stderr, /did not start\.\nThe database does not open: .*(disk|full)/)
      for (const { status } of [none, little]) assert.equal(status, 1)
    } finally {
      await place.remove()
    }
  })

  it('a database that does not answer, without telling its password', async () => {
    const place = await newPlace('SQLite')
    try {
      const url = 'postgres://countersign:password-of-the-database@127.0.0.1:1/countersign'
      const error: Error = await startProcess({ ...place, databaseUrl: url }).then(
        () => assert.fail('it started'),
        (error) => error,
      )
      assert.match(error.message, /ended with 1[\s\S]*ECONNREFUSED.*COUNTERSIGN_DATABASE_URL/)
      assert.doesNotMatch(error.message, /^ +at /m, 'no stack trace')
      assert.ok(!error.message.includes('password-of-the-database'))
    } finally {
      await place.remove()
    }
  })
})

/** Makes the decision on a challenge wait, as another writer would; gives back what lets it go on. */
async function holdUp({ dataDir, databaseUrl }: Place, txId: string): Promise<() => Promise<void>> {
  if (databaseUrl === null) {
    const database = new DatabaseSync(join(dataDir, 'countersign.db'), { timeout: 5_000 })
    database.exec('begin immediate')
    return async () => {
      database.exec('commit')
      database.close()
    }
  }
  const client = new pg.Client(databaseUrl)
  await client.connect()
  await client.query('begin')
  await client.query('select 1 from challenges where id = $1 for update', [txId])
  return async () => {
    await client.query('commit')
    await client.end()
  }
}

/** Until nobody listens there any more. */
async function untilClosed(baseUrl: string): Promise<void> {
  for (;;) {
    try {
      await fetch(`${baseUrl}/healthz`, { headers: { connection: 'close' } })
    } catch {
      return
    }
    await sleep(20)
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : 0))
    })
  })
}
