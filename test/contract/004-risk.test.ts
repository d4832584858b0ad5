import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { callerOf, type Fields, newApp } from '../support/apps.ts'
import { setPolicy } from '../support/risk.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { newUser, type Person } from './people.ts'

/** Document 004's ipAddress, userAgent and browserFp: what a sign-in is weighed by. */

const here = { ipAddress: '203.0.113.7', userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0', browserFp: 'a1b2' }

describe('a sign-in of CENTAGATE', () => {
  let server: TestServer
  let call: ReturnType<typeof callerOf>
  before(async () => {
    server = await startServer()
    call = callerOf(server.baseUrl, await newApp(server.assembled.store), server.now)
  })
  after(() => server.close())

  async function signIn({ username, phone }: Person, facts: Fields) {
    const asked = await call('req/requestSmsOtp', { username })
    assert.equal(asked.code, '0', asked.text)
    return call('auth/authSmsOtp', { username, smsOtp: await server.codeFor(phone), ...facts })
  }

  it('tells its score, which falls as the place becomes known', async () => {
    const person = await newUser(server)
    const scores = []
    for (let times = 0; times < 4; times++) scores.push(Number((await signIn(person, here)).inside['adaptiveScore']))
    assert.ok((scores.at(-1) ?? 100) < (scores[0] ?? 0), scores.join())
  })

  it('scores 0 when its caller tells nothing', async () => {
    const answer = await signIn(await newUser(server), {})
    assert.equal(answer.inside['adaptiveScore'], '0')
  })

  it('follows the policy of a group of its user', async () => {
    const person = await newUser(server)
    const [id, user] = await server.assembled.store.write(async (tx) => [
      await tx.groups.add(11627, { name: 'Vault', nameFolded: 'vault', attributes: {} }, server.now()),
      await tx.users.find(11627, person.username),
    ])
    assert.ok(id && user)
    await server.assembled.store.write((tx) => tx.groups.addMember(11627, id, user.id, server.now()))
    await setPolicy(server, { networks: { blocked: ['203.0.113.0/24'] } }, `group:${id}`)
    assert.equal((await signIn(person, here)).code, '10001')
    assert.equal((await signIn(await newUser(server), here)).code, '0')
  })

  it('ends at its last step where the policy denies', async () => {
    const person = await newUser(server)
    await setPolicy(server, { networks: { blocked: ['203.0.113.0/24'] } })
    const denied = await signIn(person, here)
    assert.deepEqual([denied.code, denied.object], ['10001', ''])
    assert.equal((await signIn(person, { ...here, ipAddress: '198.51.100.7' })).code, '0')
  })
})
