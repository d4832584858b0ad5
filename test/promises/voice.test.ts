import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Key } from '../support/caller.ts'
import { databaseNames } from '../support/databases.ts'
import { at, customerWith, type Nodes, open, startNodes, submit } from '../support/links.ts'
import { openRaw } from '../support/raw.ts'
import { askForVoice, newVoice, read, say } from '../support/voices.ts'

/** What everybody is asked for by a test customer: only the recording tells one answer from another. */
const digits = '123456'

for (const name of databaseNames)
  describe(`voice on ${name}`, () => {
    let nodes: Nodes
    let key: Key
    const alice = { username: 'alice@example.com', phone: '+14155550177' }
    before(async () => {
      nodes = await startNodes(name)
      key = await customerWith(nodes.server, { isTest: 'true', sendsPerContact10Min: '20' })
      await nodes.server.call('/admin/users/create', alice, { key })
      await newVoice(nodes.server, alice.username, 'slt', { key })
    })
    after(() => nodes.close())

    const ask = () => askForVoice(nodes.server, alice.username, alice.phone, { key })
    const status = async (txId: string) =>
      String((await nodes.server.call('/auth/auth-status', { txId }, { signed: false })).body.status)

    async function sendTo(node: number, link: string, recording: Uint8Array, prompt: string): Promise<string> {
      const fields = { recording: Buffer.from(recording).toString('base64url'), prompt }
      const page = read(await submit(at(nodes.urls[node % 2] ?? '', link), fields))
      return page.problem || page.title
    }

    async function outcomesOf(txId: string): Promise<unknown[]> {
      const raw = await openRaw(nodes.server.place)
      try {
        const rows = await raw.run('select outcome from audit_rows where challenge_id = $1 order by id', txId)
        return rows.map(({ outcome }) => outcome)
      } finally {
        await raw.close()
      }
    }

    it('a recording that is sent to every node at once is taken once', async () => {
      const { link, txId } = await ask()
      const { prompt } = read(await open(link))
      const recording = say('slt', digits, 0.9)
      const told = await Promise.all([0, 1, 2, 3].map((node) => sendTo(node, link, recording, prompt)))
      assert.equal(told.filter((title) => title === 'Accepted').length, 1, told.join('\n'))
      assert.equal(await status(txId), 'SUCCESS')
      assert.deepEqual((await outcomesOf(txId)).filter((one) => one === 'judging' || one === 'accepted').length, 2)
      const later = await ask()
      assert.match(
        await sendTo(1, later.link, recording, read(await open(later.link)).prompt),
        /^This recording was sent before/,
      )
      assert.equal(await status(later.txId), 'IN_PROGRESS')
    })

    it('digits are judged once, whatever is sent for them at once', async () => {
      const { link, txId } = await ask()
      const pages = await Promise.all(nodes.urls.map(async (url) => read(await open(at(url, link)))))
      assert.equal(new Set(pages.map(({ prompt }) => prompt)).size, 1, 'two readers draw one prompt')
      const prompt = pages[0]?.prompt ?? ''
      const recordings = [0.9, 0.95, 1.05, 1.1].map((pace) => say('rms', digits, pace))
      await Promise.all(recordings.map((recording, node) => sendTo(node, link, recording, prompt)))
      assert.equal((await outcomesOf(txId)).filter((one) => one === 'judging').length, 1)
      assert.equal(await status(txId), 'IN_PROGRESS')
    })
  })
