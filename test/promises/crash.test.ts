import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { answerRefusals } from '../../server/api/miniorange/words.ts'
import { codeFor, inbox, testKey, wrongCode } from '../support/caller.ts'
import { databaseNames, newPlace, type Place } from '../support/databases.ts'
import { type Call, callTo, withMasterKey } from '../support/nodes.ts'
import { type ServerProcess, startProcess } from '../support/process.ts'
import { dump, openRaw } from '../support/raw.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { aChallenge, aDecision, aDelivery, closeAuditOf, storeOn } from '../support/store.ts'
import { totp } from '../support/totp.ts'

const { customerKey } = testKey
const rounds = 4
const callersEach = 6

/** What callers know of one transaction from the answers that reached them. */
interface Told {
  readonly txId: string
  readonly code: string
  wrong: number
  accepted: number
}

/** A code of an authenticator that a caller was told is accepted. */
interface Used {
  readonly username: string
  readonly code: string
}

for (const name of databaseNames) {
  describe(`kill -9 under load on ${name}`, () => {
    let place: Place
    /** The first one is killed; on PostgreSQL a second one lives on. */
    let processes: ServerProcess[]
    const told: Told[] = []
    const used: Used[] = []

    before(async () => {
      place = await newPlace(name)
      processes = [await startProcess(place, withMasterKey)]
      if (name === 'PostgreSQL') processes.push(await startProcess(place, withMasterKey))
      for (let round = 0; round < rounds; round++) await killUnderLoad(round)
    })
    after(async () => {
      await Promise.all(processes.map((one) => one.stop()))
      await place.remove()
    })

    const killUnderLoad = async (round: number) => {
      const isOver = new AbortController()
      const loads = processes.flatMap(({ baseUrl }, index) =>
        Array.from({ length: callersEach }, (_, caller) => {
          const label = `${round}${index}${caller}`
          const load = caller % 3 === 0 ? enrolOverAndOver : answerOverAndOver
          return load(baseUrl, label, isOver.signal).catch((error) => {
            // The one that was killed answers no more, which is how `fetch` says it; every other failure is one.
            if (!(error instanceof TypeError)) throw error
          })
        }),
      )
      const enough = told.length + used.length + randomInt(15, 30)
      const progress = async () => {
        while (told.length + used.length < enough && !isOver.signal.aborted) await sleep(1)
      }
      await Promise.race([progress(), Promise.all(loads)])
      await processes[0]?.stop('SIGKILL')
      isOver.abort()
      await Promise.all(loads)
      processes[0] = await startProcess(place, withMasterKey)
    }

    const answerOverAndOver = async (baseUrl: string, label: string, isOver: AbortSignal) => {
      const call = callTo(baseUrl)
      for (let n = 0; !isOver.aborted; n++) {
        const phone = `+1555${label}${String(n).padStart(4, '0')}`
        const asked = await call('/auth/challenge', { customerKey, phone, authType: 'SMS' })
        assert.equal(asked.body.status, 'SUCCESS', asked.text)
        const one: Told = { txId: String(asked.body.txId), code: await codeFor(baseUrl, phone), wrong: 0, accepted: 0 }
        told.push(one)
        for (let wrong = n % 4; wrong > 0; wrong--) await validate(call, one, wrongCode(one.code))
        await Promise.all([one.code, ` ${one.code}`].map((token) => validate(call, one, token)))
      }
    }
    const validate = async (call: Call, one: Told, token: string) => {
      const { body } = await call('/auth/validate', { customerKey, txId: one.txId, token })
      if (body.status === 'SUCCESS') one.accepted++
      if (body.message === answerRefusals.wrong) one.wrong++
      return body
    }
    const enrolOverAndOver = async (baseUrl: string, label: string, isOver: AbortSignal) => {
      const call = callTo(baseUrl)
      for (let n = 0; !isOver.aborted; n++) {
        const username = `user-${label}-${n}`
        const offered = await call('/auth/google-auth-secret', { customerKey, username })
        const secret = String(offered.body['secret'])
        const code = totp(secret, Date.now())
        const confirmed = await call('/auth/validate-google-auth-secret', {
          customerKey,
          username,
          secret,
          token: code,
        })
        if (confirmed.body.status === 'SUCCESS') used.push({ username, code })
      }
    }
    const anywhere = () => callTo(processes[randomInt(processes.length)]?.baseUrl ?? 'none')
    const rows = async <T>(read: (raw: Awaited<ReturnType<typeof openRaw>>) => Promise<T>) => {
      const raw = await openRaw(place)
      try {
        return await read(raw)
      } finally {
        await raw.close()
      }
    }

    it('happened while callers were being answered', () => {
      assert.ok(told.filter(({ accepted }) => accepted > 0).length > 10, `${told.length} transactions`)
      assert.ok(told.filter(({ wrong }) => wrong > 0).length > 5)
      assert.ok(used.length > 5, `${used.length} enrolments`)
    })

    it('takes no acceptance back, and lets nothing be accepted twice', async () => {
      for (const one of told) {
        const call = anywhere()
        const { body } = await call('/auth/auth-status', { txId: one.txId })
        if (one.accepted > 0) assert.equal(body.status, 'SUCCESS', one.txId)
        // An answer that was on its way when the process died may or may not have counted, but only once.
        const wasAccepted = body.status === 'SUCCESS' ? 1 : 0
        const before = one.accepted
        for (let n = 0; n < 2; n++) await validate(call, one, ' '.repeat(n + 2) + one.code)
        assert.ok(one.accepted - before + wasAccepted <= 1, one.txId)
        assert.ok(one.accepted <= 1, one.txId)
      }
    })

    it('takes no use of an authenticator code back', async () => {
      for (const { username, code } of used) {
        const { body } = await anywhere()('/auth/validate', { customerKey, username, token: code })
        assert.equal(body.status, 'FAILED', username)
      }
    })

    it('gives no attempt back', async () => {
      const { challenges = [] } = await rows((raw) => dump(raw, ['challenges']))
      const attempts = new Map(challenges.map((row) => [row['id'], Number(row['attempts'])]))
      for (const { txId, wrong, accepted } of told) assert.ok((attempts.get(txId) ?? -1) >= wrong + accepted, txId)
    })

    it('leaves an audit that holds, with one acceptance of a transaction at most', async () => {
      const twice = await rows((raw) =>
        raw.run(`select challenge_id from audit_rows where outcome = 'accepted' and challenge_id is not null
          group by challenge_id having count(*) > 1`),
      )
      assert.deepEqual(twice, [])
      const accepted = await rows((raw) =>
        raw.run("select challenge_id from audit_rows where outcome = 'accepted' and challenge_id is not null"),
      )
      const known = new Set(accepted.map((row) => row['challenge_id']))
      for (const one of told) if (one.accepted > 0) assert.ok(known.has(one.txId), 'no success without its line')

      await Promise.all(processes.map((one) => one.stop()))
      const store = await storeOn(place)
      try {
        await closeAuditOf(store, customerKey)
        const { problem, rows: closed, openRows } = await store.read.audit.verify(customerKey)
        assert.equal(problem, null)
        assert.equal(openRows, 0)
        assert.ok(closed > told.length)
      } finally {
        await store.close()
      }
    })
  })

  describe(`a message whose sender died, on ${name}`, () => {
    let place: Place
    let servers: TestServer[]
    before(async () => {
      place = await newPlace(name)
      servers = [await startServer(place)]
      if (name === 'PostgreSQL') servers.push(await startServer(place))
    })
    after(async () => {
      for (const server of servers) await server.close()
      await place.remove()
    })

    it('is sent by another, once, and only while its challenge lives', { timeout: 60_000 }, async () => {
      const [server] = servers as [TestServer]
      const { store } = server.assembled
      const now = server.now()
      const abandon = async (leaseUntilMs: number, lifeMs = 300_000) => {
        const challenge = aChallenge(customerKey, { createdAtMs: now, expiresAtMs: now + lifeMs })
        const contact = `+1${randomInt(2_000_000_000, 9_999_999_999)}`
        await store.write(async (tx) => {
          await tx.challenges.replace(challenge, now)
          await tx.deliveries.add([aDelivery(challenge, { contact })], now, leaseUntilMs)
        })
        return { challenge, contact }
      }
      const ended = now - 1
      // Those that must not be sent come first: the sweeper meets them before the one that must.
      const expired = await abandon(ended, 0)
      const cancelled = await abandon(now + 60_000)
      const approved = await abandon(now + 60_000)
      const held = await abandon(now + 60_000)
      await store.write((tx) => tx.challenges.cancel(customerKey, cancelled.challenge.id, now))
      assert.equal(await store.decide(aDecision(approved.challenge, { nowMs: now })), 'accepted')
      const living = await abandon(ended)

      const arrived = async (contact: string) => (await inbox(server.baseUrl, contact)).length
      const arrives = async (contact: string) => {
        while ((await arrived(contact)) === 0) await sleep(50)
      }
      await arrives(living.contact)
      assert.equal(await arrived(held.contact), 0, 'its sender may still live')

      for (const one of servers) one.advance(61_000)
      await arrives(held.contact)
      await sleep(2_500) // one more round of every sweeper
      for (const { contact } of [living, held]) assert.equal(await arrived(contact), 1)
      for (const { contact } of [expired, cancelled, approved]) assert.equal(await arrived(contact), 0)
      const [delivery] = await store.read.deliveries.of(customerKey, living.challenge.id)
      assert.equal(delivery?.state, 'sent')
      assert.equal(delivery?.message, null, 'its text is erased')
    })
  })
}
