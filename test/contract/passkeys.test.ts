import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { readAssertion } from '../../server/api/webauthn.ts'
import { beginAssertion, judgeAssertion } from '../../server/engine/passkeys.ts'
import type { Engine } from '../../server/engine/ports.ts'
import { noNetwork } from '../../server/risk/evidence.ts'
import { SoftAuthenticator } from '../support/authenticator.ts'
import { inbox, type Key, post, sign, testKey } from '../support/caller.ts'
import { databaseNames } from '../support/databases.ts'
import { at, customerWith, eventually, isOver, open, submit } from '../support/links.ts'
import {
  askForPasskey,
  linkTo,
  newPasskey,
  optionsOn,
  pageOf,
  see,
  send,
  setUp,
  validate,
} from '../support/passkeys.ts'
import { dump, openRaw, type RawDatabase } from '../support/raw.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { customerKey, newUser } from './people.ts'

const hourMs = 3_600_000

for (const database of databaseNames) {
  describe(`passkeys on ${database}`, () => {
    let server: TestServer
    let raw: RawDatabase
    before(async () => {
      server = await startServer(database)
      raw = await openRaw(server.place)
    })
    after(async () => {
      await raw.close()
      await server.close()
    })

    const status = async (txId: string) =>
      String((await server.call('/auth/auth-status', { txId }, { signed: false })).body.status)
    const listOf = async (username: string) =>
      (await server.call('/auth/passkeys', { username })).body['passkeys'] as Record<string, unknown>[]
    const noticesTo = async (username: string) => (await inbox(server.baseUrl, username)).map(({ subject }) => subject)
    const auditOf = () => raw.run('select method, outcome, detail from audit_rows')

    describe('setting one up', () => {
      it('takes a link, a page and an authenticator; the user is told, and the caller sees it', async () => {
        const { username } = await newUser(server)
        const { link, txId, body } = await linkTo(server, username)
        assert.equal(body['expiresAt'], Math.floor(Number(body['expiresAt'])))
        assert.ok(Number(body['expiresAt']) > server.now() + hourMs - 60_000)
        assert.ok(link.startsWith(`${pageOf(server).origin}/passkey/${txId}/`))
        assert.equal(await status(txId), 'IN_PROGRESS')
        assert.deepEqual(await listOf(username), [])
        const page = await see(server, link)
        assert.equal(page.title, 'Set up a passkey')
        assert.ok(page.html.includes(username))
        const done = await setUp(server, link, new SoftAuthenticator(), 'My phone')
        assert.equal(done.title, 'Passkey set up')
        assert.equal(await status(txId), 'SUCCESS')
        const [one, ...others] = await listOf(username)
        assert.deepEqual([one?.['name'], others.length], ['My phone', 0])
        assert.match(String(one?.['passkeyId']), /^[0-9a-f]{32}$/)
        assert.ok(
          await eventually(async () => (await noticesTo(username)).some((s) => s?.includes('A passkey was set up'))),
        )
      })

      it('works once by a link: neither the same nor another authenticator gets in after it', async () => {
        const { username } = await newUser(server)
        const { link } = await linkTo(server, username)
        const options = optionsOn(await see(server, link))
        const first = new SoftAuthenticator()
        const made = first.create(options, pageOf(server))
        assert.equal((await send(server, link, made)).title, 'Passkey set up')
        assert.ok(isOver(await see(server, link)))
        assert.ok(isOver(await send(server, link, made)))
        assert.ok(isOver(await send(server, link, new SoftAuthenticator().create(options, pageOf(server)))))
        assert.equal((await listOf(username)).length, 1)
      })

      it('of many at once by one link, exactly one is set up', async () => {
        const { username } = await newUser(server)
        const { link } = await linkTo(server, username)
        const options = optionsOn(await see(server, link))
        const posts = Array.from({ length: 8 }, () =>
          send(server, link, new SoftAuthenticator().create(options, pageOf(server))),
        )
        const titles = (await Promise.all(posts)).map(({ title }) => title)
        assert.equal(titles.filter((title) => title === 'Passkey set up').length, 1, titles.join())
        assert.equal((await listOf(username)).length, 1)
      })

      it('a newer link ends an older one', async () => {
        const { username } = await newUser(server)
        const [older, newer] = [await linkTo(server, username), await linkTo(server, username)]
        assert.ok(isOver(await see(server, older.link)))
        assert.equal((await setUp(server, newer.link)).title, 'Passkey set up')
      })

      it('a link ends after an hour', async () => {
        const { username } = await newUser(server)
        const { link, txId } = await linkTo(server, username)
        const made = new SoftAuthenticator().create(optionsOn(await see(server, link)), pageOf(server))
        server.advance(hourMs - 5_000)
        assert.equal((await see(server, link)).title, 'Set up a passkey')
        server.advance(5_000)
        assert.ok(isOver(await see(server, link)))
        assert.ok(isOver(await send(server, link, made)))
        assert.equal(await status(txId), 'ERROR')
        assert.deepEqual(await listOf(username), [])
      })

      it('opening the link, and posting its form as it came, decides nothing', async () => {
        const { username } = await newUser(server)
        const { link, txId } = await linkTo(server, username)
        for (let count = 0; count < 12; count++) await see(server, link)
        for (let count = 0; count < 12; count++)
          assert.equal(
            (await submit(at(server.baseUrl, link), { name: 'x', credential: '' })).title,
            'Set up a passkey',
          )
        assert.equal(await status(txId), 'IN_PROGRESS')
        assert.equal((await setUp(server, link)).title, 'Passkey set up')
      })

      it('an altered link is over, and spends nothing', async () => {
        const { username } = await newUser(server)
        const { link } = await linkTo(server, username)
        const made = new SoftAuthenticator().create(optionsOn(await see(server, link)), pageOf(server))
        const { link: others } = await linkTo(server, (await newUser(server)).username)
        const swapped = link.replace(/[^/]+$/, others.split('/').at(-1) ?? '')
        for (const altered of [`${link}A`, link.slice(0, -1), swapped, `${link}/x`, link.replace(/\/[^/]+$/, '')])
          for (const page of [await see(server, altered), await send(server, altered, made)])
            assert.ok(isOver(page), altered)
        assert.equal((await setUp(server, link)).title, 'Passkey set up')
      })

      it('what an authenticator did wrong may be tried again, five times in all', async () => {
        const { username } = await newUser(server)
        const { link, txId } = await linkTo(server, username)
        const forged = { clientData: { origin: 'https://evil.example' } }
        for (let count = 0; count < 4; count++) {
          const { title, html } = await setUp(server, link, new SoftAuthenticator(), '', forged)
          assert.equal(title, 'That did not work. Please try again. Set up a passkey')
          assert.match(html, /role="alert">/)
        }
        assert.ok(isOver(await setUp(server, link, new SoftAuthenticator(), '', forged)))
        assert.equal(await status(txId), 'FAILED')
        assert.deepEqual(await listOf(username), [])
      })

      it('several, with names of one line; the browser is told which are there', async () => {
        const { username } = await newUser(server)
        const names = ['My phone', '<b>Key</b> \u202e\nnext line', '', 'x'.repeat(200)]
        const ids: string[] = []
        for (const name of names) {
          const authenticator = new SoftAuthenticator()
          const { link } = await linkTo(server, username)
          const { excludeCredentials } = optionsOn(await see(server, link)) as { excludeCredentials: { id: string }[] }
          assert.deepEqual(excludeCredentials.map(({ id }) => id).sort(), ids.toSorted())
          assert.equal((await setUp(server, link, authenticator, name)).title, 'Passkey set up')
          ids.push(authenticator.id)
          server.advance(1_000)
        }
        const shown = (await listOf(username)).map((one) => one['name'])
        assert.deepEqual(shown, ['My phone', '<b>Key</b> next line', 'Passkey', 'x'.repeat(60)])
      })

      it('no more than twenty', async () => {
        const { username } = await newUser(server)
        for (let count = 0; count < 20; count++) await newPasskey(server, username)
        const { body } = await server.call('/auth/passkey-registration', { username })
        assert.deepEqual([body.status, body.message], ['FAILED', 'The user has too many passkeys. Remove one first.'])
      })

      it('one authenticator once: not for the same user again, and not for another', async () => {
        const [alice, bob] = [await newUser(server), await newUser(server)]
        const authenticator = await newPasskey(server, alice.username)
        for (const { username } of [alice, bob]) {
          const { link, txId } = await linkTo(server, username)
          const { title } = await setUp(server, link, authenticator)
          assert.equal(title, 'This one is set up already. Use another device or security key. Set up a passkey')
          assert.equal(await status(txId), 'IN_PROGRESS')
        }
        assert.equal((await listOf(bob.username)).length, 0)
      })

      it('sends the link to the user when asked to, and shows where masked', async () => {
        const { username } = await newUser(server)
        const { body, link } = await linkTo(server, username, { sendEmail: true, language: 'es' })
        const { contact, sendStatus } = body['emailDelivery'] as Record<string, string>
        assert.deepEqual([sendStatus, contact?.includes('xxx')], ['SUCCESS', true])
        const [mail] = await inbox(server.baseUrl, username)
        assert.match(mail?.subject ?? '', /configure una llave de acceso/)
        assert.ok(mail?.text.includes(link))
        assert.ok(mail?.html?.includes(`<a href="${link}"`))
        assert.equal((await setUp(server, link)).title, 'Passkey set up')
      })

      it('sends nothing unless asked to', async () => {
        const { username } = await newUser(server)
        const { body } = await linkTo(server, username)
        assert.ok(!('emailDelivery' in body))
        assert.deepEqual(await inbox(server.baseUrl, username), [])
      })

      it('is refused for whom there is not, who is disabled, and who has no address to send to', async () => {
        const call = (body: object) => server.call('/auth/passkey-registration', body)
        assert.equal((await call({ username: 'nobody-here' })).body.message, 'Invalid username or email.')
        await server.call('/admin/users/create', { username: 'without-address' })
        assert.match(String((await call({ username: 'without-address', sendEmail: true })).body.message), /no e-mail/)
        const { username } = await newUser(server)
        const { link } = await linkTo(server, username)
        await server.call('/admin/users/disable', { username })
        assert.equal((await call({ username })).body.message, 'This user is disabled.')
        assert.ok(isOver(await see(server, link)))
      })

      it('a captured request gets no second link', async () => {
        const { username } = await newUser(server)
        const options = { headers: sign({ customerKey: 11627, apiKey: 'an-api-key-of-the-tests' }, server.now()) }
        const ask = () =>
          post(server.baseUrl, '/moas/api/auth/passkey-registration', { username }, { ...options, signed: false })
        assert.equal((await ask()).body.status, 'SUCCESS')
        const again = await ask()
        assert.deepEqual([again.body.status, again.body['link']], ['ERROR', undefined])
      })
    })

    describe('signing in on the caller’s own page', () => {
      it('takes the options of challenge and the assertion for validate', async () => {
        const { username } = await newUser(server)
        const authenticator = await newPasskey(server, username)
        const { txId, publicKey } = await askForPasskey(server, username)
        const assertion = authenticator.get(publicKey, pageOf(server))
        const { body } = await validate(server, { txId, assertion })
        assert.deepEqual([body.status, body.txId, body['authType']], ['SUCCESS', txId, 'PASSKEY'])
        assert.equal(await status(txId), 'SUCCESS')
        const [{ lastUsedAt } = {}] = await listOf(username)
        assert.ok(Number(lastUsedAt) > server.now() - 60_000)
      })

      it('takes the assertion as a text, in either alphabet of base64, and without a txId when the user is named', async () => {
        const { username } = await newUser(server)
        const authenticator = await newPasskey(server, username)
        const one = await askForPasskey(server, username)
        const text = JSON.stringify(authenticator.get(one.publicKey, pageOf(server)))
        assert.equal((await validate(server, { customerKey, username, assertion: text })).body.status, 'SUCCESS')
        const two = await askForPasskey(server, username)
        const { id, response } = authenticator.get(two.publicKey, pageOf(server))
        const padded = Object.entries(response).map(([name, value]) => [
          name,
          value && Buffer.from(value, 'base64url').toString('base64'),
        ])
        const old = { id, response: Object.fromEntries(padded) }
        assert.equal((await validate(server, { txId: two.txId, assertion: old })).body.status, 'SUCCESS')
      })

      it('works once, also when many answer at once', async () => {
        const { username } = await newUser(server)
        const authenticator = await newPasskey(server, username)
        const { txId, publicKey } = await askForPasskey(server, username)
        const assertion = authenticator.get(publicKey, pageOf(server))
        const other = authenticator.get(publicKey, pageOf(server))
        const answers = await Promise.all(
          Array.from({ length: 10 }, (_, nth) => {
            server.advance(1)
            return validate(server, { txId, username, assertion: nth % 2 ? assertion : other })
          }),
        )
        assert.equal(answers.filter(({ body }) => body.status === 'SUCCESS').length, 1)
        assert.equal((await validate(server, { txId, assertion })).body.status, 'FAILED')
      })

      it('any of a user’s passkeys will do', async () => {
        const { username } = await newUser(server)
        const keys = [await newPasskey(server, username), await newPasskey(server, username)]
        for (const key of keys) {
          const { txId, publicKey } = await askForPasskey(server, username)
          const { allowCredentials } = publicKey as { allowCredentials: { id: string }[] }
          assert.deepEqual(allowCredentials.map(({ id }) => id).sort(), keys.map(({ id }) => id).sort())
          assert.equal(
            (await validate(server, { txId, assertion: key.get(publicKey, pageOf(server)) })).body.status,
            'SUCCESS',
          )
        }
      })

      it('the passkey of another user, or of another customer’s user, lets nobody in', async () => {
        const other = await customerWith(server)
        const [alice, bob] = [await newUser(server), await newUser(server)]
        await newPasskey(server, alice.username)
        const bobs = await newPasskey(server, bob.username)
        await server.call('/admin/users/create', { username: alice.username }, { key: other })
        const foreign = await newPasskey(server, alice.username, undefined, { key: other })
        const { txId, publicKey } = await askForPasskey(server, alice.username)
        for (const key of [bobs, foreign]) {
          const { body } = await validate(server, { txId, assertion: key.get(publicKey, pageOf(server)) })
          assert.deepEqual([body.status, body.message], ['FAILED', 'The passkey was not accepted. Please try again.'])
        }
        const asked = await askForPasskey(server, bob.username)
        const bobsAnswer = bobs.get(asked.publicKey, pageOf(server))
        for (const body of [
          { txId: asked.txId, username: alice.username, assertion: bobsAnswer },
          { customerKey, username: alice.username, assertion: bobsAnswer },
        ])
          assert.match(String((await validate(server, body)).body.message), /no such transaction/)
        const theirs = await validate(server, { txId: asked.txId, assertion: bobsAnswer }, { key: other })
        assert.match(String(theirs.body.message), /no such transaction/)
        assert.equal((await validate(server, { txId: asked.txId, assertion: bobsAnswer })).body.status, 'SUCCESS')
      })

      it('five wrong answers end it, ten lock the method, and an unlocked one works again', async () => {
        const { username } = await newUser(server)
        const authenticator = await newPasskey(server, username)
        const wrong = async () => {
          const { txId, publicKey } = await askForPasskey(server, username)
          const forged = { clientData: { origin: 'https://evil.example' } }
          const messages: unknown[] = []
          for (let count = 0; count < 6; count++) {
            server.advance(1)
            const assertion = authenticator.get(publicKey, pageOf(server), forged)
            messages.push((await validate(server, { txId, assertion })).body.message)
          }
          return { txId, messages }
        }
        const first = await wrong()
        assert.equal(first.messages.at(-1), 'Too many wrong answers. Call challenge again.')
        assert.equal(await status(first.txId), 'FAILED')
        assert.match(String((await wrong()).messages.at(-1)), /locked/)
        const { body } = await server.call('/auth/challenge', { customerKey, username, authType: 'PASSKEY' })
        assert.match(String(body.message), /locked for a while/)
        server.advance(31 * 60_000)
        const { txId, publicKey } = await askForPasskey(server, username)
        const assertion = authenticator.get(publicKey, pageOf(server))
        assert.equal((await validate(server, { txId, assertion })).body.status, 'SUCCESS')
      })

      it('is over after five minutes, and when it was asked again', async () => {
        const { username } = await newUser(server)
        const authenticator = await newPasskey(server, username)
        const older = await askForPasskey(server, username)
        const newer = await askForPasskey(server, username)
        const answerTo = ({ txId, publicKey }: typeof older) =>
          validate(server, { txId, assertion: authenticator.get(publicKey, pageOf(server)) })
        assert.match(String((await answerTo(older)).body.message), /replaced/)
        server.advance(300_000)
        assert.match(String((await answerTo(newer)).body.message), /expired/)
      })

      it('a code does not answer it, and an assertion answers no code', async () => {
        const { username } = await newUser(server)
        const authenticator = await newPasskey(server, username)
        const { txId, publicKey } = await askForPasskey(server, username)
        assert.match(String((await validate(server, { txId, token: '123456' })).body.message), /not answered by a code/)
        const { body } = await server.call('/auth/challenge', { customerKey, username, authType: 'EMAIL' })
        const assertion = authenticator.get(publicKey, pageOf(server))
        const wrongKind = await validate(server, { txId: body.txId, assertion })
        assert.match(String(wrongKind.body.message), /not answered by a passkey/)
        const both = await validate(server, { txId, assertion, token: '123456' })
        assert.match(String(both.body.message), /not both/)
        assert.equal((await validate(server, { txId, assertion })).body.status, 'SUCCESS')
      })

      it('an assertion does not answer a registration, whose end is no sign-in', async () => {
        const { username } = await newUser(server)
        const authenticator = await newPasskey(server, username)
        const { link, txId } = await linkTo(server, username)
        const { challenge, rp } = optionsOn(await see(server, link)) as { challenge: string; rp: { id: string } }
        const assertion = authenticator.get({ challenge, rpId: rp.id }, pageOf(server))
        assert.equal((await validate(server, { txId, username, assertion })).body.status, 'FAILED')
      })

      it('what cannot be read is said to be so and spends nothing', async () => {
        const { username } = await newUser(server)
        const authenticator = await newPasskey(server, username)
        const { txId, publicKey } = await askForPasskey(server, username)
        for (let count = 0; count < 8; count++) {
          server.advance(1)
          const { body } = await validate(server, { txId, assertion: '{"id":"AAAA"}' })
          assert.match(String(body.message), /cannot be read/)
        }
        assert.match(String((await validate(server, { txId })).body.message), /Missing: token/)
        const assertion = authenticator.get(publicKey, pageOf(server))
        assert.match(String((await validate(server, { assertion })).body.message), /Missing: txId or username/)
        assert.equal((await validate(server, { txId, assertion })).body.status, 'SUCCESS')
      })

      it('needs a passkey that was set up, by a user whom there is', async () => {
        const { username } = await newUser(server)
        const ask = (name: string) =>
          server.call('/auth/challenge', { customerKey, username: name, authType: 'passkey' })
        await linkTo(server, username)
        assert.equal((await ask(username)).body.message, 'The user has not set up this method.')
        assert.equal((await ask('nobody-at-all')).body.message, 'Invalid username or email.')
      })

      it('a repeated request gets the same transaction with the same options', async () => {
        const { username } = await newUser(server)
        await newPasskey(server, username)
        const headers = sign({ customerKey: 11627, apiKey: 'an-api-key-of-the-tests' }, server.now())
        const body = { customerKey, username, authType: 'PASSKEY' }
        const ask = () => post(server.baseUrl, '/moas/api/auth/challenge', body, { signed: false, headers })
        const [first, second] = [await ask(), await ask()]
        assert.equal(first.body.status, 'SUCCESS')
        assert.deepEqual(second.body, first.body)
      })
    })

    describe('signing in on our page', () => {
      it('takes the link of challenge, and the caller asks auth-status', async () => {
        const { username } = await newUser(server)
        const authenticator = await newPasskey(server, username)
        const { txId, promptUrl } = await askForPasskey(server, username, {
          transactionName: 'Pay <b>',
          ipAddress: '192.0.2.7',
        })
        const page = await see(server, promptUrl)
        assert.equal(page.title, 'Use your passkey')
        assert.ok(page.html.includes('Pay &lt;b&gt;') && page.html.includes('192.0.2.7'))
        assert.equal(await status(txId), 'IN_PROGRESS')
        const assertion = authenticator.get(optionsOn(page), pageOf(server))
        assert.equal((await send(server, promptUrl, assertion)).title, 'Accepted')
        assert.equal(await status(txId), 'SUCCESS')
        assert.ok(isOver(await see(server, promptUrl)))
        assert.ok(isOver(await send(server, promptUrl, assertion)))
      })

      it('says what did not work, and takes the right one after it', async () => {
        const { username } = await newUser(server)
        const authenticator = await newPasskey(server, username)
        const { txId, promptUrl } = await askForPasskey(server, username)
        const options = optionsOn(await see(server, promptUrl))
        const stranger = new SoftAuthenticator().get(options, pageOf(server))
        for (const junk of [stranger, {}, { id: 'AA' }])
          assert.equal(
            (await send(server, promptUrl, junk)).title,
            'That did not work. Please try again. Use your passkey',
          )
        assert.equal(await status(txId), 'IN_PROGRESS')
        assert.equal((await send(server, promptUrl, authenticator.get(options, pageOf(server)))).title, 'Accepted')
      })

      it('is safe: nothing foreign, no frame, no referrer, nothing kept, one script of our own', async () => {
        const { username } = await newUser(server)
        await newPasskey(server, username)
        const { promptUrl } = await askForPasskey(server, username)
        for (const link of [promptUrl, (await linkTo(server, username)).link]) {
          const { headers, html } = await see(server, link)
          assert.equal(
            headers.get('content-security-policy'),
            "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
          )
          assert.deepEqual(
            ['x-frame-options', 'referrer-policy', 'cache-control', 'x-content-type-options'].map((n) =>
              headers.get(n),
            ),
            ['DENY', 'no-referrer', 'no-store', 'nosniff'],
          )
          assert.equal(html.match(/<script/g)?.length, 1)
          assert.doesNotMatch(html, /(src|href)="https?:|style=|\son[a-z]+=/)
        }
      })

      it('is no link to accept or deny, and those are none to it', async () => {
        const { username } = await newUser(server)
        await newPasskey(server, username)
        const { promptUrl } = await askForPasskey(server, username)
        assert.ok(isOver(await see(server, promptUrl.replace('/passkey/', '/link/'))))
        for (const path of ['/passkey', '/passkey/', '/passkey/a', '/passkey/a/b', '/passkey/a/b/c'])
          assert.ok(isOver(await open(server.baseUrl + path)), path)
      })
    })

    describe('a counter that does not grow', () => {
      it('is refused as copied, also at the next try; the user is told and the audit says so', async () => {
        const { username } = await newUser(server)
        const authenticator = await newPasskey(server, username)
        const answerWith = async (signCount: number) => {
          const { txId, publicKey } = await askForPasskey(server, username)
          const assertion = authenticator.get(publicKey, pageOf(server), { signCount })
          return (await validate(server, { txId, assertion })).body.status
        }
        assert.equal(await answerWith(9), 'SUCCESS')
        for (const signCount of [9, 8, 1, 0]) assert.equal(await answerWith(signCount), 'FAILED', String(signCount))
        assert.equal(await answerWith(10), 'SUCCESS')
        const told = 'refused because somebody may have copied it'
        assert.ok(await eventually(async () => (await noticesTo(username)).some((s) => s?.includes(told))))
        const used = (await auditOf()).filter(({ method, outcome }) => method === 'passkey' && outcome === 'used')
        assert.ok(used.length >= 4)
      })

      it('of zero is fine for an authenticator that never counts', async () => {
        const { username } = await newUser(server)
        const authenticator = await newPasskey(server, username, new SoftAuthenticator({ counts: false }))
        for (let count = 0; count < 4; count++) {
          const { txId, publicKey } = await askForPasskey(server, username)
          const assertion = authenticator.get(publicKey, pageOf(server))
          assert.equal((await validate(server, { txId, assertion })).body.status, 'SUCCESS')
        }
      })
    })

    describe('removing one', () => {
      it('ends it at once, also for a question that is open; the others stay and the user is told', async () => {
        const { username } = await newUser(server)
        const lost = await newPasskey(server, username)
        server.advance(1_000)
        const kept = await newPasskey(server, username)
        const asked = await askForPasskey(server, username)
        const [first] = await listOf(username)
        const removed = await server.call('/auth/passkey-removal', { username, passkeyId: first?.['passkeyId'] })
        assert.equal(removed.body.status, 'SUCCESS')
        assert.equal((await listOf(username)).length, 1)
        for (const [key, expected] of [
          [lost, 'FAILED'],
          [kept, 'SUCCESS'],
        ] as const) {
          const assertion = key.get(asked.publicKey, pageOf(server))
          assert.equal((await validate(server, { txId: asked.txId, assertion })).body.status, expected)
        }
        assert.ok(
          await eventually(async () => (await noticesTo(username)).some((s) => s?.includes('A passkey was removed'))),
        )
        const row = (await auditOf()).find(({ outcome }) => outcome === 'removed')
        assert.deepEqual(JSON.parse(String(row?.['detail'])), { passkeyId: first?.['passkeyId'] })
      })

      it('takes the user it belongs to', async () => {
        const [alice, bob] = [await newUser(server), await newUser(server)]
        await newPasskey(server, alice.username)
        const [{ passkeyId } = {}] = await listOf(alice.username)
        const remove = async (username: string, id: unknown, key?: Key) =>
          (await server.call('/auth/passkey-removal', { username, passkeyId: id }, key ? { key } : {})).body.message
        assert.equal(await remove(bob.username, passkeyId), 'The user has no such passkey.')
        assert.equal(await remove(alice.username, 'x'), 'The user has no such passkey.')
        assert.equal(await remove('nobody-here', passkeyId), 'Invalid username or email.')
        assert.equal(await remove(alice.username, passkeyId, await customerWith(server)), 'Invalid username or email.')
        assert.equal((await listOf(alice.username)).length, 1)
      })
    })

    it('leave nothing in the database that opens a link or answers a question', async () => {
      const { username } = await newUser(server)
      const authenticator = await newPasskey(server, username)
      const { publicKey, promptUrl, txId } = await askForPasskey(server, username)
      const { link } = await linkTo(server, username)
      const rows = Object.values(await dump(raw)).flat()
      const all = rows.flatMap((row) =>
        Object.values(row).map((value) =>
          typeof value === 'object' && value ? Buffer.from(value).toString('latin1') : String(value),
        ),
      )
      const kept = all.join('\n')
      assert.ok(kept.includes(txId), 'what is not secret is found')
      const { challenge } = publicKey as { challenge: string }
      for (const secret of [challenge, authenticator.id, promptUrl.split('/').at(-1), link.split('/').at(-1)]) {
        const bytes = Buffer.from(secret ?? '', 'base64url')
        assert.ok(bytes.length >= 16)
        for (const spelled of [secret ?? '', bytes.toString('hex'), bytes.toString('latin1'), bytes.toString('base64')])
          assert.ok(!kept.includes(spelled), spelled)
      }
    })

    describe('settings', () => {
      it('bind passkeys to a domain of the customer, and let his own pages ask', async () => {
        const origins = 'https://login.example.com,https://shop.example.com'
        const key = await customerWith(server, { passkeyRpId: 'example.com', passkeyOrigins: origins })
        await server.call('/admin/users/create', { username: 'carol@example.com' }, { key })
        const authenticator = await newPasskey(server, 'carol@example.com', undefined, { key })
        const { txId, publicKey } = await askForPasskey(server, 'carol@example.com', {}, { key })
        assert.equal((publicKey as { rpId: string }).rpId, 'example.com')
        const from = (origin: string) =>
          validate(server, { txId, assertion: authenticator.get(publicKey, { origin }) }, { key })
        assert.equal((await from('https://example.com')).body.status, 'FAILED')
        assert.equal((await from('https://shop.example.com')).body.status, 'SUCCESS')
      })

      it('let pages of other domains ask, and list them for browsers where it is clear whose they are', async () => {
        const elsewhere = 'https://shop.example.net'
        const settings = { passkeyRpId: 'example.com', passkeyOrigins: `https://login.example.com,${elsewhere}` }
        const key = await customerWith(server, settings)
        await server.call('/admin/users/create', { username: 'erin@example.com' }, { key })
        const authenticator = await newPasskey(server, 'erin@example.com', undefined, { key })
        const { txId, publicKey } = await askForPasskey(server, 'erin@example.com', {}, { key })
        const assertion = authenticator.get(publicKey, { origin: elsewhere })
        assert.equal((await validate(server, { txId, assertion }, { key })).body.status, 'SUCCESS')
        const list = (query: string) => fetch(`${server.baseUrl}/.well-known/webauthn${query}`)
        const listed = await list(`?customer=${key.customerKey}`)
        assert.match(listed.headers.get('content-type') ?? '', /^application\/json/)
        assert.deepEqual(await listed.json(), { origins: [elsewhere] })
        for (const query of [
          '',
          `?customer=${testKey.customerKey}`,
          '?customer=999',
          '?customer=x',
          '?customer=1&customer=2',
        ])
          assert.equal((await list(query)).status, 404, query)
      })

      it('require that the authenticator recognises its user, when it is set up and when it signs in', async () => {
        const key = await customerWith(server, { passkeyVerification: 'required' })
        await server.call('/admin/users/create', { username: 'dave@example.com' }, { key })
        const { link } = await linkTo(server, 'dave@example.com', {}, { key })
        const options = optionsOn(await see(server, link)) as { authenticatorSelection: { userVerification: string } }
        assert.equal(options.authenticatorSelection.userVerification, 'required')
        assert.match((await setUp(server, link, new SoftAuthenticator({ flags: 0 }))).title, /did not work/)
        const authenticator = new SoftAuthenticator()
        assert.equal((await setUp(server, link, authenticator)).title, 'Passkey set up')
        const { txId, publicKey } = await askForPasskey(server, 'dave@example.com', {}, { key })
        const answerWith = (clear: number) =>
          validate(server, { txId, assertion: authenticator.get(publicKey, pageOf(server), { clear }) }, { key })
        assert.equal((await answerWith(0x04)).body.status, 'FAILED')
        assert.equal((await answerWith(0)).body.status, 'SUCCESS')
      })
    })

    it('another vendor asks and judges by two functions, in its own word', async () => {
      const { username } = await newUser(server)
      const authenticator = await newPasskey(server, username)
      const { store } = server.assembled
      const customer = await store.read.customers.find(11627)
      assert.ok(customer)
      const engine: Engine = {
        store,
        customer: async () => customer,
        app: async () => undefined,
        outbox: { leaseMs: 1_000, send: async () => [] },
        doorbell: { ring: () => undefined, listen: () => () => undefined },
        clock: server.now,
        baseUrl: server.baseUrl,
        observe: () => undefined,
        networkOf: () => noNetwork,
        policies: async () => new Map(),
        selfService: async () => ({
          maySignUp: false,
          maySignIn: false,
          isForStrangers: false,
          signUpsPerDay: 0,
          supportEmail: null,
        }),
        voices: { engine: 'none', isReplayChecked: false, hold: () => Promise.reject(new Error('nobody listens')) },
      }
      const who = { customer, username, request: null, requestId: 'r' }
      const begun = await beginAssertion(engine, { ...who, label: 'FIDO', transactionName: null, origin: null })
      assert.ok(begun.ok && begun.passkey)
      assert.equal(begun.label, 'FIDO')
      const assertion = readAssertion(authenticator.get(begun.passkey.publicKey, pageOf(server)))
      assert.ok(assertion)
      const stranger = await newUser(server)
      const judged = [
        await judgeAssertion(engine, { ...who, username: stranger.username, assertion }),
        await judgeAssertion(engine, { ...who, assertion: { ...assertion, clientDataJSON: 'e30' } }),
        await judgeAssertion(engine, { ...who, assertion }),
        await judgeAssertion(engine, { ...who, assertion }),
      ]
      assert.deepEqual(
        judged.map((one) => (one.ok ? 'accepted' : one.reason)),
        ['unknown-challenge', 'unknown-challenge', 'accepted', 'used'],
      )
    })
  })
}

describe('passkeys at a base URL that is an address', () => {
  it('are refused with a sentence, not handed out broken', async (test) => {
    const server = await startServer('SQLite', { COUNTERSIGN_BASE_URL: 'http://192.0.2.1:8080' })
    test.after(() => server.close())
    const { port } = server.assembled.app.server.address() as AddressInfo // listening on TCP
    const call = (path: string, body: object) => {
      server.advance(1)
      return post(`http://127.0.0.1:${port}`, `/moas/api${path}`, body, { timestamp: server.now() })
    }
    await call('/admin/users/create', { username: 'alice' })
    const { body } = await call('/auth/passkey-registration', { username: 'alice' })
    assert.equal(body.status, 'ERROR')
    assert.match(String(body.message), /Passkeys belong to a domain/)
  })
})
