import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { QuestionAnswer } from '../../server/vocabulary/answer.ts'
import { type Answered, inbox, testKey } from '../support/caller.ts'
import { databaseNames } from '../support/databases.ts'
import { register, rightAnswers, threeQuestions, tryToRegister, wrongAnswers } from '../support/questions.ts'
import { openRaw } from '../support/raw.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { asked as askedByMail, customerKey, newAuthenticator, newUser, stranger, succeed } from './people.ts'

/** Document 000: KBA. */

const incorrect = 'The answers you have provided are incorrect.'

for (const database of databaseNames) {
  describe(`security questions on ${database}`, () => {
    let server: TestServer
    before(async () => {
      server = await startServer(database)
    })
    after(() => server.close())

    const validate = (body: object) => server.call('/auth/validate', body)
    const challenge = (username: string, more: object = { authType: 'KBA' }) =>
      server.call('/auth/challenge', { customerKey, username, ...more })
    /** A user with three questions, as clients register them. */
    const knowing = async (fields: Record<string, unknown> = {}) => {
      const { username } = await newUser(server, fields)
      await register(server.assembled.store, username, threeQuestions, server.now())
      return username
    }
    const isFailed = ({ body, text }: Answered, message: string) => {
      assert.deepEqual([body.status, body['statusCode'], body.message], ['FAILED', 'FAILED', message], text)
    }

    it('S015 S038 a challenge asks two of the three that were registered, and sends nothing', async () => {
      const username = await knowing()
      const { body, code } = await challenge(username)
      assert.equal(code, 200)
      const { txId, questions, ...rest } = body
      assert.match(String(txId), /^[0-9a-f-]{36}$/)
      assert.deepEqual(rest, {
        authType: 'KBA',
        responseType: 'CHALLENGE',
        status: 'SUCCESS',
        message: 'Successfully generated.',
        statusCode: 'SUCCESS',
        statusMessage: 'Successfully generated.',
      })
      const list = questions as { question: string }[]
      assert.equal(list.length, 2)
      assert.notEqual(list[0]?.question, list[1]?.question)
      for (const one of list) {
        assert.deepEqual(Object.keys(one), ['question'])
        assert.ok(threeQuestions.some(({ question }) => question === one.question))
      }
    })

    it('S022 S058 a user who registered none is refused, by challenge and by validate', async () => {
      const { username } = await newUser(server)
      const { body } = await challenge(username)
      assert.deepEqual([body.status, body.message], ['FAILED', 'The user has not set up this method.'])
      isFailed(
        await validate({ customerKey, username, authType: 'KBA', answers: threeQuestions.slice(0, 2) }),
        incorrect,
      )
    })

    it('S022 people who are not enrolled cannot be asked', async () => {
      const { username: email, phone } = stranger()
      for (const who of [{ email, phone }, { username: email, email }, { phone }]) {
        const { body } = await server.call('/auth/challenge', { customerKey, ...who, authType: 'KBA' })
        assert.deepEqual([body.status, body.txId, body['questions']], ['FAILED', undefined, undefined])
      }
    })

    it("S032 it is the user's own method when authType is left out", async () => {
      const username = await knowing({ authType: 'KBA' })
      const { body } = await succeed(challenge(username, {}))
      assert.equal(body['authType'], 'KBA')
      assert.equal((body['questions'] as unknown[]).length, 2)
    })

    it('a byte-identical repeat of a challenge asks the same two, and another challenge chooses anew', async () => {
      const username = await knowing()
      const body = { customerKey, username, authType: 'KBA' }
      const timestamp = server.now()
      const [one, two] = await Promise.all([1, 2].map(() => server.call('/auth/challenge', body, { timestamp })))
      assert.deepEqual(two?.body, one?.body)
      const pairs = new Set<string>()
      for (let round = 0; round < 40; round++) {
        server.advance(1)
        pairs.add(JSON.stringify((await succeed(challenge(username))).body['questions']))
      }
      assert.ok(pairs.size > 3, 'six orders of three pairs')
    })

    const bodies: Record<string, (given: { txId: string; username: string; answers: QuestionAnswer[] }) => object> = {
      'S053 the document and Magento: txId and answers': ({ txId, answers }) => ({ txId, answers }),
      'WordPress: no txId, found by username': ({ username, answers }) => {
        return { customerKey, username, txId: '', token: null, authType: 'KBA', answers }
      },
      'Drupal: username and txId, no authType': ({ txId, username, answers }) => {
        return { customerKey, username, txId, token: '', authType: null, answers }
      },
      'the other order': ({ txId, answers }) => ({ txId, answers: answers.toReversed() }),
      'answers and questions in another spelling': ({ txId, answers }) => {
        const varied = answers.map(({ question, answer }) => {
          return {
            question: ` ${question.toUpperCase()}`,
            answer: `  ${answer.toLowerCase().replaceAll(' ', '\u00a0 ')} `,
          }
        })
        return { txId, answers: varied }
      },
      'further fields in an answer': ({ txId, answers }) => {
        return { txId, answers: answers.map((one, at) => ({ ...one, number: at })) }
      },
    }
    for (const [what, write] of Object.entries(bodies)) {
      it(`takes the body of ${what}`, async () => {
        const username = await knowing({ authType: 'KBA' })
        const asked = await succeed(challenge(username))
        const txId = String(asked.body.txId)
        const right = rightAnswers(asked)
        isFailed(await validate(write({ txId, username, answers: wrongAnswers(right) })), incorrect)
        const { body } = await validate(write({ txId, username, answers: right }))
        assert.deepEqual(body, {
          txId,
          responseType: 'VALIDATE',
          authType: 'KBA',
          status: 'SUCCESS',
          message: 'Successfully Validated',
          statusCode: 'SUCCESS',
          statusMessage: 'Successfully Validated',
        })
        assert.equal((await server.call('/auth/auth-status', { txId })).body.status, 'SUCCESS')
      })
    }

    it('S054 a wrong, missing, foreign or doubled answer is FAILED with the words Drupal compares', async () => {
      const foreign = { question: 'What is your favourite colour?', answer: 'Blue' }
      const wrong: ((right: QuestionAnswer[]) => unknown[])[] = [
        (right) => wrongAnswers(right),
        (right) => right.slice(0, 1),
        ([first]) => [first, first],
        ([first]) => [first, foreign],
        (right) => [...right, foreign],
        ([first, second]) => [first, { ...second, answer: '' }],
        ([first, second]) => [
          { ...first, answer: second?.answer },
          { ...second, answer: first?.answer },
        ],
      ]
      for (const write of wrong) {
        const asked = await succeed(challenge(await knowing()))
        isFailed(await validate({ txId: asked.body.txId, answers: write(rightAnswers(asked)) }), incorrect)
      }
    })

    it('three wrong tries end the transaction, and the right one comes too late', async () => {
      const asked = await succeed(challenge(await knowing()))
      const { txId } = asked.body
      const right = rightAnswers(asked)
      for (let tries = 0; tries < 3; tries++)
        isFailed(await validate({ txId, answers: wrongAnswers(right, tries) }), incorrect)
      isFailed(await validate({ txId, answers: right }), 'Too many wrong answers. Ask for new questions.')
      assert.equal((await server.call('/auth/auth-status', { txId })).body.status, 'FAILED')
    })

    it('WordPress hears why it comes too late, without a txId', async () => {
      const username = await knowing()
      const asked = await succeed(challenge(username))
      const body = { customerKey, username, authType: 'KBA', txId: '', answers: rightAnswers(asked) }
      server.advance(301_000)
      isFailed(await validate(body), 'The time to answer is over. Ask for new questions.')
      const again = await succeed(challenge(username))
      await succeed(validate({ ...body, answers: rightAnswers(again) }))
      isFailed(await validate(body), 'These questions were already answered. Ask for new ones.')
    })

    it('answers and a code are told apart: neither stands in for the other, and both together are refused', async () => {
      const username = await knowing()
      const asked = await succeed(challenge(username))
      const { txId } = asked.body
      const answers = rightAnswers(asked)
      const otherKind = /not answered by answers/
      assert.match(String((await validate({ txId, token: '123456' })).body.message), /not answered by a code/)
      const mailed = await askedByMail(server)
      assert.match(String((await validate({ txId: mailed.txId, answers })).body.message), otherKind)
      await newAuthenticator(server, username)
      const app = { customerKey, username, authType: 'GOOGLE AUTHENTICATOR', answers }
      assert.match(String((await validate(app)).body.message), otherKind)
      const kba = { customerKey, username, authType: 'KBA', token: '123456' }
      assert.equal((await validate(kba)).body.status, 'FAILED')
      isFailed(await validate({ txId, token: '123456', answers }), 'Send token or answers, not both.')
      isFailed(await validate({ txId, answers: [] }), 'Missing: token.')
      await succeed(validate({ txId, answers }))
      await succeed(validate({ txId: mailed.txId, token: mailed.code }))
    })

    it('answers that are not what they should be are FAILED and spend nothing', async () => {
      const asked = await succeed(challenge(await knowing()))
      const { txId } = asked.body
      const right = rightAnswers(asked)
      const [first, second] = right
      const bad: unknown[] = [
        'Rex',
        { 0: first, 1: second },
        [first, 'Elm Grove'],
        [first, null],
        [first, { question: second?.question }],
        [first, { ...second, answer: null }],
        [first, { ...second, answer: 5 }],
        [first, { ...second, answer: 'x'.repeat(501) }],
        [first, { ...second, question: ['What?'] }],
        Array.from({ length: 21 }, () => first),
      ]
      for (const answers of bad) assert.equal((await validate({ txId, answers })).body.status, 'FAILED')
      await succeed(validate({ txId, answers: right }))
    })

    it("another user's name beside the transaction is refused, and spends nothing", async () => {
      const asked = await succeed(challenge(await knowing()))
      const other = await knowing()
      const answers = rightAnswers(asked)
      for (const username of [other, stranger().username])
        for (let n = 0; n < 3; n++)
          isFailed(
            await validate({ customerKey, username, txId: asked.body.txId, token: '', authType: null, answers }),
            'There is no such transaction. Ask for new questions.',
          )
      await succeed(validate({ txId: asked.body.txId, answers }))
    })

    it("the answers of another user are wrong, also to WordPress's call", async () => {
      const [mine, theirs] = [await knowing(), (await newUser(server)).username]
      const others = threeQuestions.map((one, at) => ({ ...one, answer: `Something else ${at}` }))
      await register(server.assembled.store, theirs, others, server.now())
      await succeed(challenge(theirs))
      const asked = await succeed(challenge(mine))
      const body = { customerKey, username: mine, authType: 'KBA' }
      isFailed(await validate({ ...body, answers: rightAnswers(asked, others) }), incorrect)
      await succeed(validate({ ...body, answers: rightAnswers(asked) }))
    })

    describe('registering', () => {
      it('replaces what was registered before, in the same moment', async () => {
        const username = await knowing()
        const waiting = await succeed(challenge(username))
        const anew = [
          { question: 'What was the make of your first car?', answer: 'Fiat' },
          { question: 'What is the middle name of your aunt?', answer: 'Ida' },
        ]
        await register(server.assembled.store, username, anew, server.now())
        isFailed(await validate({ txId: waiting.body.txId, answers: rightAnswers(waiting) }), incorrect)
        const asked = await succeed(challenge(username))
        await succeed(validate({ txId: asked.body.txId, answers: rightAnswers(asked, anew) }))
        const raw = await openRaw(server.place)
        try {
          const user = await server.assembled.store.read.users.find(testKey.customerKey, username)
          const rows = await raw.run('select * from credentials where user_id = $1', user?.id ?? '')
          assert.equal(rows.length, 1)
        } finally {
          await raw.close()
        }
      })

      it('many times at once leaves one registration', async () => {
        const { username } = await newUser(server)
        const outcomes = await Promise.all(
          Array.from({ length: 6 }, () =>
            tryToRegister(server.assembled.store, username, threeQuestions, server.now()),
          ),
        )
        assert.ok(outcomes.every(({ ok }) => ok))
        const user = await server.assembled.store.read.users.find(testKey.customerKey, username)
        const kept = await server.assembled.store.read.credentials.of(testKey.customerKey, user?.id ?? '', 'questions')
        assert.equal(kept.length, 1)
      })

      const refusals: Record<string, readonly [reason: string, questions: readonly QuestionAnswer[]]> = {
        'one question': ['too-few', threeQuestions.slice(0, 1)],
        'an answer in its question': [
          'answer-in-question',
          [...threeQuestions, { question: 'Is your cat called Tom?', answer: 'tom' }],
        ],
        'the same answer twice': [
          'same-answer',
          [...threeQuestions, { question: 'And your second?', answer: 'elm grove' }],
        ],
      }
      for (const [what, [reason, questions]] of Object.entries(refusals))
        it(`${what} is refused, and what was registered stays`, async () => {
          const username = await knowing()
          const { store } = server.assembled
          assert.deepEqual(await tryToRegister(store, username, questions, server.now()), { ok: false, reason })
          const asked = await succeed(challenge(username))
          await succeed(validate({ txId: asked.body.txId, answers: rightAnswers(asked) }))
        })

      it('is refused for an unknown and for a disabled user', async () => {
        const { store } = server.assembled
        assert.deepEqual(await tryToRegister(store, stranger().username), { ok: false, reason: 'unknown-user' })
        const { username } = await newUser(server)
        await succeed(server.call('/admin/users/disable', { customerKey, username }))
        assert.deepEqual(await tryToRegister(store, username), { ok: false, reason: 'disabled-user' })
      })

      it('is told to the user at his contact, and to the audit without a question or an answer', async () => {
        const username = await knowing()
        const user = await server.assembled.store.read.users.find(testKey.customerKey, username)
        const deadline = Date.now() + 20_000
        const told = async () => (await inbox(server.baseUrl, username)).map(({ text }) => text)
        while ((await told()).length === 0 && Date.now() < deadline) await new Promise((next) => setTimeout(next, 50))
        assert.match((await told())[0] ?? '', /^Your security questions were set at /)
        const raw = await openRaw(server.place)
        try {
          const rows = await raw.run(
            "select kind, method, outcome, detail from audit_rows where subject = $1 and method = 'questions'",
            user?.id ?? '',
          )
          assert.deepEqual(
            rows.map((row) => ({ ...row })),
            [{ kind: 'enrolment', method: 'questions', outcome: 'registered', detail: '{"questions":3}' }],
          )
        } finally {
          await raw.close()
        }
      })
    })

    it('one setting turns them off: no registering, no asking, no answering', async () => {
      const username = await knowing({ authType: 'KBA' })
      const asked = await succeed(challenge(username))
      const answers = rightAnswers(asked)
      await server.set('questions', 'false')
      try {
        const off =
          'This method is turned off for this user. See the methods of his groups, and for questions the setting questions.'
        isFailed(await challenge(username), off)
        isFailed(await challenge(username, {}), off)
        isFailed(await validate({ txId: asked.body.txId, answers }), off)
        isFailed(await validate({ customerKey, username, authType: 'KBA', answers }), off)
        const { store } = server.assembled
        assert.deepEqual(await tryToRegister(store, username), { ok: false, reason: 'turned-off' })
      } finally {
        await server.set('questions', 'true')
      }
      await succeed(validate({ txId: asked.body.txId, answers }))
    })
  })
}
