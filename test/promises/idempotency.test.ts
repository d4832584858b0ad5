import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, describe, it } from 'node:test'
import {
  type Answered,
  type CallOptions,
  codeFor,
  inbox,
  type Key,
  post,
  testKey,
  wrongCode,
} from '../support/caller.ts'
import { databaseNames, newPlace, type Place } from '../support/databases.ts'
import { customerWith, type Nodes, newAddress, nextWindow, signBody, startNodes } from '../support/links.ts'
import { type ServerProcess, startProcess } from '../support/process.ts'
import { openRaw, type RawDatabase } from '../support/raw.ts'

const times = 20
const newKey = () => `attempt-${randomUUID()}`
const isRepeat = ({ headers }: Answered) => headers.get('idempotent-replayed') === 'true'

for (const name of databaseNames) {
  describe(`an Idempotency-Key on ${name}`, () => {
    let nodes: Nodes
    let raw: RawDatabase
    let key: Key
    before(async () => {
      nodes = await startNodes(name)
      raw = await openRaw(nodes.server.place)
      key = await customerWith(nodes.server)
    })
    after(async () => {
      await raw.close()
      await nodes.close()
    })
    beforeEach(() => nextWindow(nodes.server))

    const here = (path: string, body: unknown, idempotencyKey: string, options: CallOptions = {}) =>
      nodes.server.call(path, body, { key, ...options, headers: { 'Idempotency-Key': idempotencyKey } })
    /** Each signed anew, as a caller does who tries again; processes keep the time of the computer. */
    const atOnce = (path: string, body: unknown, idempotencyKey: string) =>
      Promise.all(
        Array.from({ length: times }, (_, index) =>
          post(nodes.urls[index % 2 === 0 ? 0 : 1], `/moas/api${path}`, body, {
            key,
            timestamp: nodeNow() + index,
            headers: { 'Idempotency-Key': idempotencyKey },
          }),
        ),
      )
    const nodeNow = () => (name === 'PostgreSQL' ? Date.now() : nodes.server.now())

    const asking = (email = newAddress()) => ({ customerKey: key.customerKey, email, authType: 'EMAIL' })
    const asked = async (more: object = {}) => {
      const email = newAddress()
      const { body } = await nodes.server.call('/auth/challenge', { ...asking(email), ...more }, { key })
      assert.equal(body.status, 'SUCCESS', body.message)
      return { txId: String(body.txId), code: await codeFor(nodes.server.baseUrl, email) }
    }
    const answersIn = async (txId: string, outcome: string) => {
      const rows = await raw.run(
        "select id from audit_rows where kind = 'answer' and challenge_id = $1 and outcome = $2",
        txId,
        outcome,
      )
      return rows.length
    }
    const keptRows = () => raw.run('select * from kept_answers where customer_id = $1', key.customerKey)
    const isRefused = ({ code, body }: Answered, says: RegExp) => {
      assert.equal(code, 200)
      assert.match(String(body.status), /^(ERROR|FAILED)$/)
      assert.match(String(body.message), says)
    }
    /** One was answered, and all others were given that answer. */
    const areOne = (answers: readonly Answered[]) => {
      assert.deepEqual([...new Set(answers.map(({ text }) => text))], [answers[0]?.text])
      assert.deepEqual([...new Set(answers.map(({ code }) => code))], [200])
      assert.equal(answers.filter((one) => !isRepeat(one)).length, 1)
    }

    it(`lets ${times} copies of a right answer be one acceptance, which all of them hear`, async () => {
      const { txId, code } = await asked()
      const answers = await atOnce('/auth/validate', { txId, token: code }, newKey())
      areOne(answers)
      assert.equal(answers[0]?.body.status, 'SUCCESS', answers[0]?.text)
      assert.equal(await answersIn(txId, 'accepted'), 1)
      assert.equal(await answersIn(txId, 'closed'), 0, 'nothing else was judged')
    })

    it(`lets ${times} copies of a challenge be one transaction and one message`, async () => {
      const email = newAddress()
      const answers = await atOnce('/auth/challenge', asking(email), newKey())
      areOne(answers)
      assert.equal(answers[0]?.body.status, 'SUCCESS', answers[0]?.text)
      assert.equal((await inbox(nodes.server.baseUrl, email)).length, 1)
    })

    it('spends one attempt on a wrong code, however often it is repeated', async () => {
      const { txId, code } = await asked()
      const [body, wrong] = [{ txId, token: wrongCode(code) }, newKey()]
      const answers = [await here('/auth/validate', body, wrong)]
      for (let times = 0; times < 6; times++) answers.push(await here('/auth/validate', body, wrong))
      areOne(answers)
      isRefused(answers[0] as Answered, /^Invalid OTP/)
      const [row] = await raw.run('select attempts, state from challenges where id = $1', txId)
      assert.deepEqual([Number(row?.['attempts']), row?.['state']], [1, 'pending'])
      const right = await here('/auth/validate', { txId, token: code }, newKey())
      assert.equal(right.body.status, 'SUCCESS', right.text)
    })

    it('is refused with another body, and nothing is done for it', async () => {
      const [first, second, idempotencyKey] = [newAddress(), newAddress(), newKey()]
      const { text } = await here('/auth/challenge', asking(first), idempotencyKey)
      isRefused(await here('/auth/challenge', asking(second), idempotencyKey), /another body/)
      isRefused(await here('/auth/challenge', `${JSON.stringify(asking(first))} `, idempotencyKey), /another body/)
      assert.deepEqual(await inbox(nodes.server.baseUrl, second), [])
      assert.equal((await here('/auth/challenge', asking(first), idempotencyKey)).text, text)
    })

    for (const [what, bad] of Object.entries({
      empty: '',
      'of 15 letters': 'a'.repeat(15),
      'of 65 letters': 'a'.repeat(65),
      'with a space': `${'a'.repeat(10)} ${'a'.repeat(10)}`,
      'in quotation marks': `"${'a'.repeat(16)}"`,
      'given twice': `${'a'.repeat(16)}, ${'b'.repeat(16)}`,
      'of other letters': Buffer.from('ä'.repeat(16)).toString('latin1'),
    }))
      it(`${what} is refused, and nothing is done`, async () => {
        const email = newAddress()
        isRefused(await here('/auth/challenge', asking(email), bad), /16–64 letters, digits, hyphens and underscores/)
        assert.deepEqual(await inbox(nodes.server.baseUrl, email), [])
      })

    it('is no credential: without a right signature of this moment nothing is given', async () => {
      const [{ txId, code }, idempotencyKey] = [await asked(), newKey()]
      const body = { txId, token: code }
      await here('/auth/validate', body, idempotencyKey)
      const wrong = { ...key, apiKey: 'another-api-key-of-the-tests' }
      for (const options of [
        { key: wrong },
        { signed: false },
        { timestamp: nodes.server.now() - 3_600_000 },
      ] as readonly CallOptions[]) {
        const answer = await here('/auth/validate', body, idempotencyKey, options)
        assert.equal(answer.body.status, 'FAILED')
        assert.equal(isRepeat(answer), false)
      }
      assert.ok(isRepeat(await here('/auth/validate', body, idempotencyKey)))
    })

    it('belongs to its customer and to its call', async () => {
      const [{ txId, code }, idempotencyKey] = [await asked(), newKey()]
      const body = { txId, token: code }
      const other = await customerWith(nodes.server)
      const foreign = await here('/auth/validate', body, idempotencyKey, { key: other })
      isRefused(foreign, /transaction|txId/i)
      const own = await here('/auth/validate', body, idempotencyKey)
      assert.equal(own.body.status, 'SUCCESS', own.text)
      const challenged = await here('/auth/challenge', asking(), idempotencyKey)
      assert.equal(challenged.body.status, 'SUCCESS', challenged.text)
      for (const answer of [foreign, own, challenged]) assert.equal(isRepeat(answer), false)
      assert.equal((await here('/auth/validate', body, idempotencyKey, { key: other })).text, foreign.text)
    })

    it('is not for customers whose key everybody knows', async () => {
      const everybody = { customerKey: 16555, apiKey: 'a-key-that-is-in-every-plugin' }
      await nodes.server.assembled.store.write((tx) =>
        tx.customers.add(everybody.customerKey, 'Everybody', everybody.apiKey, nodes.server.now()),
      )
      const email = newAddress()
      const body = { ...asking(email), customerKey: everybody.customerKey }
      isRefused(await here('/auth/challenge', body, newKey(), { key: everybody }), /for everybody/)
      assert.deepEqual(await inbox(nodes.server.baseUrl, email), [])
    })

    it('helps nobody who takes a request: without it, or under another, the copy is refused', async () => {
      const { txId, code } = await asked()
      const [body, timestamp, idempotencyKey] = [{ txId, token: code }, nodes.server.now(), newKey()]
      const first = await here('/auth/validate', body, idempotencyKey, { timestamp })
      assert.equal(first.body.status, 'SUCCESS', first.text)
      isRefused(await here('/auth/validate', body, newKey(), { timestamp }), /./)
      isRefused(await nodes.server.call('/auth/validate', body, { key, timestamp }), /./)
      assert.equal(await answersIn(txId, 'accepted'), 1)
      assert.ok(
        isRepeat(await here('/auth/validate', body, idempotencyKey, { timestamp })),
        'the very copy is a repeat',
      )
    })

    it('works with a signature over the body, fresh or the same', async () => {
      const [{ txId, code }, idempotencyKey] = [await asked(), newKey()]
      const [path, body] = ['/moas/api/auth/validate', JSON.stringify({ txId, token: code })]
      const signed = () => {
        const [timestamp, nonce] = [String(nodes.server.now()), randomUUID()]
        return { ...signBody({ key, path, timestamp, nonce, body }), 'Idempotency-Key': idempotencyKey }
      }
      const first = signed()
      const answers: Answered[] = []
      for (const headers of [first, first, signed()])
        answers.push(await post(nodes.server.baseUrl, path, body, { headers, signed: false }))
      areOne(answers)
      assert.equal(answers[0]?.body.status, 'SUCCESS', answers[0]?.text)
    })

    it('keeps nothing of requests without one, which are refused when they are repeated', async () => {
      const before = (await keptRows()).length
      const { txId, code } = await asked()
      const again = () => nodes.server.call('/auth/validate', { txId, token: code }, { key })
      assert.equal((await again()).body.status, 'SUCCESS')
      isRefused(await again(), /already used/)
      assert.equal((await keptRows()).length, before)
    })

    it('keeps answers sealed, and neither the key nor the body', async () => {
      const [{ txId, code }, idempotencyKey] = [await asked(), newKey()]
      await here('/auth/validate', { txId, token: code }, idempotencyKey)
      const kept = (await keptRows()).flatMap((row) => Object.values(row))
      assert.ok(kept.some((value) => Buffer.isBuffer(value)))
      const all = kept.map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : String(value))).join('\n')
      for (const secret of [txId, idempotencyKey, 'Successfully']) assert.ok(!all.includes(secret), secret)
    })

    it('ends after 24 hours: then the same is done again, and what was kept is purged', async () => {
      const [email, idempotencyKey] = [newAddress(), newKey()]
      const first = await here('/auth/challenge', asking(email), idempotencyKey)
      nodes.server.advance(24 * 3_600_000 - 60_000)
      assert.equal((await here('/auth/challenge', asking(email), idempotencyKey)).text, first.text)
      nodes.server.advance(60_000)
      const second = await here('/auth/challenge', asking(email), idempotencyKey)
      assert.equal(second.body.status, 'SUCCESS', second.text)
      assert.notEqual(second.body.txId, first.body.txId)
      assert.equal(isRepeat(second), false)
      assert.equal((await inbox(nodes.server.baseUrl, email)).length, 2)
      await nodes.server.assembled.store.purge(nodes.server.now() + 24 * 3_600_000)
      assert.deepEqual(await keptRows(), [])
    })

    it('says of each call what to do next when the server died before it kept the answer', async () => {
      const { customerKey } = key
      const lost = {
        '/auth/challenge': [asking(), /Challenge again with a new key/],
        '/auth/validate-google-auth-secret': [
          { customerKey, username: 'nobody', token: '000000', secret: 'A'.repeat(32) },
          /next code of the app with a new key/,
        ],
        '/notify/send': [
          { customerKey, email: { toEmail: newAddress(), subject: 'a', content: 'b' } },
          /only if it may arrive twice/,
        ],
        '/risk/redeem': [{ customerKey, username: 'nobody', resultToken: 'a-token' }, /begin the sign-in anew/],
      } as const
      const keys = Object.keys(lost).map(newKey)
      const sendAll = () =>
        Promise.all(Object.entries(lost).map(([path, [body]], index) => here(path, body, keys[index] ?? '')))
      await sendAll()
      await raw.run('update kept_answers set answer = null')
      nodes.server.advance(61_000)
      const late = await sendAll()
      for (const [index, [, next]] of Object.values(lost).entries()) {
        const { text, body } = late[index] ?? assert.fail()
        assert.match(
          text,
          /cannot say how that ended\. Take it for a refusal; nothing more is done under this key\. [A-Z]/,
        )
        assert.match(text, next)
        assert.notEqual(body.status, 'SUCCESS')
      }
    })

    it('says that it knows nothing when the server died before it kept the answer, and does nothing again', async () => {
      const [{ txId, code }, idempotencyKey] = [await asked(), newKey()]
      const body = { txId, token: code }
      assert.equal((await here('/auth/validate', body, idempotencyKey)).body.status, 'SUCCESS')
      await raw.run('update kept_answers set answer = null')
      const soon = await here('/auth/validate', body, idempotencyKey)
      isRefused(soon, /still being answered/)
      assert.equal(soon.headers.get('retry-after'), '1')
      nodes.server.advance(61_000)
      const late = await here('/auth/validate', body, idempotencyKey)
      isRefused(late, /cannot say how that ended\. Take it for a refusal; .* Ask auth-status about the txId/)
      assert.equal(isRepeat(soon) || isRepeat(late), false)
      assert.equal(await answersIn(txId, 'accepted'), 1)
      assert.equal((await nodes.server.call('/auth/auth-status', { txId }, { key })).body.status, 'SUCCESS')
    })
  })
}

for (const name of databaseNames) {
  describe(`an Idempotency-Key when the server dies, on ${name}`, () => {
    interface Sent {
      readonly body: { readonly txId: string; readonly token: string }
      readonly idempotencyKey: string
      /** Null: the connection broke before an answer came. */
      readonly first: Promise<Answered | null>
    }
    let place: Place
    let server: ServerProcess
    const sent: Sent[] = []
    before(async () => {
      place = await newPlace(name)
      server = await startProcess(place)
      const asked = await Promise.all(Array.from({ length: times }, (_, index) => ask(`dies${index}@example.com`)))
      for (const [index, body] of asked.entries()) {
        const idempotencyKey = newKey()
        const first = validate(body, idempotencyKey).catch(() => null)
        sent.push({ body, idempotencyKey, first })
        if (index === 0) await first
      }
      await Promise.race(sent.slice(1).map(({ first }) => first))
      await server.stop('SIGKILL')
      server = await startProcess(place)
    })
    after(async () => {
      await server.stop()
      await place.remove()
    })

    const ask = async (email: string) => {
      const wanted = { customerKey: testKey.customerKey, email, authType: 'EMAIL' }
      const { body } = await post(server.baseUrl, '/moas/api/auth/challenge', wanted)
      return { txId: String(body.txId), token: await codeFor(server.baseUrl, email) }
    }
    const validate = (body: object, idempotencyKey: string) =>
      post(server.baseUrl, '/moas/api/auth/validate', body, { headers: { 'Idempotency-Key': idempotencyKey } })

    it('gives every answer that it gave, and no success that did not happen', async () => {
      const told = await Promise.all(
        sent.map(async ({ body, idempotencyKey, first }) => {
          const [before, now] = [await first, await validate(body, idempotencyKey)]
          if (before) assert.deepEqual([now.text, isRepeat(now)], [before.text, true])
          const status = await post(server.baseUrl, '/moas/api/auth/auth-status', { txId: body.txId })
          if (now.body.status === 'SUCCESS') assert.equal(status.body.status, 'SUCCESS')
          else assert.match(String(now.body.message), /still being answered/)
          return before
        }),
      )
      assert.ok(told.some((before) => before?.body.status === 'SUCCESS'))
      const raw = await openRaw(place)
      try {
        const twice = await raw.run(
          "select challenge_id from audit_rows where outcome = 'accepted' group by challenge_id having count(*) > 1",
        )
        assert.deepEqual(twice, [])
      } finally {
        await raw.close()
      }
    })
  })
}

describe('an Idempotency-Key on every call that takes one', () => {
  let nodes: Nodes
  before(async () => {
    nodes = await startNodes('SQLite')
  })
  after(() => nodes.close())

  const { customerKey } = testKey
  const takers: Record<string, object> = {
    '/auth/challenge': { customerKey, username: 'nobody', authType: 'EMAIL' },
    '/auth/validate': { customerKey, username: 'nobody', token: '123456' },
    '/auth/validate-google-auth-secret': { customerKey, username: 'nobody', token: '123456', secret: 'A'.repeat(32) },
    '/notify/send': { customerKey, email: { toEmail: 'nobody@example.com', subject: 'a', content: 'b' } },
    '/risk/redeem': { customerKey, username: 'nobody', resultToken: 'a-token' },
  }

  for (const [path, body] of Object.entries(takers))
    it(`gives the answer of ${path} again, and says so`, async () => {
      const headers = { 'Idempotency-Key': newKey() }
      const first = await nodes.call(0, path, body, { headers })
      const second = await nodes.call(0, path, body, { headers, timestamp: nodes.server.now() + 1 })
      assert.equal(second.text, first.text)
      assert.deepEqual([isRepeat(first), isRepeat(second)], [false, true])
    })

  it('is described on those calls and on no other', async () => {
    const response = await fetch(`${nodes.urls[0]}/openapi.json`)
    const { paths } = (await response.json()) as {
      paths: Record<string, Record<string, { parameters?: { name: string; in: string; required?: boolean }[] }>>
    }
    const described = Object.entries(paths).flatMap(([path, { post: operation }]) =>
      (operation?.parameters ?? []).map((one) => [path, one.in, one.name, one.required ?? false]),
    )
    const wanted = Object.keys(takers).map((path) => [`/moas/api${path}`, 'header', 'Idempotency-Key', false])
    const ofHeaders = described.filter(([, where]) => where === 'header')
    assert.deepEqual(ofHeaders.sort(), wanted.sort())
  })
})
