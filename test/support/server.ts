import { type Assembled, assemble } from '../../server/assemble.ts'
import { bootstrap } from '../../server/bootstrap.ts'
import { readConfig } from '../../server/config.ts'
import { type Answered, type CallOptions, codeFor, post, testKey } from './caller.ts'
import { type DatabaseName, newPlace, type Place } from './databases.ts'

/** A server in this process, on a real port, a real database and a clock that the test may move. */
export interface TestServer {
  readonly baseUrl: string
  readonly place: Place
  readonly assembled: Assembled
  /** Moves the server's clock forward. */
  advance(ms: number): void
  now(): number
  /** Signs (by the server's clock) and posts a call below `/moas/api`. */
  call(path: string, body: unknown, options?: CallOptions): Promise<Answered>
  codeFor(contact: string): Promise<string>
  /** Changes a setting of the test customer (`customerId` 0: of the server) and waits until it is in use. */
  set(name: string, value: string, customerId?: number): Promise<void>
  close(): Promise<void>
}

/** Environment for a server at `place` that listens on a free port. */
export function environmentOf(place: Place, more: Record<string, string> = {}): Record<string, string> {
  return {
    COUNTERSIGN_PORT: '0',
    COUNTERSIGN_DATA_DIR: place.dataDir,
    ...(place.databaseUrl === null ? {} : { COUNTERSIGN_DATABASE_URL: place.databaseUrl }),
    COUNTERSIGN_BOOTSTRAP_CUSTOMER_KEY: String(testKey.customerKey),
    COUNTERSIGN_BOOTSTRAP_API_KEY: testKey.apiKey,
    COUNTERSIGN_LOG_LEVEL: 'silent',
    ...more,
  }
}

/** Starts a server on a fresh place, or on one that is given (and then not removed). */
export async function startServer(
  database: DatabaseName | Place = 'SQLite',
  environment: Record<string, string> = {},
): Promise<TestServer> {
  const place = typeof database === 'string' ? await newPlace(database) : database
  let offsetMs = 0
  const now = () => Date.now() + offsetMs
  const config = readConfig(environmentOf(place, environment))
  const assembled = await assemble(config, { now, synchronize: async () => undefined })
  await bootstrap(assembled.store, config, now())
  const baseUrl = await assembled.listen()

  return {
    baseUrl,
    place,
    assembled,
    now,
    advance(ms) {
      offsetMs += ms
    },
    call: (path, body, options = {}) => post(baseUrl, `/moas/api${path}`, body, { timestamp: now(), ...options }),
    codeFor: (contact) => codeFor(baseUrl, contact),
    async set(name, value, customerId = testKey.customerKey) {
      await assembled.store.write((tx) => tx.settings.set(customerId, name, value, now()))
      await new Promise((resolve) => setTimeout(resolve, 1_100))
    },
    async close() {
      await assembled.close()
      if (typeof database === 'string') await place.remove()
    },
  }
}
