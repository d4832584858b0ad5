import pg from 'pg'
import { bootstrap } from '../server/bootstrap.ts'
import { readConfig } from '../server/config.ts'
import { openStoreOf } from '../server/database.ts'
import { foldUsername } from '../server/engine/contacts.ts'
import { toolsFor } from '../server/engine/tools.ts'
import { timeCode } from '../server/methods/time-code.ts'
import { randomId } from '../server/security/random.ts'
import type { Store } from '../server/store/open.ts'
import type { Customer } from '../server/vocabulary/customer.ts'
import { customerKey, type Person } from './workload.ts'

/** People that one write adds. */
const chunkSize = 500
/** Writes at the same time. */
const lanes = 4

type Records = Parameters<Parameters<Store['write']>[0]>[0]

/** What else a benchmark puts there with each of them. */
type Also = (tx: Records, customer: Customer, userId: string, index: number) => Promise<void>

/** Puts everybody into the database with a confirmed authenticator, by the store's own functions: sealed as in use. */
export async function seed(
  environment: Record<string, string>,
  people: readonly Person[],
  also: Also = async () => undefined,
): Promise<void> {
  const config = readConfig(environment)
  const store = await openStoreOf(config)
  const nowMs = Date.now()
  await bootstrap(store, config, nowMs)
  const customer = await store.read.customers.find(Number(customerKey))
  if (!customer) throw new Error('The benchmark needs a database of its own.')

  let added = 0
  const add = (chunk: readonly Person[]) =>
    store.write(async (tx) => {
      for (const { username, secret } of chunk) {
        const tools = { ...toolsFor(customer, nowMs), randomSecret: () => secret }
        const enrolled = timeCode.enrol?.({ issuer: 'Benchmark', account: username }, tools)
        const userId = randomId()
        const user = { id: userId, customerId: customer.id, username, email: username, isEnabled: true }
        const unset = { phone: null, firstName: null, lastName: null, preferredMethod: null }
        await tx.users.add({ ...user, ...unset, createdAtMs: nowMs }, foldUsername(username))
        const unused = { label: null, lastStep: -1, lastUsedAtMs: null }
        const credential = { id: randomId(), method: 'time-code', state: 'active', ...unused } as const
        await tx.credentials.offer(customer.id, userId, { ...credential, secret: enrolled?.secret ?? '' }, nowMs)
        await also(tx, customer, userId, added++)
      }
    })
  const chunks = Array.from({ length: Math.ceil(people.length / chunkSize) }, (_, index) =>
    people.slice(index * chunkSize, (index + 1) * chunkSize),
  )
  // A few at once: PostgreSQL has that many connections for writes, and waiting for one has its limit.
  const lane = async () => {
    for (let chunk = chunks.pop(); chunk; chunk = chunks.pop()) await add(chunk)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  await store.close()
  if (config.databaseUrl) await vacuum(config.databaseUrl)
}

/** What PostgreSQL does by itself a minute later; not while the clock runs. */
async function vacuum(databaseUrl: string): Promise<void> {
  const client = new pg.Client(databaseUrl)
  await client.connect()
  await client.query('vacuum analyze')
  await client.end()
}
