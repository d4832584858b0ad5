import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { customerSettings, withDefaults } from '../settings.ts'
import { openStore, type Store } from '../store/open.ts'
import type { Customer, CustomerSettings } from '../vocabulary/customer.ts'
import type { Delivery } from '../vocabulary/message.ts'
import type { User } from '../vocabulary/user.ts'
import { type Notice, notify } from './notices.ts'
import { storeRules } from './store-rules.ts'

const nowMs = Date.UTC(2027, 0, 2, 3, 4)
const contacts = { email: 'old@example.com', phone: '+14155550101' }
const someone = { username: 'alice', contacts }

let store: Store
let folder: string
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-notices-'))
  const masterKeys = [Buffer.alloc(32, 1)]
  store = await openStore({ databaseUrl: null, dataDir: folder, masterKeys, ...storeRules })
  await store.migrate()
})
after(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

let ids = 0

async function newCustomer(settings: Partial<CustomerSettings> = {}): Promise<Customer> {
  ids += 1
  const customer: Customer = {
    id: 2_000 + ids,
    name: 'Example',
    apiKey: 'an-api-key-of-the-tests',
    digestKey: Buffer.alloc(32, ids),
    settings: { ...withDefaults(customerSettings, new Map()), ...settings },
    templates: new Map(),
  }
  const user: User = {
    id: userIdOf(customer),
    customerId: customer.id,
    ...someone,
    ...contacts,
    firstName: null,
    lastName: null,
    preferredMethod: null,
    isEnabled: true,
    createdAtMs: nowMs,
  }
  await store.write(async (tx) => {
    await tx.customers.add(customer.id, customer.name, customer.apiKey, nowMs)
    await tx.users.add(user, user.username)
  })
  return customer
}

function userIdOf({ id }: Customer): string {
  return `user-of-${id}`
}

function noticeWith(notice: Partial<Notice> & Pick<Notice, 'customer'>): Notice {
  return { event: 'contact-changed', ...someone, userId: userIdOf(notice.customer), nowMs, ...notice }
}

const tell = (notice: Partial<Notice> & Pick<Notice, 'customer'>) => store.write((tx) => notify(tx, noticeWith(notice)))

/** What waits to be sent for a customer; taking it is what a node's sweep does. */
async function waiting(...customers: readonly Customer[]): Promise<Delivery[]> {
  const all = await store.write((tx) => tx.deliveries.claimAbandoned(nowMs, nowMs, 3, 100))
  return all.filter(({ customerId }) => customers.some(({ id }) => id === customerId))
}

const events = ({ id }: Customer) => store.read.webhooks.list(id, 100)

describe('notify', () => {
  it('writes to the e-mail address, at once due, asking nothing', async () => {
    const customer = await newCustomer()
    await tell({ customer })
    const [notice, ...others] = await waiting(customer)
    assert.deepEqual(others, [])
    assert.deepEqual(
      [notice?.contact, notice?.via, notice?.challengeId, notice?.prefix],
      ['old@example.com', 'email', null, null],
    )
    assert.match(notice?.message?.text ?? '', /was changed at Example, 2027-01-02 03:04 UTC/)
  })

  it('writes to the phone of who has no address', async () => {
    const customer = await newCustomer()
    await tell({ customer, contacts: { ...contacts, email: null } })
    const [notice] = await waiting(customer)
    assert.deepEqual([notice?.contact, notice?.via, notice?.prefix], ['+14155550101', 'sms', '+1 4155'])
  })

  it('writes nothing to who has neither, and the site is told all the same', async () => {
    const customer = await newCustomer({ webhookUrl: 'https://example.com/hook' })
    await tell({ customer, contacts: { email: null, phone: null } })
    assert.deepEqual(await waiting(customer), [])
    assert.equal((await events(customer)).length, 1)
  })

  it('writes nothing when the customer wants no notices, and the site is told all the same', async () => {
    const customer = await newCustomer({ webhookUrl: 'https://example.com/hook', notices: false })
    await tell({ customer })
    assert.deepEqual(await waiting(customer), [])
    assert.equal((await events(customer)).length, 1)
  })

  it('keeps no event for a site that is not there', async () => {
    const customer = await newCustomer()
    await tell({ customer })
    assert.deepEqual(await events(customer), [])
  })

  it('tells the site who and what and when, and no contact', async () => {
    const customer = await newCustomer({ webhookUrl: 'https://example.com/hook' })
    await tell({ customer, event: 'locked' })
    const [event] = await events(customer)
    assert.deepEqual(JSON.parse(event?.body ?? ''), {
      id: event?.id,
      event: 'locked',
      userId: userIdOf(customer),
      username: 'alice',
      customerKey: String(customer.id),
      atMs: nowMs,
    })
    assert.doesNotMatch(event?.body ?? '', /example\.com|4155550101/)
  })

  it('tells one thing once, however often it is reported', async () => {
    const customer = await newCustomer({ webhookUrl: 'https://example.com/hook' })
    for (let times = 0; times < 3; times++) await tell({ customer, once: 'this lock' })
    assert.equal((await waiting(customer)).length, 1)
    assert.equal((await events(customer)).length, 1)
  })

  it('tells two things twice', async () => {
    const customer = await newCustomer({ webhookUrl: 'https://example.com/hook' })
    for (const once of ['one lock', 'another lock']) await tell({ customer, once })
    for (let times = 0; times < 2; times++) await tell({ customer })
    assert.equal((await waiting(customer)).length, 4)
    assert.equal((await events(customer)).length, 4)
  })

  it('tells two customers of the same thing apart', async () => {
    const [one, other] = [await newCustomer(), await newCustomer()]
    for (const customer of [one, other]) await tell({ customer, once: 'this lock' })
    const told = await waiting(one, other)
    assert.deepEqual(new Set(told.map(({ customerId }) => customerId)), new Set([one.id, other.id]))
  })

  it('is undone with the change it tells of', async () => {
    const customer = await newCustomer({ webhookUrl: 'https://example.com/hook' })
    const failing = store.write(async (tx) => {
      await notify(tx, noticeWith({ customer }))
      throw new Error('the change failed')
    })
    await assert.rejects(failing, /the change failed/)
    assert.deepEqual([await waiting(customer), await events(customer)], [[], []])
  })

  it("speaks the customer's language", async () => {
    const customer = await newCustomer({ language: 'es' })
    await tell({ customer, event: 'user-disabled' })
    const [notice] = await waiting(customer)
    assert.match(notice?.message?.text ?? '', /^Se desactivó su inicio de sesión en Example/)
    assert.equal(notice?.message?.language, 'es')
  })
})
