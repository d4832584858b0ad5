import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { makeFolder } from './folder.ts'

describe('a folder', () => {
  const base = mkdtempSync(join(tmpdir(), 'countersign-folder-'))
  after(() => rmSync(base, { recursive: true }))

  it('is made with those above it, for its owner alone, and once', () => {
    const folder = join(base, 'a', 'b', 'c')
    makeFolder(folder)
    makeFolder(folder)
    for (const one of [folder, join(base, 'a')]) assert.equal(statSync(one).mode & 0o777, 0o700)
  })

  it('that cannot be is an error at once', () => {
    const file = join(base, 'file')
    writeFileSync(file, '')
    assert.throws(() => makeFolder(join(file, 'a')), { code: 'ENOTDIR' })
    assert.throws(() => makeFolder('/proc/nothing/a'))
  })
})
