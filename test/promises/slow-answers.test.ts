import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { answerRefusals, questionRefusals } from '../../server/api/miniorange/words.ts'
import { hashQueue } from '../../server/engine/hashing.ts'
import type { Store } from '../../server/store/open.ts'
import { type Answered, type CallOptions, testKey } from '../support/caller.ts'
import { databaseNames, newPlace, type Place } from '../support/databases.ts'
import { watchHashes } from '../support/hashes.ts'
import { type Call, callTo, type Nodes, startNodes, withMasterKey } from '../support/nodes.ts'
import { startProcess } from '../support/process.ts'
import { register, rightAnswers, wrongAnswers } from '../support/questions.ts'
import { dump, openRaw, type RawRow } from '../support/raw.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { storeOn } from '../support/store.ts'

/** Answers that take long to judge: security questions and recovery codes. */

const { customerKey } = testKey
const dayMs = 24 * 3_600_000
const busy = 'The server is busy. Try again in a moment.'
const startedAtMs = Date.now()

/** A Timestamp that no other request of this number has. */
const stamped = (index: number): CallOptions => ({ timestamp: startedAtMs - index })

async function made(call: Call, username: string): Promise<void> {
  const created = await call('/admin/users/create', { customerKey, username })
  assert.equal(created.body.status, 'SUCCESS', created.text)
}

async function asked(call: Call, username: string): Promise<Answered> {
  const answer = await call('/auth/challenge', { customerKey, username, authType: 'KBA' })
  assert.equal(answer.body.status, 'SUCCESS', answer.text)
  return answer
}

async function codesOf(call: Call, username: string, options: CallOptions = {}): Promise<string[]> {
  const answer = await call('/auth/recovery-codes', { customerKey, username }, options)
  assert.equal(answer.body.status, 'SUCCESS', answer.text)
  return answer.body['recoveryCodes'] as string[]
}

const recovery = (username: string, token: string) => ({ customerKey, username, authType: 'RECOVERY CODE', token })

function countOf(answers: readonly Answered[], message: string): number {
  return answers.filter(({ body }) => body.message === message).length
}

function successes(answers: readonly Answered[]): number {
  for (const { body, text } of answers) assert.match(String(body.status), /^(SUCCESS|FAILED)$/, text)
  return answers.filter(({ body }) => body.status === 'SUCCESS').length
}

for (const name of databaseNames) {
  describe(`slow answers to processes on ${name}`, () => {
    let nodes: Nodes
    let store: Store
    before(async () => {
      nodes = await startNodes(name)
      store = await storeOn(nodes.place)
    })
    after(async () => {
      await store.close()
      await nodes.stop()
    })

    const audited = async (where: string, value: string): Promise<Record<string, number>> => {
      const raw = await openRaw(nodes.place)
      try {
        const rows = await raw.run(
          `select outcome, count(*) as count from audit_rows where kind = 'answer' and ${where} = $1 group by outcome`,
          value,
        )
        return Object.fromEntries(rows.map((row) => [row['outcome'], Number(row['count'])]))
      } finally {
        await raw.close()
      }
    }
    const all = (times: number, send: (index: number) => Promise<Answered>) =>
      Promise.all(Array.from({ length: times }, (_, index) => send(index)))
    const newUser = async (username: string) => {
      await made(nodes.node(0), username)
      const user = await store.read.users.find(customerKey, username)
      return user?.id ?? assert.fail('no such user')
    }

    it('300 guesses at once against two questions judge three, and then the right answers are refused', async () => {
      const username = 'guessed-questions'
      await newUser(username)
      await register(store, username)
      const challenge = await asked(nodes.node(0), username)
      const { txId = '' } = challenge.body
      const right = rightAnswers(challenge)
      const answers = await all(300, (index) =>
        nodes.node(index)('/auth/validate', { txId, answers: wrongAnswers(right, index) }, stamped(index)),
      )
      assert.equal(successes(answers), 0)
      assert.equal(countOf(answers, questionRefusals.wrong), 3)
      const { judging, wrong, accepted = 0 } = await audited('challenge_id', txId)
      assert.deepEqual({ judging, wrong, accepted }, { judging: 3, wrong: 3, accepted: 0 })
      for (const index of [0, 1]) {
        const late = await nodes.node(index)('/auth/validate', { txId, answers: right })
        assert.equal(late.body.status, 'FAILED', late.text)
        assert.equal((await nodes.node(index)('/auth/auth-status', { txId })).body.status, 'FAILED')
      }
    })

    it('five guesses at questions a day, whatever challenges and names they go by', async () => {
      const username = 'guessed-daily'
      const id = await newUser(username)
      await register(store, username)
      for (const count of [2, 2, 1]) {
        const challenge = await asked(nodes.node(count), username)
        const answers = wrongAnswers(rightAnswers(challenge))
        for (let n = 0; n < count; n++) {
          // By the transaction, and as WordPress does it.
          const to = n === 0 ? { txId: challenge.body.txId } : { customerKey, username, authType: 'KBA', txId: '' }
          const { body } = await nodes.node(n)('/auth/validate', { ...to, answers })
          assert.equal(body.message, questionRefusals.wrong)
        }
      }
      const refused = await nodes.node(1)('/auth/challenge', { customerKey, username, authType: 'KBA' })
      assert.equal(refused.body.message, questionRefusals.locked)
      assert.equal((await audited('subject', id))['wrong'], 5)
    })

    it('the last try of a challenge may be the right one, also when all three come at once', async () => {
      const username = 'last-try'
      await newUser(username)
      await register(store, username)
      const first = await asked(nodes.node(0), username)
      const answer = (index: number, { body }: Answered, isRight: boolean, right: ReturnType<typeof rightAnswers>) =>
        nodes.node(index)('/auth/validate', { txId: body.txId, answers: isRight ? right : wrongAnswers(right, index) })
      for (const n of [0, 1]) await answer(n, first, false, rightAnswers(first))
      assert.equal((await answer(2, first, true, rightAnswers(first))).body.status, 'SUCCESS')
      const second = await asked(nodes.node(0), username)
      const answers = await all(3, (index) => answer(index, second, index === 1, rightAnswers(second)))
      assert.equal(successes(answers), 1)
    })

    it('right answers count once, 50 at once', async () => {
      const username = 'answered-once'
      await newUser(username)
      await register(store, username)
      const challenge = await asked(nodes.node(0), username)
      const { txId = '' } = challenge.body
      const answers = rightAnswers(challenge)
      const told = await all(50, (index) => {
        const varied = answers.map((one) => ({ ...one, answer: one.answer + ' '.repeat(index) }))
        return nodes.node(index)('/auth/validate', { txId, answers: varied }, stamped(index))
      })
      assert.equal(successes(told), 1)
      assert.equal((await audited('challenge_id', txId))['accepted'], 1)
      assert.equal((await nodes.node(1)('/auth/auth-status', { txId })).body.status, 'SUCCESS')
    })

    it('a recovery code works once, 50 at once', async () => {
      const username = 'recovered-once'
      const id = await newUser(username)
      const [code = ''] = await codesOf(nodes.node(0), username)
      const answers = await all(50, (index) => {
        const written = index % 2 ? code.toLowerCase() : code.replace('-', '')
        return nodes.node(index)('/auth/validate', recovery(username, ' '.repeat(index) + written), stamped(index))
      })
      assert.equal(successes(answers), 1)
      assert.equal((await audited('subject', id))['accepted'], 1)
      for (const index of [0, 1]) {
        const again = await nodes.node(index)('/auth/validate', recovery(username, code))
        assert.equal(again.body.message, answerRefusals.used, again.text)
      }
    })

    it('ten recovery codes work once each, all at once', async () => {
      const username = 'recovered-ten-times'
      await newUser(username)
      const codes = await codesOf(nodes.node(0), username)
      // Each is sent twice; what is refused for a lock that another one's attempt made may come again.
      const used: string[] = []
      for (let round = 0; round < 5 && used.length < 10; round++) {
        const left = codes.filter((code) => !used.includes(code))
        const answers = await all(2 * left.length, (index) =>
          nodes.node(index)('/auth/validate', recovery(username, ' '.repeat(round) + (left[index >> 1] ?? ''))),
        )
        for (const [index, { body }] of answers.entries())
          if (body.status === 'SUCCESS') used.push(left[index >> 1] ?? '')
      }
      assert.deepEqual(used.sort(), [...codes].sort())
    })

    it('300 guesses at once at recovery codes judge ten, and then a right one is refused everywhere', async () => {
      const username = 'guessed-recovery'
      const id = await newUser(username)
      const [code = ''] = await codesOf(nodes.node(0), username)
      const answers = await all(300, (index) =>
        nodes.node(index)('/auth/validate', recovery(username, `AAAAA-${10_000 + index}`)),
      )
      assert.equal(successes(answers), 0)
      const { judging, wrong } = await audited('subject', id)
      assert.deepEqual({ judging, wrong }, { judging: 10, wrong: 10 })
      for (const index of [0, 1]) {
        const { body } = await nodes.node(index)('/auth/validate', recovery(username, code))
        assert.equal(body.message, answerRefusals.locked)
      }
    })

    it('new recovery codes end the old ones in the same moment, and many made at once leave one set', async () => {
      const username = 'recovered-anew'
      const id = await newUser(username)
      const [old = ''] = await codesOf(nodes.node(0), username)
      const sets = await Promise.all([0, 1, 2, 3].map((index) => codesOf(nodes.node(index), username, stamped(index))))
      assert.equal(await store.read.credentials.unused(customerKey, id, 'recovery-code'), 10)
      const refused = await nodes.node(0)('/auth/validate', recovery(username, old))
      assert.equal(refused.body.message, answerRefusals.wrong)
      const tried = []
      for (const [index, [code = '']] of sets.entries())
        tried.push(await nodes.node(index)('/auth/validate', recovery(username, code)))
      assert.equal(successes(tried), 1)
    })
  })

  describe(`an attempt that a crash cuts off, on ${name}`, () => {
    let place: Place
    before(async () => {
      place = await newPlace(name)
    })
    after(() => place.remove())

    it('stays spent', { timeout: 60_000 }, async () => {
      const username = 'cut-off'
      let process = await startProcess(place, withMasterKey)
      const store = await storeOn(place)
      const raw = await openRaw(place)
      const rowsOf = async () => (await raw.run('select attempts, judging, state from challenges'))[0]
      try {
        const call = callTo(process.baseUrl)
        await made(call, username)
        await register(store, username)
        const challenge = await asked(call, username)
        const { txId } = challenge.body
        const right = rightAnswers(challenge)
        // Much to hash before it, so that it is surely being judged when the process dies.
        const others = Array.from({ length: 12 }, () => codesOf(call, username).catch(() => undefined))
        await sleep(50)
        const cut = call('/auth/validate', { txId, answers: right }).catch(() => undefined)
        while ((await rowsOf())?.['judging'] !== 1) await sleep(5)
        await process.stop('SIGKILL')
        await Promise.all([cut, ...others])
        assert.deepEqual({ ...(await rowsOf()) }, { attempts: 1, judging: 1, state: 'pending' })

        process = await startProcess(place, withMasterKey)
        const again = callTo(process.baseUrl)
        for (let n = 0; n < 2; n++) {
          const { body } = await again('/auth/validate', { txId, answers: wrongAnswers(right, n) })
          assert.equal(body.message, questionRefusals.wrong)
        }
        const late = await again('/auth/validate', { txId, answers: right })
        assert.equal(late.body.status, 'FAILED', 'three were spent')
        const user = await store.read.users.find(customerKey, username)
        const { failures } = await store.read.guards.find(customerKey, user?.id ?? '', 'questions')
        assert.equal(failures, 3)
      } finally {
        await raw.close()
        await store.close()
        await process.stop()
      }
    })
  })

  describe(`slow answers to a server on ${name}`, () => {
    let server: TestServer
    before(async () => {
      server = await startServer(name)
    })
    after(() => server.close())

    const validate = (body: object) => server.call('/auth/validate', body)
    const newUser = async (username: string) => {
      await made(server.call, username)
      await register(server.assembled.store, username, undefined, server.now())
    }

    it('the tries of a day come back with the next day, and with an unlock', async () => {
      const username = 'next-day'
      await newUser(username)
      const useUp = async () => {
        for (const count of [3, 2]) {
          const challenge = await asked(server.call, username)
          for (let n = 0; n < count; n++)
            await validate({ txId: challenge.body.txId, answers: wrongAnswers(rightAnswers(challenge), n) })
        }
        const refused = await server.call('/auth/challenge', { customerKey, username, authType: 'KBA' })
        assert.equal(refused.body.message, questionRefusals.locked, refused.text)
      }
      const pass = async () => {
        const challenge = await asked(server.call, username)
        const answer = await validate({ txId: challenge.body.txId, answers: rightAnswers(challenge) })
        assert.equal(answer.body.status, 'SUCCESS', answer.text)
      }
      await useUp()
      server.advance(dayMs)
      await pass()
      await useUp()
      const { store } = server.assembled
      const user = await store.read.users.find(customerKey, username)
      assert.equal(await store.write((tx) => tx.guards.unlock(customerKey, user?.id ?? '')), 1)
      await pass()
    })

    it('a success gives back its own try of the day and no other', async () => {
      const username = 'given-back'
      await newUser(username)
      for (let round = 0; round < 8; round++) {
        const challenge = await asked(server.call, username)
        const right = rightAnswers(challenge)
        if (round < 4) await validate({ txId: challenge.body.txId, answers: wrongAnswers(right) })
        const { body } = await validate({ txId: challenge.body.txId, answers: right })
        assert.equal(body.status, 'SUCCESS')
      }
      const challenge = await asked(server.call, username)
      await validate({ txId: challenge.body.txId, answers: wrongAnswers(rightAnswers(challenge)) })
      const late = await validate({ txId: challenge.body.txId, answers: rightAnswers(challenge) })
      assert.equal(late.body.message, questionRefusals.locked, 'the fifth wrong one of the day')
    })

    it('an unknown name costs as many hashes as a known one, and hears the same', async () => {
      await newUser('with-questions')
      await made(server.call, 'without-anything')
      await codesOf(server.call, 'with-questions')
      const answers = [
        { question: 'What?', answer: 'This.' },
        { question: 'Who?', answer: 'That.' },
      ]
      const names = ['with-questions', 'without-anything', 'nobody-at-all']
      const bodies: readonly (readonly [hashes: number, of: (username: string) => object])[] = [
        [2, (username) => ({ customerKey, username, authType: 'KBA', answers })],
        [1, (username) => recovery(username, 'AAAAA-BBBBB')],
      ]
      for (const [hashes, of] of bodies) {
        const told = []
        for (const username of names) {
          const list = []
          for (let n = 0; n < 12; n++) {
            const watch = watchHashes()
            const { body } = await validate(of(username))
            watch.stop()
            list.push({ ...body, txId: typeof body.txId, hashes: watch.made() })
          }
          assert.equal(list[0]?.hashes, hashes)
          told.push(list)
        }
        assert.deepEqual(told[1], told[0])
        assert.deepEqual(told[2], told[0])
      }
    })

    it('at most two hashes run at a time, and other calls are answered meanwhile', async () => {
      const usernames = Array.from({ length: 12 }, (_, at) => `hashed-${at}`)
      for (const username of usernames) await made(server.call, username)
      const watch = watchHashes()
      const hashing = Promise.all(usernames.map((username) => codesOf(server.call, username)))
      let isDone = false
      void hashing.then(() => {
        isDone = true
      })
      let answered = 0
      while (!isDone) {
        const { body } = await server.call('/admin/users/search', { customerKey, username: 'hashed-0' })
        assert.equal(body.status, 'USER_FOUND')
        if (!isDone) answered++
        await sleep(2)
      }
      await hashing
      watch.stop()
      assert.equal(watch.made(), 120)
      assert.equal(watch.most(), 2)
      // A loop that waits for a hash would answer one call for each two of them at most.
      assert.ok(answered > 70, `${answered} calls were answered`)
    })

    it('an overload is told as such, and spends nothing', async () => {
      const username = 'overloaded'
      await newUser(username)
      const challenge = await asked(server.call, username)
      const { txId } = challenge.body
      const right = rightAnswers(challenge)
      let release = () => {}
      const gate = new Promise<void>((resolve) => {
        release = resolve
      })
      // Every place of the customer in the queue, which this server shares with its test.
      const held = hashQueue.hold(customerKey, 128, () => gate)
      const refused = await Promise.all([
        ...Array.from({ length: 20 }, (_, index) => validate({ txId, answers: wrongAnswers(right, index) })),
        validate(recovery(username, 'AAAAA-BBBBB')),
        server.call('/auth/recovery-codes', { customerKey, username }),
      ])
      release()
      await held
      for (const { body, headers, code } of refused) {
        assert.deepEqual([code, body.message, headers.get('retry-after')], [200, busy, '1'])
        assert.match(String(body.status), /^(FAILED|ERROR)$/)
      }
      const user = await server.assembled.store.read.users.find(customerKey, username)
      for (const method of ['questions', 'recovery-code']) {
        const { failures } = await server.assembled.store.read.guards.find(customerKey, user?.id ?? '', method)
        assert.equal(failures, 0)
      }
      assert.equal((await validate({ txId, answers: right })).body.status, 'SUCCESS')
    })

    it('nothing of a removed user is left: answers, codes, tries', async () => {
      const username = 'forgotten-user'
      await newUser(username)
      await codesOf(server.call, username)
      const user = await server.assembled.store.read.users.find(customerKey, username)
      const challenge = await asked(server.call, username)
      await validate({ txId: challenge.body.txId, answers: wrongAnswers(rightAnswers(challenge)) })
      const mentions = async () => {
        const raw = await openRaw(server.place)
        try {
          const found = Object.entries(await dump(raw)).filter(([, rows]) =>
            rows.some((row: RawRow) => Object.values(row).includes(user?.id ?? '')),
          )
          return found.map(([table]) => table).sort()
        } finally {
          await raw.close()
        }
      }
      const everywhere = 'audit_rows challenges credentials daily_tries group_members guards users'
      assert.deepEqual(await mentions(), everywhere.split(' '))
      const gone = await server.call('/admin/users/delete', { customerKey, username })
      assert.equal(gone.body.status, 'SUCCESS', gone.text)
      assert.deepEqual(await mentions(), ['audit_rows'])
    })
  })
}
