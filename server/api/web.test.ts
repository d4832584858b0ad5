import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import Fastify, { type FastifyInstance } from 'fastify'
import { webApp } from './web.ts'

describe('a web app', () => {
  const folder = mkdtempSync(join(tmpdir(), 'web-app-'))
  const script = 'console.log(1)\n'.repeat(100)
  let app: FastifyInstance

  before(async () => {
    mkdirSync(join(folder, 'assets'))
    writeFileSync(join(folder, 'index.html'), '<p>first page')
    writeFileSync(join(folder, 'assets', 'main-1a2b.js'), script)
    writeFileSync(join(folder, 'assets', 'main-1a2b.js.gz'), gzipSync(script))
    app = Fastify({ routerOptions: { ignoreTrailingSlash: true } })
    await app.register(webApp({ path: '/app', folder }))
  })
  after(async () => {
    await app.close()
    rmSync(folder, { recursive: true })
  })

  it('has its first page at its folder, where a service worker may speak for it', async () => {
    const bare = await app.inject('/app?code=1')
    assert.equal(bare.statusCode, 302)
    assert.equal(bare.headers.location, '/app/?code=1')
    const page = await app.inject('/app/')
    assert.equal(page.body, '<p>first page')
    assert.equal(page.headers['cache-control'], 'no-cache')
    assert.match(String(page.headers['content-security-policy']), /script-src 'self';.*frame-ancestors 'none'/)
  })

  it('answers its own addresses with the first page, and missing files with 404', async () => {
    assert.equal((await app.inject('/app/users/3')).body, '<p>first page')
    const missing = await app.inject('/app/assets/gone.js')
    assert.equal(missing.statusCode, 404)
    assert.match(String(missing.headers['content-type']), /^text\/plain/)
    assert.equal((await app.inject({ method: 'POST', url: '/app/users/3' })).statusCode, 404)
  })

  it('lets browsers keep what carries a digest in its name, compressed beforehand', async () => {
    const headers = { 'accept-encoding': 'gzip' }
    const answer = await app.inject({ url: '/app/assets/main-1a2b.js', headers })
    assert.equal(answer.headers['content-encoding'], 'gzip')
    assert.equal(gunzipSync(answer.rawPayload).toString(), script)
    assert.match(String(answer.headers['cache-control']), /immutable/)
    assert.equal((await app.inject('/app/assets/main-1a2b.js')).body, script)
  })

  it('serves nothing from outside its folder', async () => {
    const secret = `${folder}.secret`
    writeFileSync(secret, 'a secret beside it')
    const name = basename(secret)
    for (const url of [`/app/../${name}`, `/app/%2e%2e/${name}`, `/app/..%2f${name}`, `/app/assets/..%5c..%5c${name}`])
      assert.doesNotMatch((await app.inject(url)).body, /secret beside/, url)
    rmSync(secret)
  })
})
