import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { say } from '../../test/support/voices.ts'
import { examineClip } from '../methods/voice/clip.ts'
import { digitsMin } from '../methods/voice.ts'
import { digitsRatio, findPocketsphinx, type Pocketsphinx } from './pocketsphinx.ts'

const found = findPocketsphinx() as Pocketsphinx // `ensureInstalled` made sure
const folder = mkdtempSync(join(tmpdir(), 'countersign-test-'))
after(() => rmSync(folder, { recursive: true }))

function wavOf(speaker: Parameters<typeof say>[0], digits: string): Uint8Array {
  const clip = examineClip(say(speaker, digits))
  if (typeof clip === 'string') throw new Error(clip)
  return clip.wav
}

/** A program that does what it is told instead of listening. */
function program(name: string, script: string): Pocketsphinx {
  const file = join(folder, name)
  writeFileSync(file, `#!/bin/sh\n${script}\n`)
  chmodSync(file, 0o755)
  return { program: file, model: found.model }
}

describe('the check of digits', () => {
  const said = wavOf('slt', '407192')

  it('hears the digits that were said', async () => {
    assert.ok((await digitsRatio(found, said, '407192')) >= digitsMin)
    assert.ok((await digitsRatio(found, wavOf('rms', '583061'), '583061')) >= digitsMin)
  })

  it('hears when others were said, or only some of them', async () => {
    for (const digits of ['583061', '291704', '111111'])
      assert.ok(!((await digitsRatio(found, said, digits)) >= digitsMin), digits)
    assert.ok(!((await digitsRatio(found, wavOf('slt', '4071'), '407192')) >= digitsMin))
  })

  it('leaves nothing of a recording behind', async () => {
    const [usual, own] = [process.env['TMPDIR'], join(folder, 'own')]
    mkdirSync(own)
    process.env['TMPDIR'] = own
    try {
      const listening = digitsRatio(found, said, '407192')
      while (readdirSync(own).length === 0) await sleep(1)
      await listening
      assert.deepEqual(readdirSync(own), [])
    } finally {
      if (usual === undefined) delete process.env['TMPDIR']
      else process.env['TMPDIR'] = usual
    }
  })

  const broken: Readonly<Record<string, Pocketsphinx>> = {
    'is not there': { ...found, program: join(folder, 'nothing') },
    fails: program('fails', 'exit 1'),
    'says nothing': program('silent', 'exit 0'),
  }
  for (const [what, one] of Object.entries(broken))
    it(`takes nothing for right when the program ${what}`, async () => {
      assert.ok(Number.isNaN(await digitsRatio(one, said, '407192')))
    })

  it('ends a program that takes too long, and takes nothing for right', async () => {
    const slow = program('slow', 'exec sleep 60')
    assert.ok(Number.isNaN(await digitsRatio(slow, said, '407192', 200)))
  })
})

describe('pocketsphinx', () => {
  it('is found on the path, with its model', () => {
    assert.equal(findPocketsphinx('/nowhere:/usr/bin')?.program, '/usr/bin/pocketsphinx_batch')
    for (const path of ['', '/nowhere', folder]) assert.equal(findPocketsphinx(path), undefined)
    assert.equal(findPocketsphinx('/usr/bin', folder), undefined)
    mkdirSync(join(folder, 'pocketsphinx_batch'))
    writeFileSync(join(folder, 'mdef'), '')
    assert.equal(findPocketsphinx(folder, folder)?.program, join(folder, 'pocketsphinx_batch'))
  })
})
