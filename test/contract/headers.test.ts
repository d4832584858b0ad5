import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { startServer, type TestServer } from '../support/server.ts'

const strict = 'strict-transport-security'

describe('the headers of every answer', () => {
  let production: TestServer
  let development: TestServer
  before(async () => {
    production = await startServer('SQLite', {
      COUNTERSIGN_MODE: 'production',
      COUNTERSIGN_BASE_URL: 'https://mfa.example.com',
      COUNTERSIGN_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
    })
    development = await startServer()
  })
  after(() => Promise.all([production.close(), development.close()]))

  const calls = [
    'POST /moas/api/auth/google-auth-secret',
    'POST /moas/rest/customer/key',
    'POST /v2/CentagateWS/webresources/auth/authSmsOtp',
    'POST /api/risk/redeem',
    'GET /api/console/session',
    'GET /api/device/v1/server',
    'GET /me',
    'GET /link/a/b',
    'GET /openapi.json',
    'GET /no/such/call',
  ]
  for (const call of calls)
    it(`${call}: nothing keeps it or guesses its type, and in production browsers stay with https`, async () => {
      const [method, url] = call.split(' ') as ['GET' | 'POST', string]
      const asked = { method, url, ...(method === 'POST' ? { payload: {} } : {}) }
      const { headers } = await production.assembled.app.inject(asked)
      assert.equal(headers['cache-control'], 'no-store')
      assert.equal(headers['x-content-type-options'], 'nosniff')
      assert.equal(headers[strict], 'max-age=31536000')
      assert.equal((await development.assembled.app.inject(asked)).headers[strict], undefined)
    })

  it('files that may be kept say for how long', async () => {
    for (const url of ['/js/miniorange-fp.js', '/favicon.svg']) {
      const { headers } = await production.assembled.app.inject({ url })
      assert.match(String(headers['cache-control']), /^public, max-age=\d+$/, url)
    }
  })
})
