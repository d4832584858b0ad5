import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { QuestionAnswer } from '../../server/vocabulary/answer.ts'
import { type Answered, type CallOptions, testKey } from '../support/caller.ts'
import { databaseNames } from '../support/databases.ts'
import { readQr } from '../support/device.ts'
import { rightAnswers, threeQuestions } from '../support/questions.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { totp } from '../support/totp.ts'
import { logRow, newYubikey, touch } from '../support/yubikey.ts'
import { customerKey, newCustomer, newUser, stranger, succeed } from './people.ts'

const incorrect = 'The OTP you have entered is incorrect.'
const timedOut = 'Your mobile validation request timed out. Please try again.'
const unsigned: CallOptions = { signed: false }

for (const database of databaseNames) {
  describe(`registration on ${database}`, () => {
    let server: TestServer
    before(async () => {
      server = await startServer(database)
    })
    after(() => server.close())

    const register = (body: object, options?: CallOptions) =>
      server.call('/auth/register', { customerKey, ...body }, options)

    describe('register, GOOGLE AUTHENTICATOR', () => {
      async function offered() {
        const { username } = await newUser(server)
        const { body } = await succeed(server.call('/auth/google-auth-secret', { customerKey, username }))
        const secret = String(body['secret'])
        const otpToken = () => {
          server.advance(30_000)
          return totp(secret, server.now())
        }
        const fields = { username, registrationType: 'GOOGLE AUTHENTICATOR', secret, authenticatorType: null }
        return { username, otpToken, fields }
      }

      it('sets up the app: SUCCESS, and codes of it are right from now on', async () => {
        const { username, fields, otpToken } = await offered()
        await succeed(register({ ...fields, otpToken: otpToken() }))
        const login = { customerKey, username, authType: 'GOOGLE AUTHENTICATOR', token: otpToken() }
        await succeed(server.call('/auth/validate', login))
      })

      it('wrong is FAILED in the words that are compared, and so is no code, in its own words', async () => {
        const { fields } = await offered()
        const { body } = await register({ ...fields, otpToken: '00000a' })
        assert.deepEqual([body.status, body.message], ['FAILED', incorrect])
        for (const missing of [{ otpToken: '' }, { otpToken: '123456', secret: null }]) {
          const { body: told } = await register({ ...fields, ...missing })
          assert.equal(told.status, 'FAILED')
          assert.match(told.message ?? '', /^Missing: (otpToken|secret)\.$/)
        }
      })

      it('a code that was used is FAILED too: no client of this call knows another word', async () => {
        const { fields, otpToken } = await offered()
        const code = otpToken()
        await succeed(register({ ...fields, otpToken: code }))
        assert.equal((await register({ ...fields, otpToken: code })).body.status, 'FAILED')
      })

      it('spells the type in any case, and takes other apps that read the same QR code', async () => {
        for (const registrationType of ['Google Authenticator', 'MICROSOFT AUTHENTICATOR', 'DUO AUTHENTICATOR']) {
          const { fields, otpToken } = await offered()
          await succeed(register({ ...fields, registrationType, otpToken: otpToken() }))
        }
      })

      it('a secret of the caller’s own, or of another user, is FAILED', async () => {
        const mine = await offered()
        const other = await offered()
        const body = { ...mine.fields, secret: other.fields.secret, otpToken: other.otpToken() }
        assert.equal((await register(body)).body.status, 'FAILED')
      })
    })

    describe('register, KBA', () => {
      const asked = (username: string) => server.call('/auth/challenge', { customerKey, username, authType: 'KBA' })
      const answer = (txId: unknown, answers: readonly QuestionAnswer[]) =>
        server.call('/auth/validate', { txId, answers })

      for (const registrationType of ['KBA', 'kba', undefined, null, ''])
        it(`of the registrationType ${JSON.stringify(registrationType)} is SUCCESS, and two of the questions are asked`, async () => {
          const { username } = await newUser(server)
          const nulls = { secret: null, otpToken: null, authenticatorType: null }
          const { body } = await register({ username, registrationType, ...nulls, questionAnswerList: threeQuestions })
          assert.deepEqual([body.status, body['statusCode']], ['SUCCESS', 'SUCCESS'])
          const challenge = await succeed(asked(username))
          await succeed(answer(challenge.body.txId, rightAnswers(challenge)))
        })

      it('replaces the questions that were registered before: the old ones are no longer asked or right', async () => {
        const { username } = await newUser(server)
        await succeed(register({ username, questionAnswerList: threeQuestions }))
        const waiting = await succeed(asked(username))
        const anew = [
          { question: 'What was the make of your first car?', answer: 'Fiat' },
          { question: 'What is the middle name of your aunt?', answer: 'Ida' },
        ]
        await succeed(register({ username, questionAnswerList: anew }))
        assert.equal((await answer(waiting.body.txId, rightAnswers(waiting))).body.status, 'FAILED')
        const challenge = await succeed(asked(username))
        await succeed(answer(challenge.body.txId, rightAnswers(challenge, anew)))
      })

      const [first, second] = threeQuestions as [QuestionAnswer, QuestionAnswer]
      const tooFew = 'Register at least two questions with their answers.'
      const tooLong = 'A question or an answer is too long: 250 characters at most.'
      const unreadable = 'A question is one line of text that can be read, without control characters.'
      const invalid = (at: string) => `The field questionAnswerList${at} is not valid.`
      const refusals: Record<string, readonly [list: unknown, message: string]> = {
        'no list': [undefined, tooFew],
        null: [null, tooFew],
        'an empty list': [[], tooFew],
        'one question': [[first], tooFew],
        'eleven questions': [
          Array.from({ length: 11 }, (_, at) => ({ question: `Question ${at}?`, answer: `Answer ${at}` })),
          'Register ten questions at most.',
        ],
        'a question without an answer': [[first, { ...second, answer: ' ' }], 'Every question needs an answer.'],
        'a question of nothing': [[first, { ...second, question: '' }], unreadable],
        'a question of two lines': [[first, { ...second, question: 'Which street?\nWhich town?' }], unreadable],
        'a question that turns the line around': [[first, { ...second, question: 'Which \u202estreet?' }], unreadable],
        'a question of 251 characters': [[first, { ...second, question: 'x'.repeat(251) }], tooLong],
        'an answer of 251 characters': [[first, { ...second, answer: 'x'.repeat(251) }], tooLong],
        'the same question twice': [
          [first, { ...first, question: first.question.toUpperCase(), answer: 'Tom' }],
          'The same question stands there twice. Choose different ones.',
        ],
        'the same answer twice': [
          [first, { ...second, answer: ` ${first.answer.toUpperCase()}` }],
          'Two questions have the same answer. Give each its own.',
        ],
        'an answer in its question': [
          [first, { question: 'Is your cat called Tom?', answer: 'tom' }],
          'An answer stands in its question. Choose another one.',
        ],
        'a text': ['What?', invalid('')],
        'one pair outside a list': [first, invalid('')],
        'questions without answers': [[first.question, second.question], invalid('.0')],
        'a number for an answer': [[first, { ...second, answer: 5 }], invalid('.1.answer')],
        'an answer of 501 characters': [[first, { ...second, answer: 'x'.repeat(501) }], invalid('.1.answer')],
        '21 questions': [Array.from({ length: 21 }, () => first), invalid('')],
      }
      for (const [what, [questionAnswerList, message]] of Object.entries(refusals))
        it(`${what} is FAILED with a sentence, and registers nothing`, async () => {
          const { username } = await newUser(server)
          isFailed(await register({ username, questionAnswerList }), message)
          assert.equal((await asked(username)).body.message, 'The user has not set up this method.')
        })

      it('of nobody, and of another customer’s user, is FAILED in the words that Drupal and Joomla compare', async () => {
        const { username } = await newUser(server)
        const questionAnswerList = threeQuestions
        isFailed(await register({ username: stranger().username, questionAnswerList }), 'Invalid username or email.')
        const key = await newCustomer(server)
        const foreign = { customerKey: key.customerKey, username, questionAnswerList }
        isFailed(await register(foreign, { key }), 'Invalid username or email.')
      })

      it('of a disabled user is FAILED', async () => {
        const { username } = await newUser(server)
        await succeed(server.call('/admin/users/disable', { customerKey, username }))
        isFailed(await register({ username, questionAnswerList: threeQuestions }), 'This user is disabled.')
      })

      it('of the same request again is FAILED, and what was registered in between stays', async () => {
        const { username } = await newUser(server)
        const timestamp = server.now()
        const old = { username, questionAnswerList: threeQuestions.slice(0, 2) }
        await succeed(register(old, { timestamp }))
        const anew = threeQuestions.map((one, at) => ({ ...one, answer: `Something else ${at}` }))
        await succeed(register({ username, questionAnswerList: anew }))
        isFailed(await register(old, { timestamp }), 'This request was already received.')
        const challenge = await succeed(asked(username))
        await succeed(answer(challenge.body.txId, rightAnswers(challenge, anew)))
      })

      it('is FAILED where the customer has turned security questions off', async () => {
        const key = await newCustomer(server, { questions: 'false' })
        const { username } = stranger()
        await succeed(server.call('/admin/users/create', { customerKey: key.customerKey, username }, { key }))
        const body = { customerKey: key.customerKey, username, questionAnswerList: threeQuestions }
        const off =
          'This method is turned off for this user. See the methods of his groups, and for questions the setting questions.'
        isFailed(await register(body, { key }), off)
      })

      it('a KBA body with a quote that nobody escaped is FAILED in JSON, with HTTP 200', async () => {
        const body = `{"customerKey":"${customerKey}","username":"a@example.com","questionAnswerList":[{"question":"What is "it"?","answer":"a"}]}`
        const answer = await server.call('/auth/register', body)
        assert.equal(answer.code, 200)
        assert.deepEqual([answer.body.status, answer.body['statusCode']], ['FAILED', 'FAILED'])
        assert.match(answer.body.message ?? '', /not valid JSON/)
      })
    })

    describe('register, YUBIKEY_TOKEN', () => {
      const fields = { registrationType: 'YUBIKEY_TOKEN', secret: '', authenticatorType: 'HARDWARE TOKEN' }
      const give = (username: string, otpToken: unknown, options?: CallOptions) =>
        register({ ...fields, username, otpToken }, options)
      const login = (username: string, token: string) =>
        server.call('/auth/validate', { customerKey, username, token, authType: 'HARDWARE TOKEN' })
      const imported = async (key = testKey) => {
        const yubikey = newYubikey()
        const body = { customerKey: key.customerKey, file: logRow(yubikey) }
        await succeed(server.call('/admin/tokens/import', body, { key }))
        return yubikey
      }

      it('one touch makes the key the user’s and is used up; the next one logs in', async () => {
        const [{ username }, yubikey] = [await newUser(server), await imported()]
        const otp = touch(yubikey, 1, 0)
        await succeed(give(username, `  ${otp} `))
        const { body } = await login(username, otp)
        assert.deepEqual(
          [body.status, body.message],
          ['FAILED', 'This code was already used. Request or wait for a new one.'],
        )
        await succeed(login(username, touch(yubikey, 1, 1)))
      })

      it('again by himself it is SUCCESS with a new touch, and FAILED with a used one', async () => {
        const [{ username }, yubikey] = [await newUser(server), await imported()]
        await succeed(give(username, touch(yubikey, 1, 0)))
        isFailed(await give(username, touch(yubikey, 1, 0)), 'This code was already used. Wait for the next one.')
        await succeed(give(username, touch(yubikey, 1, 1)))
      })

      it('a wrong OTP is FAILED in the words that Drupal compares, and gives the key to nobody', async () => {
        const [{ username }, yubikey] = [await newUser(server), await imported()]
        const forged = { ...yubikey, privateId: newYubikey().privateId }
        for (const otp of [touch(forged, 1, 0), touch(newYubikey(), 1, 0), 'c'.repeat(44), '123456'])
          isFailed(await give(username, otp), incorrect)
        const { body } = await server.call('/auth/challenge', { customerKey, username, authType: 'HARDWARE TOKEN' })
        assert.equal(body.status, 'FAILED')
      })

      it('a key in another hand is FAILED as a wrong OTP, and stays there', async () => {
        const [mine, other, yubikey] = [await newUser(server), await newUser(server), await imported()]
        await succeed(give(mine.username, touch(yubikey, 1, 0)))
        isFailed(await give(other.username, touch(yubikey, 1, 1)), incorrect)
        await succeed(login(mine.username, touch(yubikey, 1, 2)))
      })

      it('a key of another customer, and a disabled one, is FAILED as a wrong OTP', async () => {
        const { username } = await newUser(server)
        isFailed(await give(username, touch(await imported(await newCustomer(server)), 1, 0)), incorrect)
        const yubikey = await imported()
        await succeed(server.call('/admin/tokens/disable', { customerKey, serial: yubikey.publicId }))
        isFailed(await give(username, touch(yubikey, 1, 0)), incorrect)
      })

      it('of nobody, of another customer’s user and of a disabled one is FAILED, and the touch is not used up', async () => {
        const [{ username }, yubikey] = [await newUser(server), await imported()]
        const otp = touch(yubikey, 1, 0)
        isFailed(await give(stranger().username, otp), 'Invalid username or email.')
        const key = await newCustomer(server)
        const foreign = { ...fields, customerKey: key.customerKey, username, otpToken: otp }
        isFailed(await register(foreign, { key }), 'Invalid username or email.')
        await succeed(server.call('/admin/users/disable', { customerKey, username }))
        isFailed(await give(username, otp), 'This user is disabled.')
        await succeed(server.call('/admin/users/enable', { customerKey, username }))
        await succeed(give(username, otp))
      })

      it('without an OTP it is FAILED', async () => {
        const { username } = await newUser(server)
        for (const otp of [undefined, null, '']) isFailed(await give(username, otp), 'Missing: otpToken.')
      })

      it('ten wrong OTPs lock, and a right one comes too late', async () => {
        const [{ username }, yubikey] = [await newUser(server), await imported()]
        for (let tries = 0; tries < 10; tries++) isFailed(await give(username, `${tries}`), incorrect)
        const locked = 'Too many wrong answers. This method is locked for a while.'
        isFailed(await give(username, touch(yubikey, 1, 0)), locked)
      })
    })

    it('register of what is not there is FAILED with a sentence', async () => {
      const { username } = await newUser(server)
      for (const type of ['PUSH NOTIFICATIONS', 'VOICE AUTHENTICATION', 'constructor', 'SMS'])
        isFailed(
          await register({ username, registrationType: type, otpToken: '123456', secret: 'x' }),
          `The registrationType ${type.toUpperCase()} is not available.`,
        )
    })

    describe('a phone', () => {
      const ask = async (username: string, how: 'register' | 'register-mobile', options?: CallOptions) =>
        how === 'register'
          ? register({ username, registrationType: 'MOBILE AUTHENTICATION', secret: null, otpToken: null }, options)
          : server.call('/auth/register-mobile', { username }, options)
      const status = async (txId: unknown, options: CallOptions = unsigned) =>
        (await server.call('/auth/registration-status', { txId }, options)).body

      for (const how of ['register', 'register-mobile'] as const) {
        it(`${how} is IN_PROGRESS, with a txId and the bare base64 of a QR code that opens the app`, async () => {
          const { username } = await newUser(server)
          const { body } = await ask(username, how)
          assert.equal(body.status, 'IN_PROGRESS')
          assert.match(String(body.txId), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
          const url = await readQr(String(body['qrCode']))
          assert.ok(url.startsWith(`${server.baseUrl}/app#pair=${body.txId}.`), url)
        })

        it(`${how} of nobody, of a disabled user and of another customer's is refused`, async () => {
          const { username } = await newUser(server)
          assert.equal((await ask(stranger().username, how)).body.message, 'Invalid username or email.')
          const key = await newCustomer(server)
          const foreign = await server.call('/auth/register-mobile', { username }, { key })
          assert.equal(foreign.body.status, 'FAILED')
          await succeed(server.call('/admin/users/disable', { customerKey, username }))
          const { body } = await ask(username, how)
          assert.equal(body.status, 'FAILED')
          assert.equal(body['qrCode'], undefined)
        })
      }

      it('waits for five minutes, then ends with the words Drupal compares, and goes on saying so', async () => {
        const { username } = await newUser(server)
        const { txId } = (await ask(username, 'register')).body
        for (const options of [unsigned, {}]) assert.equal((await status(txId, options)).status, 'IN_PROGRESS')
        server.advance(299_000)
        assert.equal((await status(txId)).status, 'IN_PROGRESS')
        server.advance(2_000)
        for (const waitMs of [0, 60_000, 23 * 3_600_000]) {
          server.advance(waitMs)
          const body = await status(txId)
          assert.deepEqual([body.status, body.message], ['ERROR', timedOut])
        }
      })

      it('is nothing to another customer, and unknown when it is none', async () => {
        const { username } = await newUser(server)
        const { txId } = (await ask(username, 'register')).body
        const key = await newCustomer(server)
        assert.equal((await status(txId, { key })).status, 'ERROR')
        for (const odd of ['nobody', 5, 'ba65583b-7c80-11e5-883e-0e2fb063e0f9'])
          assert.equal((await status(odd)).status, 'ERROR')
      })

      it('tells browsers of any origin, and answers their preflight', async () => {
        const url = `${server.baseUrl}/moas/api/auth/registration-status`
        const origin = 'https://shop.example'
        const preflight = await fetch(url, { method: 'OPTIONS', headers: { origin } })
        assert.ok(preflight.ok)
        assert.equal(preflight.headers.get('access-control-allow-origin'), '*')
        assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /content-type/i)
        const headers = { origin, 'content-type': 'application/json; charset=utf-8' }
        const answer = await fetch(url, { method: 'POST', headers, body: '{"txId":"x"}' })
        assert.equal(answer.headers.get('access-control-allow-origin'), '*')
      })

      it('tells no browser where the customer has switched that off, and still who signs', async () => {
        const { username } = await newUser(server)
        const { txId } = (await ask(username, 'register')).body
        await server.set('unsignedStatus', 'false')
        assert.equal((await status(txId)).status, 'ERROR')
        assert.equal((await status(txId, { key: testKey })).status, 'IN_PROGRESS')
        await server.set('unsignedStatus', 'true')
      })

      it('is offered once by the same request', async () => {
        const { username } = await newUser(server)
        const timestamp = server.now()
        await ask(username, 'register', { timestamp })
        assert.equal((await ask(username, 'register', { timestamp })).body.status, 'FAILED')
      })
    })

    it('the open calls about customers are not for browsers of other origins', async () => {
      for (const call of ['check-if-exists', 'add', 'key', 'contact-us']) {
        const url = `${server.baseUrl}/moas/rest/customer/${call}`
        const answer = await fetch(url, { method: 'POST', headers: { origin: 'https://shop.example' }, body: '{}' })
        assert.equal(answer.headers.get('access-control-allow-origin'), null, call)
      }
    })
  })
}

function isFailed({ body, text }: Answered, message: string): void {
  assert.deepEqual([body.status, body['statusCode'], body.message], ['FAILED', 'FAILED', message], text)
}
