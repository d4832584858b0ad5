import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { wordsOf } from './notify.ts'

describe('the words of a mail', () => {
  it('are read line by line, without markup and without what nobody sees', () => {
    assert.equal(wordsOf('<p>Dear&nbsp;Ann, \t</p><b>5 &lt; 6</b>\u202e  \r\n\n\n\nBye<br>'), 'Dear Ann,\n5 < 6\n\nBye')
  })

  it('take no longer than there are letters: strangers send these mails', () => {
    const began = performance.now()
    for (const letter of [' ', '\t', '<', '&', '\n', '<br ']) wordsOf(`a${letter.repeat(60_000 / letter.length - 2)}b`)
    assert.ok(performance.now() - began < 500)
  })
})
