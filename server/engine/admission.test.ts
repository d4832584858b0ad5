import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { databaseNames, newPlace, type Place } from '../../test/support/databases.ts'
import { aChallenge, storeOn } from '../../test/support/store.ts'
import { customerSettings, withDefaults } from '../settings.ts'
import type { Store } from '../store/open.ts'
import type { Repositories } from '../store/repositories.ts'
import type { Customer, CustomerSettings } from '../vocabulary/customer.ts'
import type { Delivery, Via } from '../vocabulary/message.ts'
import { admit, isWithinBudget, type SendBar } from './admission.ts'
import { prefixOf } from './contacts.ts'
import { userSubject } from './subject.ts'

const minuteMs = 60_000
/** The start of an hour, and of a day. */
const nowMs = Date.UTC(2027, 0, 2)

for (const database of databaseNames)
  describe(`admit on ${database}`, () => {
    let store: Store
    /** It, and a second one on the same database. */
    let nodes: readonly Store[]
    let place: Place
    before(async () => {
      place = await newPlace(database)
      store = await storeOn(place)
      nodes = [store, await storeOn(place)]
    })
    after(async () => {
      await Promise.all(nodes.map((node) => node.close()))
      await place.remove()
    })

    let ids = 0

    /** A customer of its own for each test: nothing that others counted is in its way. */
    async function newCustomer(settings: Partial<CustomerSettings>): Promise<Customer> {
      ids += 1
      const id = 1_000 + ids
      await store.write((tx) => tx.customers.add(id, 'Example', 'an-api-key-of-the-tests', nowMs))
      return {
        id,
        name: 'Example',
        apiKey: 'an-api-key-of-the-tests',
        digestKey: Buffer.alloc(32, 1),
        settings: { ...withDefaults(customerSettings, new Map()), ...settings },
        templates: new Map(),
      }
    }

    async function sender(settings: Partial<CustomerSettings> = {}) {
      const customer = await newCustomer(settings)
      return (contacts: readonly string[], more: { origin?: string; atMs?: number } = {}) => {
        const deliveries = contacts.map((contact) => delivery(customer.id, contact))
        const sending = { customer, subject: userSubject('u'), method: 'message-code' as const, deliveries }
        const { origin = null, atMs = nowMs } = more
        return admitted(async (tx) => {
          const bar = await admit(tx, { ...sending, origin, nowMs: atMs })
          if (bar || (await isWithinBudget(tx, customer, deliveries.length, atMs))) return bar
          return 'over-budget'
        })
      }
    }

    let turn = 0

    /** On both nodes in turn: what bars a write, and, as a challenge does, undoes all of it. */
    async function admitted(job: (tx: Repositories) => Promise<SendBar | undefined>): Promise<SendBar | undefined> {
      let bar: SendBar | undefined
      turn += 1
      await (nodes[turn % 2] ?? store)
        .write(async (tx) => {
          bar = await job(tx)
          if (bar) throw new Error(bar)
        })
        .catch((error) => {
          if (!bar) throw error
        })
      return bar
    }

    function delivery(customerId: number, contact: string): Delivery {
      const via: Via = contact.includes('@') ? 'email' : 'sms'
      const prefix = via === 'email' ? null : prefixOf(contact)
      const id = randomUUID()
      return { id, customerId, challengeId: 'c', via, contact, prefix, state: 'sending', sentAtMs: null, message: null }
    }

    /** One after the other. */
    async function isBarred(
      sending: readonly (() => Promise<SendBar | undefined>)[],
      bars: readonly (SendBar | undefined)[],
    ) {
      const outcomes: (SendBar | undefined)[] = []
      for (const send of sending) outcomes.push(await send())
      assert.deepEqual(outcomes, bars)
    }

    describe('by country', () => {
      const countries: readonly (readonly [
        promise: string,
        settings: Partial<CustomerSettings>,
        contact: string,
        bar: SendBar | undefined,
      ])[] = [
        ['the default country is sent to', {}, '+14155550101', undefined],
        ['a number that could be of several countries is sent to when one is allowed', {}, '+15551234567', undefined],
        ['another country is not', {}, '+4930123456', 'country'],
        ['another country with the same code is not', {}, '+16135550101', 'country'],
        ['a premium country with the same code is not', {}, '+18765550101', 'country'],
        ['a listed country is', { allowedCountries: ['DE'] }, '+4930123456', undefined],
        [
          'then the default country is not, unless it is listed',
          { allowedCountries: ['DE'] },
          '+14155550101',
          'country',
        ],
        ['every country is with *', { allowedCountries: ['*'] }, '+882161234567', undefined],
        ['a satellite number is not', {}, '+882161234567', 'country'],
        ['a premium shared-cost number is not', {}, '+97912345678', 'country'],
        ['an address has no country', { allowedCountries: ['DE'] }, 'a@example.com', undefined],
        ['another default country', { defaultCountry: 'DE' }, '+4930123456', undefined],
      ]
      for (const [promise, settings, contact, bar] of countries)
        it(promise, async () => {
          const send = await sender(settings)
          assert.equal(await send([contact]), bar)
        })

      it('one foreign number of several is enough to send none', async () => {
        const send = await sender()
        assert.equal(await send(['a@example.com', '+4930123456']), 'country')
      })
    })

    describe('by client address', () => {
      const networks: readonly (readonly [one: string, other: string, areOne: boolean])[] = [
        ['192.0.2.1', '192.0.2.1', true],
        ['192.0.2.1', '192.0.2.2', false],
        ['2001:db8::1', '2001:db8::2', true],
        ['2001:db8:0:1::1', '2001:db8:0:1:ffff:ffff:ffff:ffff', true],
        ['2001:db8:0:1::1', '2001:db8:0:2::1', false],
        ['2001:db8::1', '2001:DB8:0000:0000:0000:0000:0000:0001', true],
        ['2001:db8::', '2001:0db8:0::9', true],
        ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::', true],
        ['::1', '::2', true],
        ['::1', '2001:db8::1', false],
        ['fe80::1', 'fe80:0:0:0:1::', true],
        ['::ffff:192.0.2.1', '192.0.2.1', true],
        ['::FFFF:192.0.2.1', '::ffff:c000:201', true],
        ['::ffff:192.0.2.1', '::ffff:192.0.2.2', false],
        ['::ffff:192.0.2.1', '::ffff:198.51.100.7', false],
      ]
      for (const [one, other, areOne] of networks)
        it(`${one} and ${other} are counted ${areOne ? 'as one' : 'apart'}`, async () => {
          const send = await sender({ sendsPerAddress10Min: 1 })
          const outcomes = [
            () => send(['a@example.com'], { origin: one }),
            () => send(['b@example.com'], { origin: other }),
          ]
          await isBarred(outcomes, [undefined, areOne ? 'too-many' : undefined])
        })

      it('a challenge without a message counts nothing', async () => {
        const send = await sender({ sendsPerAddress10Min: 1 })
        const ask = () => send([], { origin: '192.0.2.1' })
        await isBarred([ask, ask], [undefined, undefined])
      })
    })

    describe('by count', () => {
      it('a contact is counted for ten minutes and for a day', async () => {
        const send = await sender({ sendsPerContact10Min: 2, sendsPerContactDay: 3 })
        const at = (minutes: number) => () => send(['+14155550101'], { atMs: nowMs + minutes * minuteMs })
        await isBarred([at(0), at(9), at(9.99)], [undefined, undefined, 'too-many'])
        await isBarred([at(10), at(20)], [undefined, 'too-many'])
        await isBarred([at(24 * 60 - 0.01), at(24 * 60), at(24 * 60 + 1)], ['too-many', undefined, 'too-many'])
      })

      const generous = { sendsPerContact10Min: 20, sendsPerContactDay: 100 }
      for (const [limit, spanMs, contact] of [
        ['sendsPerContact10Min', 10 * minuteMs, 'a@example.com'],
        ['sendsPerContactDay', 24 * 60 * minuteMs, 'a@example.com'],
        ['sendsPerPrefix10Min', 10 * minuteMs, '+14155550101'],
        ['sendsPerAddress10Min', 10 * minuteMs, 'a@example.com'],
      ] as const)
        it(`${limit}: no span holds more, wherever it begins, and nothing is refused that one has room for`, async () => {
          const most = 4
          const send = await sender({ ...generous, [limit]: most })
          const origin = '192.0.2.1'
          const sentAtMs: number[] = []
          // Bursts of a few, with pauses of up to half a span: some end and some begin at every kind of boundary.
          for (const [step, random] of randoms(150).entries()) {
            const before = nowMs + Math.floor((step / 3) * (spanMs / 4))
            const atMs = Math.max(sentAtMs.at(-1) ?? 0, before + Math.floor(random * (spanMs / 50)))
            const inSpan = sentAtMs.filter((one) => one > atMs - spanMs).length
            const bar = await send([contact], { atMs, origin })
            assert.equal(bar, inSpan < most ? undefined : 'too-many', `${inSpan} of ${most} at ${atMs - nowMs} ms`)
            if (bar === undefined) sentAtMs.push(atMs)
          }
          assert.ok(sentAtMs.length > 20 && sentAtMs.length < 150, 'some were sent and some refused')
        })

      it('what was sent by a node whose clock is ahead counts too', async () => {
        const send = await sender({ sendsPerContact10Min: 1 })
        await isBarred(
          [() => send(['a@example.com'], { atMs: nowMs + 200 }), () => send(['a@example.com'], { atMs: nowMs })],
          [undefined, 'too-many'],
        )
      })

      it('an address is one contact in any case, and in any width of letters', async () => {
        const send = await sender({ sendsPerContact10Min: 1 })
        const spellings = ['Alice@Example.com', 'alice@example.com', 'ALICE@EXAMPLE.COM', 'ａlice@example.com']
        await isBarred(
          spellings.map((one) => () => send([one])),
          [undefined, 'too-many', 'too-many', 'too-many'],
        )
      })

      it('both messages of one question are counted against the budget', async () => {
        const send = await sender({ messagesPerDay: 3 })
        const both = (name: string) => () => send([`${name}@example.com`, `+1415555010${name}`])
        await isBarred([both('1'), both('2')], [undefined, 'over-budget'])
      })

      it('a budget of nothing sends nothing', async () => {
        const send = await sender({ messagesPerDay: 0 })
        assert.equal(await send(['a@example.com']), 'over-budget')
      })

      it('the budget is a day in UTC', async () => {
        const send = await sender({ messagesPerDay: 1 })
        const at = (atMs: number) => () => send(['a@example.com'], { atMs })
        const nextDayMs = nowMs + 24 * 60 * minuteMs
        await isBarred([at(nextDayMs - 1), at(nextDayMs - 1), at(nextDayMs)], [undefined, 'over-budget', undefined])
      })

      it('a prefix is the country code and four digits', async () => {
        const send = await sender({ sendsPerPrefix10Min: 1, allowedCountries: ['*'] })
        const numbers = ['+14155550101', '+14155660102', '+14156550101', '+4930123456', '+493012999']
        await isBarred(
          numbers.map((one) => () => send([one])),
          [undefined, 'too-many', undefined, undefined, 'too-many'],
        )
      })

      it('customers are counted apart', async () => {
        const [one, other] = [await sender({ messagesPerDay: 1 }), await sender({ messagesPerDay: 1 })]
        await isBarred([() => one(['a@example.com']), () => other(['a@example.com'])], [undefined, undefined])
      })

      it('many at once get through exactly as often as they may, at whichever millisecond each of them came', async () => {
        const send = await sender({ sendsPerContact10Min: 3 })
        const asked = Array.from({ length: 20 }, (_, index) => send(['+14155550101'], { atMs: nowMs + index - 10 }))
        const bars = await Promise.all(asked)
        assert.equal(bars.filter((bar) => bar === undefined).length, 3)
      })

      it('prompts of one person at once are five, also where an hour ends', async () => {
        const customer = await newCustomer({ sendsPerContact10Min: 20 })
        const subject = userSubject(randomUUID())
        const method = 'message-link'
        const bars = await Promise.all(
          Array.from({ length: 12 }, (_, index) =>
            admitted(async (tx) => {
              const atMs = nowMs + index - 6
              const asked = aChallenge(customer.id, {
                subject,
                method,
                createdAtMs: atMs,
                expiresAtMs: atMs + minuteMs,
              })
              const deliveries = [{ ...delivery(customer.id, 'a@example.com'), challengeId: asked.id }]
              const bar = await admit(tx, { customer, subject, method, deliveries, origin: null, nowMs: atMs })
              if (bar) return bar
              await tx.challenges.replace(asked, atMs)
              await tx.deliveries.add(deliveries, atMs, atMs)
              return bar
            }),
          ),
        )
        assert.equal(bars.filter((bar) => bar === undefined).length, 5)
        assert.deepEqual(new Set(bars), new Set([undefined, 'prompts-paused']))
      })
    })
  })

/** Numbers from 0 to 1, the same in every run (a linear congruential generator). */
function randoms(count: number): number[] {
  let state = 1
  return Array.from({ length: count }, () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  })
}
