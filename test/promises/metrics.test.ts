import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startServer } from '../support/server.ts'

describe('/metrics', () => {
  it('answers this machine, and nobody whom a proxy brings from the internet', async () => {
    const [bare, behindProxy] = await Promise.all([
      startServer(),
      startServer('SQLite', { COUNTERSIGN_TRUSTED_PROXIES: '127.0.0.1' }),
    ])
    const look = (server: typeof bare, forwardedFor?: string) =>
      fetch(`${server.baseUrl}/metrics`, forwardedFor ? { headers: { 'x-forwarded-for': forwardedFor } } : {})
    try {
      for (const server of [bare, behindProxy]) assert.match(await (await look(server)).text(), /^# HELP /)
      const refused = await look(bare, '10.0.0.1')
      assert.equal(refused.status, 403)
      assert.match(await refused.text(), /this machine and private networks/)
      assert.equal((await look(behindProxy, '203.0.113.7')).status, 403)
      assert.equal(
        (await look(behindProxy, '10.0.0.1, 203.0.113.7')).status,
        403,
        'what a client writes before the proxy',
      )
      assert.equal((await look(behindProxy, '10.0.0.1')).status, 200)
      assert.equal(
        (await fetch(`${behindProxy.baseUrl}/healthz`, { headers: { 'x-forwarded-for': '8.8.8.8' } })).status,
        200,
      )
    } finally {
      await Promise.all([bare.close(), behindProxy.close()])
    }
  })
})
