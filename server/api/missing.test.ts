import assert from 'node:assert/strict'
import { it } from 'node:test'
import Fastify from 'fastify'
import { answerMissing } from './missing.ts'

const app = Fastify()
app.setNotFoundHandler((request, reply) => answerMissing(request, reply, { status: 'FAILED' }))
const ask = (method: 'GET' | 'POST', headers: Record<string, string>) =>
  app.inject({ method, url: '/nothing', headers })

it('where nothing is, a browser gets a page in its language, and clients what they read', async () => {
  const page = await ask('GET', { accept: 'text/html,application/xhtml+xml,*/*;q=0.8', 'accept-language': 'es-MX,es' })
  assert.equal(page.statusCode, 404)
  assert.match(String(page.headers['content-type']), /^text\/html/)
  assert.match(page.body, /Aquí no hay nada/)
  for (const headers of [{ accept: '*/*' }, { accept: 'application/json' }, {}])
    assert.deepEqual((await ask('GET', headers)).json(), { status: 'FAILED' })
  assert.deepEqual((await ask('POST', { accept: 'text/html' })).json(), { status: 'FAILED' })
})
