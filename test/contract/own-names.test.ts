import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { testKey } from '../support/caller.ts'
import { startServer, type TestServer } from '../support/server.ts'

const baseUrl = 'https://mfa.example.com'

let server: TestServer
before(async () => {
  server = await startServer('SQLite', { COUNTERSIGN_BASE_URL: baseUrl })
})
after(() => server.close())

const look = async (url: string, host: string) => server.assembled.app.inject({ url, headers: { host } })

describe('pages that show keys and messages in development', () => {
  const pages = ['/docs', '/docs/', '/dev/inbox', '/dev/inbox.json', '/dev/requests', '/dev/requests.json', '/demo']

  for (const host of ['evil.example', 'EVIL.example:8080', '127.0.0.1.evil.example', 'localhost.evil.example', 'a@b c'])
    it(`are not opened at ${host}, a name that a site of the internet can lead here`, async () => {
      for (const page of pages) {
        const { statusCode, body } = await look(page, host)
        assert.equal(statusCode, 403, page)
        assert.ok(!body.includes(testKey.apiKey), page)
        assert.match(body, /COUNTERSIGN_BASE_URL/)
      }
      const step = {
        method: 'POST',
        url: '/demo/user',
        headers: { host },
        payload: { username: 'demo-abcd@example.com' },
      }
      assert.equal((await server.assembled.app.inject({ ...step, method: 'POST' })).statusCode, 403)
    })

  const own = [
    '127.0.0.1:8080',
    '[::1]:8080',
    '192.168.1.20',
    'localhost:8080',
    'countersign:8080',
    'laptop.local',
    'MFA.example.com',
  ]
  for (const host of own)
    it(`are at ${host}`, async () => {
      for (const page of pages) assert.equal((await look(page, host)).statusCode, 200, page)
    })

  it('and calls are answered under every name', async () => {
    const headers = { host: 'evil.example' }
    for (const url of ['/healthz', '/openapi.json']) {
      const { statusCode } = await server.assembled.app.inject({ url, headers })
      assert.equal(statusCode, 200, url)
    }
  })
})
