import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Gateway, startGateway } from '../channels/http-server.ts'
import { type Answered, codeFor, testKey } from '../support/caller.ts'
import { type DatabaseName, databaseNames, newPlace } from '../support/databases.ts'
import { eventually } from '../support/links.ts'
import { type Call, callTo, withMasterKey } from '../support/nodes.ts'
import { startProcess } from '../support/process.ts'
import { storeOn } from '../support/store.ts'

const { customerKey } = testKey
const challenges = 500
/** Still hanging while validates are timed: all of them, unless the machine is too busy to bring all within a deadline. */
const hangingMin = 100
/** Asked and not yet at the gateway: more would wait for a connection to the database, and that is another story. */
const onTheirWayMax = 40
/** Validates of each server. */
const samples = 200
const samplesMin = 30

for (const database of databaseNames)
  describe(`an SMS gateway that hangs, on ${database}`, () => {
    let gateway: Gateway
    let slow: Node
    /** Has the same gateway and never asks anybody by SMS: what its validates take is the usual, on a busy machine too. */
    let usual: Node

    before(async () => {
      gateway = await startGateway()
      gateway.answer = () => undefined // never
      slow = await startNode(database, gateway.url)
      usual = await startNode(database, gateway.url)
    })
    after(async () => {
      await gateway.stop()
      await slow.stop()
      await usual.stop()
    })

    /** Challenges that all came to the gateway; none of them is answered before the server gives it up. */
    async function hang(): Promise<{ readonly answers: Promise<readonly Answered[]>; readonly hanging: () => number }> {
      let answered = 0
      const asked: Promise<Answered>[] = []
      while (asked.length < challenges) {
        const body = { customerKey, phone: phoneOf(asked.length), authType: 'SMS' }
        asked.push(slow.call('/auth/challenge', body).finally(() => answered++))
        while (asked.length - gateway.came.length > onTheirWayMax && answered === 0) await sleep(1)
      }
      const isThere = () => gateway.came.length === challenges
      assert.ok(await eventually(isThere, 30_000), `${gateway.came.length} came to the gateway`)
      return { answers: Promise.all(asked), hanging: () => challenges - answered }
    }

    it(`with ${challenges} challenges leaves the validates of others within twice their usual time`, async () => {
      await timesOf([slow, usual], await askedMany([slow, usual], 50)) // so that everything has been done before
      const questions = await askedMany([slow, usual], samples)
      const { answers, hanging } = await hang()
      const [slowMs = [], usualMs = []] = await timesOf([slow, usual], questions, () => hanging() >= hangingMin)
      assert.ok(slowMs.length >= samplesMin, `only ${slowMs.length} were timed while so many were hanging`)
      for (const { body } of await answers) assert.equal(body.status, 'ERROR', body.message)
      const [most, is] = [2 * median(usualMs), median(slowMs)]
      assert.ok(is <= most, `${is.toFixed(1)} ms are more than ${most.toFixed(1)} ms`)
    })
  })

interface Node {
  readonly call: Call
  /** A question by e-mail, which does not hang, and its answer. */
  asked(): Promise<object>
  stop(): Promise<void>
}

async function startNode(database: DatabaseName, gatewayUrl: string): Promise<Node> {
  const place = await newPlace(database)
  const server = await startProcess(place, withMasterKey)
  const call = callTo(server.baseUrl)
  const provider = { id: 'hanging', type: 'http', via: ['sms'], url: `${gatewayUrl}/?to={to}&text={text}` }
  const store = await storeOn(place)
  await store.write(async (tx) => {
    await tx.settings.set(0, 'providers', JSON.stringify([provider]), Date.now())
    await tx.settings.set(customerKey, 'messagesPerDay', '999999', Date.now())
  })
  await store.close()
  await sleep(1_100) // until they are in use
  let people = 0
  return {
    call,
    async asked() {
      const email = `person${people++}@example.com`
      const { body } = await call('/auth/challenge', { customerKey, email, authType: 'EMAIL' })
      assert.equal(body.status, 'SUCCESS', body.message)
      return { customerKey, txId: body.txId, token: await codeFor(server.baseUrl, email) }
    },
    async stop() {
      await server.stop()
      await place.remove()
    },
  }
}

/** So many rounds of one question of each node. */
async function askedMany(nodes: readonly Node[], count: number): Promise<readonly (readonly object[])[]> {
  const rounds = []
  for (let round = 0; round < count; round++) rounds.push(await Promise.all(nodes.map((node) => node.asked())))
  return rounds
}

/** Milliseconds of validates at each node, one after the other and in turn, for as long as it should go on. */
async function timesOf(nodes: readonly Node[], rounds: readonly (readonly object[])[], goesOn = () => true) {
  const times: number[][] = nodes.map(() => [])
  for (const answers of rounds) {
    for (const [index, { call }] of nodes.entries()) {
      const startMs = performance.now()
      const { body } = await call('/auth/validate', answers[index])
      if (goesOn()) times[index]?.push(performance.now() - startMs)
      assert.equal(body.status, 'SUCCESS', body.message)
    }
    if (!goesOn()) break
  }
  return times
}

/** Twenty to a prefix (country code and four digits): of more, whose codes nobody types, the rest would be stopped. */
function phoneOf(index: number): string {
  return `+1${2_000 + Math.floor(index / 20)}55${String(index).padStart(4, '0')}`
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
