import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { adminOf, type ConsoleClient } from '../support/console.ts'
import { databaseNames } from '../support/databases.ts'
import { startServer, type TestServer } from '../support/server.ts'

for (const name of databaseNames) {
  describe(`a long list of users in the console (${name})`, () => {
    let server: TestServer
    let client: ConsoleClient
    before(async () => {
      server = await startServer(name)
      client = (await adminOf(server, 'owner')).client
    })
    after(() => server.close())

    it('is taken while others sign in, and the log counts everybody once', async () => {
      const csv = `username\n${Array.from({ length: 3_000 }, (_, index) => `long-${index}`).join('\n')}`
      let isImported = false
      const importing = client.do('users.import', { body: { csv, isDryRun: false } }).finally(() => {
        isImported = true
      })
      const asked = { customerKey: '11627', phone: '+12125550177', authType: 'SMS' }
      assert.equal((await server.call('/auth/challenge', asked)).body.status, 'SUCCESS')
      assert.equal(isImported, false, 'the question waited for the end of the import')
      assert.equal((await importing).added, 3_000)
      const { items } = await client.do('activity.list', { query: { kind: 'user', outcome: 'imported', limit: 200 } })
      const counted = items.map(({ text }) => Number(/: (\d+) new, 0 changed, 0 left out\.$/.exec(text)?.[1]))
      assert.equal(
        counted.reduce((sum, count) => sum + count, 0),
        3_000,
      )
    })
  })
}
