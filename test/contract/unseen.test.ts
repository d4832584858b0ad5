import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { CallName, Given } from '../../contract/console.ts'
import { type ConsoleClient, owner } from '../support/console.ts'
import { databaseNames } from '../support/databases.ts'
import { startServer, type TestServer } from '../support/server.ts'

const nul = '\u0000'

/** Texts that are looked for or kept; PostgreSQL takes none with U+0000. */
const given: { readonly [Name in CallName]?: Given<Name> } = {
  'users.list': { query: { q: nul } },
  'groups.list': { query: { q: nul } },
  'tokens.list': { query: { q: nul } },
  'activity.list': { query: { requestId: nul } },
  'users.look': { params: { id: nul } },
  'users.add': { body: { username: `a${nul}b` } },
  'apps.add': { body: { name: nul, signatureOrder: 'node', trustedAddresses: [], factors: 1 } },
  'tokens.assign': { params: { serial: 'x' }, body: { reason: 'as it is', username: nul } },
  'groups.changeMembers': { params: { id: '1' }, body: { add: [nul], remove: [] } },
}

for (const name of databaseNames) {
  describe(`characters that nobody sees (${name})`, () => {
    let server: TestServer
    let client: ConsoleClient
    before(async () => {
      server = await startServer(name)
      client = await owner(server)
    })
    after(() => server.close())

    it('U+0000 is refused by the console', async () => {
      for (const [call, body] of Object.entries(given) as unknown as [CallName, undefined][]) {
        const { code } = await client.call(call, body)
        assert.ok(code >= 400 && code < 500, `${call} answered ${code}`)
      }
    })

    it('U+0000 finds nobody on the pages of users', async () => {
      const headers = { 'sec-fetch-site': 'same-origin' }
      for (const method of ['time-code', 'recovery-code']) {
        const body = new URLSearchParams({ customer: '11627', username: nul, method, code: nul })
        assert.equal((await fetch(`${server.baseUrl}/me/code`, { method: 'POST', headers, body })).status, 200)
      }
      assert.equal((await fetch(`${server.baseUrl}/link/%00/x`)).status, 400)
    })

    it('line breaks and directions of writing are in no name', async () => {
      for (const text of ['a\nb', 'a\u202eb'])
        for (const body of [{ username: text }, { username: 'seen', firstName: text }]) {
          const { code, body: said } = await client.call('users.add', { body })
          assert.deepEqual([code, /has characters that nobody sees/.test(said.message ?? '')], [422, true])
        }
    })
  })
}
