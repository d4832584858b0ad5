import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { adminOf, type ConsoleClient } from '../support/console.ts'
import { databaseNames } from '../support/databases.ts'
import { startServer, type TestServer } from '../support/server.ts'

for (const name of databaseNames) {
  describe(`people in the console (${name})`, () => {
    let server: TestServer
    let client: ConsoleClient
    let helpdesk: ConsoleClient
    before(async () => {
      server = await startServer(name)
      client = (await adminOf(server, 'owner')).client
      helpdesk = (await adminOf(server, 'helpdesk', 11627)).client
    })
    after(() => server.close())

    const named = async (q: string) =>
      (await client.do('users.list', { query: { q } })).items.map(({ username }) => username)

    it('finds users by the beginning of their names, and by whole contacts in any spelling', async () => {
      const fields = {
        firstName: 'Ángela',
        lastName: 'Zimmer',
        phone: '+1 (212) 555-0134',
        email: 'Angela.Z@Example.com',
      }
      const user = await client.do('users.add', { body: { username: 'Azimmer', ...fields } })
      assert.equal(user.phone, '+12125550134')
      for (const q of ['azim', 'AZIMMER', 'zimm', 'ánge', '2125550134', '+12125550134', 'angela.z@EXAMPLE.com'])
        assert.deepEqual(await named(q), ['Azimmer'], q)
      for (const q of ['immer', '555013', 'angela.z@', 'azimmer2', '%', '_']) assert.deepEqual(await named(q), [], q)
      await client.do('users.change', {
        params: { id: user.id },
        body: { reason: 'moved house', phone: '+12125550199', lastName: 'Young' },
      })
      assert.deepEqual(await named('zimm'), [])
      assert.deepEqual(await named('+12125550199'), ['Azimmer'])
      assert.deepEqual(await named('+12125550134'), [])
    })

    it('an added user is shown whoever else is called like him; contacts change and go, and the username stays', async () => {
      await client.do('users.add', { body: { username: 'aaron', firstName: 'Quentin' } })
      const { id, username } = await client.do('users.add', {
        body: { username: 'quent', email: 'q@example.com', phone: '+12125550122' },
      })
      assert.equal(username, 'quent')
      const change = (body: { email?: string; phone?: string }) =>
        client.do('users.change', { params: { id }, body: { reason: 'he asked for it', ...body } })
      const other = await change({ email: 'other@example.com' })
      assert.deepEqual([other.username, other.email, other.phone], ['quent', 'other@example.com', '+12125550122'])
      const without = await change({ phone: '' })
      assert.deepEqual([without.email, without.phone], ['other@example.com', null])
      assert.deepEqual(await named('+12125550122'), [])
    })

    it('pages a list and states its total', async () => {
      const csv = [
        'username,email',
        ...Array.from({ length: 30 }, (_, index) => `page-${String(index).padStart(2, '0')},`),
      ]
      await client.do('users.import', { body: { csv: csv.join('\n'), isDryRun: false } })
      const page = await client.do('users.list', { query: { q: 'page-', offset: 20, limit: 5 } })
      assert.deepEqual(
        page.items.map(({ username }) => username),
        ['page-20', 'page-21', 'page-22', 'page-23', 'page-24'],
      )
      assert.equal(page.total, 30)
      assert.equal(page.isTotalExact, true)
    })

    it('a dry run tells what an import would do, and does nothing', async () => {
      const csv =
        'username;email;phone\r\n"new, one";new@example.com;\r\nnew2;broken;\r\n"new2";;\r\nAzimmer;;+12125550111\r\n'
      const told = await client.do('users.import', { body: { csv, isDryRun: true } })
      assert.deepEqual([told.added, told.changed, told.wrong], [1, 1, 2])
      assert.match(told.rows[0]?.problem ?? '', /e-mail/)
      assert.deepEqual(await named('new,'), [])
      const done = await client.do('users.import', { body: { csv, isDryRun: false } })
      assert.deepEqual({ ...done, isDryRun: true }, told)
      assert.deepEqual(await named('new,'), ['new, one'])
      assert.equal((await client.call('users.import', { body: { csv: 'name\nx', isDryRun: true } })).body.field, 'csv')
    })

    it('the timeline says why somebody was asked and why he was refused', async () => {
      const user = await client.do('users.add', { body: { username: 'why@example.com', phone: '+12125550155' } })
      const asked = await server.call('/auth/challenge', {
        customerKey: '11627',
        username: 'why@example.com',
        authType: 'SMS',
        transactionName: 'Payroll',
      })
      await server.call('/auth/validate', { txId: asked.body.txId, token: '000000' })
      const code = await server.codeFor('+12125550155')
      await server.call('/auth/validate', { txId: asked.body.txId, token: code })
      await server.call('/auth/validate', { txId: asked.body.txId, token: code })
      const { items } = await client.do('users.timeline', { params: { id: user.id }, query: {} })
      const said = items.map(({ text, why }) => `${text} ${why ?? ''}`.trim()).reverse()
      assert.match(said[0] ?? '', /was created by owner/)
      assert.match(said[1] ?? '', /Asked for a code by message for "Payroll"\. Because an app asked for it/)
      assert.match(said[2] ?? '', /Refused a code by message\. The answer was wrong/)
      assert.match(said[3] ?? '', /Signed in with a code by message/)
      assert.match(said[4] ?? '', /Refused a code by message\. The question had been answered already/)
    })

    it('a lock is shown, its reason is told, and the help desk opens it with a reason', async () => {
      const user = await client.do('users.add', { body: { username: 'locked@example.com', phone: '+12125550166' } })
      for (let round = 0; round < 2; round++) {
        const asked = await server.call('/auth/challenge', {
          customerKey: '11627',
          username: user.username,
          authType: 'SMS',
        })
        for (let count = 0; count < 5; count++)
          await server.call('/auth/validate', { txId: asked.body.txId, token: `00000${count}` })
      }
      await server.call('/auth/challenge', { customerKey: '11627', username: user.username, authType: 'SMS' })
      const look = await helpdesk.do('users.look', { params: { id: user.id } })
      assert.equal(look.isLocked, true)
      assert.equal(look.locks[0]?.failures, 10)
      const { items: locked } = await helpdesk.do('users.list', { query: { state: 'locked' } })
      assert.deepEqual(
        locked.map(({ username }) => username),
        [user.username],
      )
      const { items } = await helpdesk.do('users.timeline', { params: { id: user.id }, query: { limit: 1 } })
      assert.match(`${items[0]?.text} ${items[0]?.why}`, /Was not asked .* locked after too many wrong answers/)
      const act = { params: { id: user.id }, body: { act: 'unlock', reason: 'called from his desk' } } as const
      assert.equal((await helpdesk.call('users.act', { ...act, body: { act: 'unlock' } as never })).code, 422)
      const done = await helpdesk.do('users.act', act)
      assert.equal(done.user?.isLocked, false)
      const after_ = await helpdesk.do('users.timeline', { params: { id: user.id }, query: { limit: 1 } })
      assert.match(after_.items[0]?.text ?? '', /opened by helpdesk/)
      assert.match(after_.items[0]?.why ?? '', /called from his desk/)
    })

    it('a temporary code signs in once', async () => {
      const user = await client.do('users.add', { body: { username: 'helped@example.com' } })
      const body = { act: 'temporary-code', reason: 'lost his phone' } as const
      const { code } = await helpdesk.do('users.act', { params: { id: user.id }, body })
      const validate = () =>
        server.call('/auth/validate', {
          customerKey: '11627',
          username: user.username,
          token: code,
          authType: 'RECOVERY CODE',
        })
      assert.equal((await validate()).body.status, 'SUCCESS')
      assert.notEqual((await validate()).body.status, 'SUCCESS')
      const { items } = await helpdesk.do('users.timeline', { params: { id: user.id }, query: { limit: 10 } })
      const line = items.find(({ text }) => /^A temporary code was made by helpdesk/.test(text))
      assert.match(line?.why ?? '', /lost his phone/)
      assert.ok(!JSON.stringify(items).includes(code ?? 'none'))
      for (const hours of [0.5, 25, -1])
        assert.equal((await client.call('users.act', { params: { id: user.id }, body: { ...body, hours } })).code, 422)
    })

    it('nothing is set up for a user whose groups do not allow it', async () => {
      const { id, username, allowed: all } = await client.do('users.add', { body: { username: 'limited@example.com' } })
      assert.equal(all, null)
      const { id: group } = await client.do('groups.save', { body: { name: 'Limited', methods: ['push'] } })
      const body = { add: [username], remove: [] }
      await client.do('groups.changeMembers', { params: { id: String(group) }, body })
      const { allowed } = await helpdesk.do('users.look', { params: { id } })
      assert.deepEqual(allowed, ['push'], 'the page knows before it offers anything')
      const reason = 'lost everything'
      const code = await helpdesk.call('users.act', { params: { id }, body: { act: 'temporary-code', reason } })
      assert.deepEqual([code.code, /allow him no recovery codes/.test(code.body.message ?? '')], [422, true])
      const invited = await client.call('users.invitePasskey', { params: { id }, body: { reason, send: false } })
      assert.deepEqual([invited.code, invited.body.message], [422, 'The groups of this user allow him no passkey.'])
      const { credentials } = server.assembled.store.read
      assert.deepEqual(await credentials.overview(11627, [id]), [])
    })

    it('a user who is erased is gone, and what happened stays without his name', async () => {
      const user = await client.do('users.add', { body: { username: 'erased@example.com', phone: '+12125550177' } })
      const erase = (username: string) =>
        client.call('users.erase', { params: { id: user.id }, body: { reason: 'asked for it', username } })
      assert.equal(
        (
          await helpdesk.call('users.erase', {
            params: { id: user.id },
            body: { reason: 'x'.repeat(5), username: 'x' },
          })
        ).body.code,
        'not-allowed',
      )
      assert.equal((await erase('somebody-else')).code, 422)
      assert.equal((await erase(user.username)).code, 200)
      assert.deepEqual(await named('erased@'), [])
      const rows = await server.assembled.store.read.audit.list(11627, { subjects: [user.id], limit: 10 })
      assert.equal(rows[0]?.outcome, 'deleted')
      assert.ok(rows.every(({ detail }) => !`${detail}`.includes('erased@') && !`${detail}`.includes('550177')))
    })

    it('activity is searched, followed and exported', async () => {
      const { items } = await client.do('activity.list', { query: { kind: 'answer', outcome: 'wrong', limit: 3 } })
      assert.equal(items.length, 3)
      assert.ok(items.every(({ outcome, user }) => outcome === 'wrong' && user))
      const newest = (await client.do('activity.list', { query: { limit: 1 } })).items[0]?.id ?? 0
      await client.do('users.add', { body: { username: '=cmd()' } })
      const since = await client.do('activity.list', { query: { after: newest } })
      assert.deepEqual(
        since.items.map(({ kind }) => kind),
        ['user'],
      )
      const said = await client.call('activity.export', { query: { format: 'csv', after: newest } })
      assert.match(said.headers.get('content-disposition') ?? '', /activity-11627\.csv/)
      assert.match(String(said.body), /,'=cmd\(\),/)
      const audit = await client.do('activity.audit')
      assert.equal(audit.isWhole, true)
      const reports = await client.do('activity.reports', { query: { days: 7 } })
      assert.equal(reports.byDay.length, 7)
      assert.ok(reports.methodMix.some(({ method, asked }) => method === 'message-code' && asked > 0))
      const home = await client.do('home.look')
      assert.equal(home.today.byHour.length, 24)
    })

    it('an API key is rotated with grace: both sign, until the old one ends', async () => {
      const { apiKey, state } = await client.do('keys.rotate', { body: { graceMinutes: 10 } })
      assert.ok(state.oldKeyUntilMs)
      await new Promise((resolve) => setTimeout(resolve, 1_100)) // servers follow within a second
      const look = (key?: { customerKey: number; apiKey: string }) =>
        server.call(
          '/auth/challenge',
          { customerKey: '11627', username: 'why@example.com', authType: 'EMAIL' },
          key ? { key } : {},
        )
      assert.equal((await look()).body.status, 'SUCCESS', 'the old key')
      assert.equal((await look({ customerKey: 11627, apiKey })).body.status, 'SUCCESS', 'the new key')
      server.advance(11 * 60_000)
      assert.notEqual((await look()).body.status, 'SUCCESS', 'the old key, later')
    })
  })
}
