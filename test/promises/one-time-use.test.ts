import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Answered, testKey } from '../support/caller.ts'
import { databaseNames } from '../support/databases.ts'
import { enrolled, type Nodes, startNodes } from '../support/nodes.ts'
import { openRaw } from '../support/raw.ts'
import { totp } from '../support/totp.ts'

const times = 50
const { customerKey } = testKey
const startedAtMs = Date.now()

for (const name of databaseNames) {
  describe(`one-time use on ${name}`, () => {
    let nodes: Nodes
    before(async () => {
      nodes = await startNodes(name)
    })
    after(() => nodes.stop())

    const challenged = async (phone: string) => {
      const asked = await nodes.node(0)('/auth/challenge', { customerKey, phone, authType: 'SMS' })
      assert.equal(asked.body.status, 'SUCCESS', asked.text)
      return { txId: asked.body.txId, code: await nodes.codeFor(phone) }
    }
    const all = (send: (index: number) => Promise<Answered>) =>
      Promise.all(Array.from({ length: times }, (_, index) => send(index)))

    it(`a code by SMS works once, ${times} at once`, async () => {
      const { txId, code } = await challenged('+15550100001')
      const answers = await all((index) =>
        nodes.node(index)('/auth/validate', { customerKey, txId, token: varied(code, index) }, stamped(index)),
      )
      assertOneSuccess(answers)
      await assertRefused(nodes, '/auth/validate', { customerKey, txId, token: code })
      assert.equal((await nodes.node(1)('/auth/auth-status', { txId })).body.status, 'SUCCESS')
    })

    it(`a code by SMS works once, ${times} copies of one request at once`, async () => {
      const { txId, code } = await challenged('+15550100002')
      const timestamp = Date.now()
      const answers = await all((index) =>
        nodes.node(index)('/auth/validate', { customerKey, txId, token: code }, { timestamp }),
      )
      assertOneSuccess(answers)
    })

    it(`a code of an authenticator works once, ${times} at once, by whichever call and name`, async () => {
      const username = 'one-time@example.com'
      const secret = await enrolled(nodes.node(0), username)
      const code = totp(secret, Date.now() + 30_000) // of the next step, because this one is used up
      const answers = await all((index) => {
        const token = varied(code, index)
        const [path, body] = ways(username, secret)[index % 4] as Way // there are four
        return nodes.node(index >> 2)(path, { ...body, token }, stamped(index))
      })
      assertOneSuccess(answers)
      for (const [path, body] of ways(username, secret)) await assertRefused(nodes, path, { ...body, token: code })
    })

    it(`a code of an authenticator works once, ${times} copies of one request at once`, async () => {
      const username = 'one-copy@example.com'
      const secret = await enrolled(nodes.node(0), username)
      const token = totp(secret, Date.now() + 30_000)
      const [path, body] = ways(username, secret)[0] as Way // there are four
      const timestamp = Date.now()
      const answers = await all((index) => nodes.node(index)(path, { ...body, token }, { timestamp }))
      assertOneSuccess(answers)
    })

    it(`an enrolment is confirmed once, ${times} at once`, async () => {
      const username = 'confirmed-once@example.com'
      const offered = await nodes.node(0)('/auth/google-auth-secret', { customerKey, username })
      const secret = String(offered.body['secret'])
      const code = totp(secret, Date.now())
      const answers = await all((index) => {
        const body = { customerKey, username, secret, token: varied(code, index) }
        return nodes.node(index)('/auth/validate-google-auth-secret', body, stamped(index))
      })
      assertOneSuccess(answers)
    })

    it('an older code of an authenticator is refused after a newer one', async () => {
      const username = 'in-order@example.com'
      const secret = await enrolled(nodes.node(0), username)
      const [path, body] = ways(username, secret)[0] as Way // there are four
      const newer = await nodes.node(0)(path, { ...body, token: totp(secret, Date.now() + 30_000) })
      assert.equal(newer.body.status, 'SUCCESS', newer.text)
      await assertRefused(nodes, path, { ...body, token: totp(secret, Date.now()) })
      await assertRefused(nodes, path, { ...body, token: totp(secret, Date.now() - 30_000) })
    })

    it('a challenge asked by many copies of one request is one transaction and one message', async () => {
      const phone = '+15550100003'
      const timestamp = Date.now()
      const asked = await all((index) =>
        nodes.node(index)('/auth/challenge', { customerKey, phone, authType: 'SMS' }, { timestamp }),
      )
      assert.deepEqual([...new Set(asked.map(({ body }) => body.status))], ['SUCCESS'])
      assert.equal(new Set(asked.map(({ body }) => body.txId)).size, 1)
      const raw = await openRaw(nodes.place)
      try {
        const messages = await raw.run('select id from inbox_messages where "to" = $1', phone)
        assert.equal(messages.length, 1)
      } finally {
        await raw.close()
      }
    })

    it(`each of ${times} challenges of one person at once is answered, and one code lives`, async () => {
      const username = 'asked-often'
      const created = await nodes.node(0)('/admin/users/create', { customerKey, username, email: 'often@example.com' })
      assert.equal(created.body.status, 'SUCCESS', created.text)
      // Each by another address of his, because no address gets so many messages.
      const asked = await all((index) => {
        const body = { customerKey, username, email: `often${index}@example.com`, authType: 'EMAIL' }
        return nodes.node(index)('/auth/challenge', body, stamped(index))
      })
      const statuses = await Promise.all(
        asked.map(async ({ body }) => (await nodes.node(0)('/auth/auth-status', { txId: body.txId ?? 'none' })).body),
      )
      assert.equal(statuses.filter(({ status }) => status === 'IN_PROGRESS').length, 1)
      const failed = asked.filter(({ body }) => body.status !== 'SUCCESS')
      assert.equal(failed.length, 0, `${failed.length} of ${times} were told: ${failed[0]?.body.message}`)
    })
  })
}

type Way = readonly [path: string, body: Record<string, unknown>]

/** Every call that takes the code of an authenticator, by each of its names. */
function ways(username: string, secret: string): Way[] {
  return [
    ['/auth/validate', { customerKey, username, authType: 'SOFT TOKEN' }],
    ['/auth/validate', { customerKey, username, authType: 'GOOGLE AUTHENTICATOR' }],
    ['/auth/validate', { customerKey, username }],
    ['/auth/validate-google-auth-secret', { customerKey, username, secret }],
  ]
}

/** The same code in other bytes, so that it is not the replay mark that refuses it. */
function varied(code: string, index: number): string {
  return ' '.repeat(index) + code
}

/** A Timestamp that no other request of this number has. */
function stamped(index: number): { timestamp: number } {
  return { timestamp: startedAtMs - index }
}

function assertOneSuccess(answers: readonly Answered[]): void {
  const counts = new Map<string, number>()
  for (const { body } of answers) counts.set(String(body.status), (counts.get(String(body.status)) ?? 0) + 1)
  assert.equal(counts.get('SUCCESS'), 1, JSON.stringify([...counts]))
  const refused = (counts.get('FAILED') ?? 0) + (counts.get('ALREADY_USED') ?? 0)
  assert.equal(refused, times - 1, JSON.stringify([...counts]))
}

/** On every node. */
async function assertRefused(nodes: Nodes, path: string, body: Record<string, unknown>): Promise<void> {
  for (const index of nodes.processes.keys()) {
    const answer = await nodes.node(index)(path, body)
    assert.ok(['FAILED', 'ALREADY_USED'].includes(String(answer.body.status)), answer.text)
  }
}
