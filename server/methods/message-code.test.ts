import assert from 'node:assert/strict'
import { randomInt, randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import { messageCode } from './message-code.ts'
import { type Asked, methodSuite, toolsAt } from './method-suite.ts'

methodSuite(messageCode, () => ask(randomUUID(), String(randomInt(10 ** 6)).padStart(6, '0')))

describe('a code by message', () => {
  it('is bound to its challenge: what was kept of one is of no use in another', () => {
    const [mine, theirs] = [ask('challenge-1', '042137'), ask('challenge-2', '042137')]
    assert.equal(judge({ ...mine, challengeId: theirs.challengeId }), 'wrong')
    assert.equal(judge({ ...mine, pending: theirs.pending }), 'wrong')
    assert.notEqual(mine.pending, theirs.pending)
  })

  it('is judged by what was kept of it alone: time and an enrolled secret play no part', () => {
    const asked = ask('challenge-1', '042137')
    for (const nowMs of [0, 1, 4_000_000_000_000])
      assert.equal(judge({ ...asked, tools: toolsAt(nowMs, 'unused') }), 'right')
    assert.equal(judge({ ...asked, secret: '{"key":"AAAA"}' }), 'right')
  })

  it('is kept only as a keyed digest', () => {
    const { pending } = ask('challenge-1', '042137')
    assert.deepEqual(Object.keys(JSON.parse(pending ?? '')), ['digest'])
    assert.equal(Buffer.from(JSON.parse(pending ?? '').digest, 'base64').length, 32)
  })

  it('is of no use under the key of another customer', () => {
    const asked = ask('challenge-1', '042137')
    const tools = { ...asked.tools, digest: (...parts: readonly string[]) => asked.tools.digest('another', ...parts) }
    assert.equal(judge({ ...asked, tools }), 'wrong')
  })

  it('is right only with what it was asked for, to the letter', () => {
    for (const binding of [undefined, '', 'Pay 100'])
      for (const repeated of [undefined, '', 'Pay 100', 'Pay 1000', 'pay 100'])
        assert.equal(judge(ask('challenge-1', '042137', binding), repeated), binding === repeated ? 'right' : 'wrong')
  })

  it('needs a contact and nothing enrolled', () => {
    assert.equal(messageCode.needs, 'contact')
    assert.equal(messageCode.enrol, undefined)
  })
})

function ask(challengeId: string, right: string, binding?: string): Asked {
  const tools = toolsAt(1_800_000_000_000, right)
  const { pending } = messageCode.begin(
    { challengeId, via: ['sms'], codeLength: right.length, binding, isNumberShown: false, secret: null },
    tools,
  )
  return { challengeId, pending, secret: null, right, tools }
}

function judge({ challengeId, pending, secret, right, tools }: Asked, binding?: string): string {
  return messageCode.judge({ challengeId, pending, secret, answer: { kind: 'code', code: right, binding } }, tools).kind
}
