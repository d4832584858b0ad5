import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { PromptList } from '../../contract/device/prompts.ts'
import { calls } from '../../contract/device.ts'
import { testKey } from '../support/caller.ts'
import { databaseNames } from '../support/databases.ts'
import { type Heard, Phone, pairedPhone, readQr } from '../support/device.ts'
import { type Nodes, startNodes } from '../support/nodes.ts'

const { customerKey } = testKey

for (const name of databaseNames) {
  describe(`phones on ${name}`, () => {
    let nodes: Nodes
    let count = 0
    before(async () => {
      nodes = await startNodes(name)
    })
    after(() => nodes.stop())

    const call = (path: string, body: object, index = 0) => nodes.node(index)(path, { customerKey, ...body })
    const urlOf = (index: number) => nodes.processes[index % nodes.processes.length]?.baseUrl ?? ''
    const newUser = async () => {
      const username = `phone${count++}@example.com`
      assert.equal((await call('/admin/users/create', { username })).body.status, 'SUCCESS')
      return username
    }
    const newPhone = (username: string, index = 0) =>
      pairedPhone(urlOf(index), (path, body) => call(path, body, index), username)
    const ask = async (username: string, more: object = {}) => {
      const { body, text } = await call('/auth/challenge', { username, authType: 'PUSH NOTIFICATIONS', ...more }, count)
      assert.equal(body.status, 'SUCCESS', text)
      return { txId: String(body.txId), body }
    }
    const stateOf = async (txId: string) => (await call('/auth/auth-status', { txId }, 1)).body.status
    const words = (heard: readonly Heard[]) => heard.map(({ body, refusal }) => refusal ?? body.state).sort()

    it('one pairing code pairs one of twenty phones that take it at once', async () => {
      const username = await newUser()
      const { body } = await call('/auth/register-mobile', { username })
      const link = await readQr(String(body['qrCode']))
      const heard = await Promise.all(Array.from({ length: 20 }, (_, index) => new Phone(urlOf(index)).pair(link)))
      assert.equal(heard.filter(({ code }) => code === 201).length, 1)
      assert.ok(heard.every(({ code, refusal }) => code === 201 || refusal === 'used-code'))
      const listed = await call('/auth/phones', { username })
      assert.equal((listed.body['phones'] as unknown[]).length, 1)
    })

    it('one question is answered once by twenty phones at once, whatever they say', async () => {
      const username = await newUser()
      const phones: Phone[] = []
      for (const index of [0, 1, 2, 3]) phones.push(await newPhone(username, index))
      const { txId } = await ask(username)
      const [prompt] = await (phones[0] as Phone).prompts()
      assert.ok(prompt)
      const heard = await Promise.all(
        Array.from({ length: 20 }, async (_, index) => {
          const phone = (phones[index % 4] as Phone).at(urlOf(index))
          return phone.answer(prompt, index % 5 === 0 ? 'deny' : 'approve')
        }),
      )
      const said = words(heard)
      const state = await stateOf(txId)
      assert.ok(state === 'SUCCESS' || state === 'DENIED', String(state))
      assert.equal(said.filter((word) => word === 'approved').length, state === 'SUCCESS' ? 1 : 0)
      if (state === 'SUCCESS') assert.ok(!said.includes('denied'))
      assert.equal(await stateOf(txId), state, 'and stays so')
    })

    it('a phone whose clock is 10 minutes wrong, either way, answers all the same', async (t) => {
      const username = await newUser()
      const phone = await newPhone(username)
      for (const wrongMs of [-600_000, 600_000]) {
        await ask(username)
        // The phone runs here; the servers are processes of their own, with a clock of their own.
        t.mock.timers.enable({ apis: ['Date'], now: Date.now() + wrongMs })
        const { refusal, body } = await phone.answer(await phone.prompt(), 'approve')
        t.mock.timers.reset()
        assert.deepEqual([refusal, body.state], [undefined, 'approved'])
      }
    })

    it('one signed answer counts once, however many copies arrive', async () => {
      const username = await newUser()
      const phone = await newPhone(username)
      await ask(username)
      const prompt = await phone.prompt()
      const signature = await phone.sign(['countersign-decision-v1', prompt.id, 'approve', '', ''].join('\n'))
      const path = calls.answer.path.replace(':id', prompt.id)
      const body = JSON.stringify({ decision: 'approve', proof: '', signature })
      const headers = {
        ...(await phone.headersFor({ method: 'POST', path }, body)),
        'content-type': 'application/json',
      }
      const codes = await Promise.all(
        Array.from({ length: 20 }, async (_, index) => {
          const answer = await fetch(urlOf(index) + path, { method: 'POST', headers, body })
          await answer.text()
          return answer.status
        }),
      )
      assert.deepEqual(codes.filter((code) => code === 200).length, 1)
    })

    it('an altered decision is none: of another word, of another prompt, of another transaction', async () => {
      const username = await newUser()
      const phone = await newPhone(username)
      const { txId } = await ask(username, { transactionName: 'Buy a watch' })
      const prompt = await phone.prompt()
      for (const more of [{ signedAs: 'deny' as const }, { transactionName: 'Buy a house' }, { transactionName: null }])
        assert.equal((await phone.answer(prompt, 'approve', more)).refusal, 'bad-signature')
      assert.notEqual(await stateOf(txId), 'SUCCESS')
    })

    it("nobody decides for somebody else, nor by another customer's phone", async () => {
      const [mine, other] = [await newUser(), await newUser()]
      const [phone, stranger] = [await newPhone(mine), await newPhone(other, 1)]
      const { txId } = await ask(mine)
      const prompt = await phone.prompt()
      for (const decision of ['approve', 'deny', 'report'] as const)
        assert.equal((await stranger.answer(prompt, decision)).refusal, 'unknown-prompt')
      assert.deepEqual(await stranger.prompts(), [])
      assert.equal(await stateOf(txId), 'IN_PROGRESS')
    })

    it('a phone that is removed while it answers wins or loses, and never both', async () => {
      for (let round = 0; round < 5; round++) {
        const username = await newUser()
        const phone = await newPhone(username)
        const { txId } = await ask(username)
        const prompt = await phone.prompt()
        const [heard, removed] = await Promise.all([
          phone.at(urlOf(1)).answer(prompt, 'approve'),
          call('/auth/phone-removal', { username, phoneId: phone.id }),
        ])
        assert.equal(removed.body.status, 'SUCCESS')
        const state = await stateOf(txId)
        assert.equal(state === 'SUCCESS', heard.body.state === 'approved')
        assert.equal((await phone.ask(calls.prompts)).refusal, 'unknown-device')
        const token = phone.code(Date.now())
        const validated = await call('/auth/validate', { username, authType: 'SOFT TOKEN', token })
        assert.equal(validated.body.status, 'FAILED')
      }
    })

    it('an open app hears of what happens on another node within two seconds', async () => {
      const username = await newUser()
      const phone = await newPhone(username)
      const events = await phone.at(urlOf(1)).events()
      assert.equal((await events.next()).event, 'prompts')
      const began = performance.now()
      await ask(username)
      const { data } = await events.next()
      assert.equal((data as PromptList).prompts.length, 1)
      assert.ok(performance.now() - began < 5_000)
      await call('/auth/phone-removal', { username, phoneId: phone.id })
      assert.equal((await events.next()).event, 'removed')
    })

    it('ten wrong numbers lock approving, and denying stays possible', async () => {
      const username = await newUser()
      const phone = await newPhone(username)
      let heard: Heard | undefined
      for (let round = 0; round < 4; round++) {
        const { body } = await ask(username, { showsMatchNumber: true })
        const prompt = await phone.prompt()
        const proof = String((Number(body['matchNumber']) + 1) % 100).padStart(2, '0')
        for (let tries = 0; tries < 3; tries++) heard = await phone.answer(prompt, 'approve', { proof })
        if (heard?.refusal === 'locked') {
          assert.equal((await phone.answer(prompt, 'deny')).body.state, 'denied')
          break
        }
      }
      assert.equal(heard?.refusal, 'locked')
    })
  })
}
