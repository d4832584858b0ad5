import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { say } from '../../test/support/voices.ts'
import type { Listener } from '../engine/ports.ts'
import type { Clip } from '../methods/voice/clip.ts'
import { OverloadError } from '../vocabulary/overload.ts'
import { shippedModel } from './model.ts'
import { openVoices } from './voices.ts'

describe('listening', () => {
  const voices = openVoices({ folder: shippedModel, onnx: null, pocketsphinx: undefined })
  after(() => voices.close())

  const clipOf = async (listener: Listener, ...what: Parameters<typeof say>): Promise<Clip> => {
    const clip = await listener.examine(say(...what))
    if (typeof clip === 'string') throw new Error(clip)
    return clip
  }

  it('knows a voice again, beside the event loop', async () => {
    await voices.hold(async (listener) => {
      const said = ['407192', '583061', '916724']
      const clips = await Promise.all(said.map((digits) => clipOf(listener, 'slt', digits)))
      const template = await listener.enrol(clips)
      assert.equal(template.engine, voices.engine)
      assert.ok((await listener.compare(template, await clipOf(listener, 'slt', '385207'))) > 0.6)
      assert.ok((await listener.compare(template, await clipOf(listener, 'rms', '385207'))) < 0.5)
      const [clip] = clips as [Clip]
      assert.ok(Number.isNaN(await listener.compare({ ...template, vector: 'AA' }, clip)))
      assert.ok(Number.isNaN(await listener.compare({ ...template, vector: undefined as unknown as string }, clip)))
      assert.equal(await listener.digitsIn(clip, '407192'), null)
    })
  })

  it('takes sixteen at a time, one after the other, and refuses the next before anything is done', async () => {
    const order: number[] = []
    let finish: () => void = () => undefined
    const finished = new Promise<void>((resolve) => {
      finish = resolve
    })
    const held = Array.from({ length: 16 }, (_, index) =>
      voices.hold(async () => {
        await finished
        order.push(index)
      }),
    )
    let isDone = false
    const job = async () => {
      isDone = true
    }
    await assert.rejects(voices.hold(job), OverloadError)
    assert.ok(!isDone)
    finish()
    await Promise.all(held)
    assert.deepEqual(order, [...order.keys()])
    await voices.hold(job)
    assert.ok(isDone)
  })

  it('goes on after a job that failed', async () => {
    await assert.rejects(
      voices.hold(() => Promise.reject(new Error('a bug'))),
      /a bug/,
    )
    assert.equal(await voices.hold((listener) => listener.examine(Buffer.alloc(3))), 'unreadable')
  })

  it('goes on after its thread died', async () => {
    const mortal = openVoices({ folder: shippedModel, onnx: null, pocketsphinx: undefined })
    const isHeard = () => mortal.hold((listener) => listener.examine(say('slt', '407192')))
    assert.equal(typeof (await isHeard()), 'object')
    await mortal.close()
    assert.equal(typeof (await isHeard()), 'object')
    await mortal.close()
  })

  it('does not begin with a folder that holds no model', () => {
    assert.throws(() => openVoices({ folder: '/nowhere', onnx: null, pocketsphinx: undefined }))
  })
})
