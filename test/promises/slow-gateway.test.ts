import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Gateway, startGateway } from '../channels/http-server.ts'
import { type Answered, codeFor, testKey } from '../support/caller.ts'
import { databaseNames, newPlace, type Place } from '../support/databases.ts'
import { eventually } from '../support/links.ts'
import { type Call, callTo, withMasterKey } from '../support/nodes.ts'
import { type ServerProcess, startProcess } from '../support/process.ts'
import { storeOn } from '../support/store.ts'

const { customerKey } = testKey
const hangingMax = 500
/** Validates in each of the three measurements. */
const samples = 150
const samplesMin = 50
const roundsMax = 3

for (const database of databaseNames)
  describe(`an SMS gateway that hangs, on ${database}`, () => {
    let place: Place
    let server: ServerProcess
    let call: Call
    let gateway: Gateway

    before(async () => {
      place = await newPlace(database)
      server = await startProcess(place, withMasterKey)
      call = callTo(server.baseUrl)
      gateway = await startGateway()
      gateway.answer = () => undefined // never
      const provider = { id: 'hanging', type: 'http', via: ['sms'], url: `${gateway.url}/?to={to}&text={text}` }
      const store = await storeOn(place)
      await store.write(async (tx) => {
        await tx.settings.set(0, 'providers', JSON.stringify([provider]), Date.now())
        await tx.settings.set(customerKey, 'messagesPerDay', '999999', Date.now())
      })
      await store.close()
      await new Promise((resolve) => setTimeout(resolve, 1_100)) // until they are in use
    })
    after(async () => {
      await gateway.stop()
      await server.stop()
      await place.remove()
    })

    let people = 0

    /** A question by e-mail, which does not hang, and its answer. */
    async function asked(): Promise<{ readonly txId: unknown; readonly token: string }> {
      const email = `person${people++}@example.com`
      const { body } = await call('/auth/challenge', { customerKey, email, authType: 'EMAIL' })
      assert.equal(body.status, 'SUCCESS', body.message)
      return { txId: body.txId, token: await codeFor(server.baseUrl, email) }
    }

    async function askedMany(): Promise<readonly Awaited<ReturnType<typeof asked>>[]> {
      const list = []
      for (let count = 0; count < samples; count += 10)
        list.push(...(await Promise.all(Array.from({ length: 10 }, asked))))
      return list
    }

    /** Milliseconds of each validate, one after the other, for as long as it should go on. */
    async function timesOf(answers: readonly object[], goesOn = () => true): Promise<number[]> {
      const times: number[] = []
      for (const answer of answers) {
        const startMs = performance.now()
        const { body } = await call('/auth/validate', { customerKey, ...answer })
        const tookMs = performance.now() - startMs
        assert.equal(body.status, 'SUCCESS', body.message)
        if (!goesOn()) break
        times.push(tookMs)
      }
      return times
    }

    /** Challenges that hang all at once, and how many of them were answered; on a busy machine, not at the first go. */
    async function hangAll(): Promise<{ readonly answers: Promise<readonly Answered[]>; answered: () => number }> {
      for (let round = 0; round < roundsMax; round++) {
        let answered = 0
        const atGateway = gateway.came.length + hangingMax
        const hanging = Array.from({ length: hangingMax }, async (_, index) => {
          const phone = phoneOf(round * hangingMax + index)
          const answer = await call('/auth/challenge', { customerKey, phone, authType: 'SMS' })
          answered++
          return answer
        })
        const answers = Promise.all(hanging)
        await eventually(() => answered > 0 || gateway.came.length === atGateway, 20_000)
        if (answered === 0) return { answers, answered: () => answered }
        await answers
      }
      assert.fail(`${hangingMax} never came to the gateway before the first was given up`)
    }

    it(`with ${hangingMax} challenges leaves the validates of others within twice their usual time`, async () => {
      const [first, second, third] = [await askedMany(), await askedMany(), await askedMany()]
      await timesOf(await askedMany()) // so that everything has been done before
      const before = await timesOf(first)
      const { answers, answered } = await hangAll()
      const meanwhile = await timesOf(second, () => answered() === 0)
      assert.ok(meanwhile.length >= samplesMin, `only ${meanwhile.length} were timed while all were hanging`)

      for (const { body } of await answers) assert.equal(body.status, 'ERROR', body.message)
      const usualMs = median([...before, ...(await timesOf(third))])
      const meanwhileMs = median(meanwhile)
      assert.ok(meanwhileMs <= 2 * usualMs, `${meanwhileMs.toFixed(1)} ms instead of ${usualMs.toFixed(1)} ms`)
    })
  })

/** Twenty to a prefix (country code and four digits): of more, whose codes nobody types, the rest would be stopped. */
function phoneOf(index: number): string {
  return `+1${2_000 + Math.floor(index / 20)}55${String(index).padStart(4, '0')}`
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
