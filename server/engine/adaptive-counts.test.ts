import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Customer } from '../vocabulary/customer.ts'
import { markTool } from './adaptive-counts.ts'

describe('hashes of values that are remembered', () => {
  it('are those of short values: whoever sends long ones, each another, fills no memory', () => {
    setFlagsFromString('--expose-gc')
    const kept = () => {
      runInNewContext('gc')()
      return process.memoryUsage().heapUsed
    }
    const markOf = markTool({ id: 101, digestKey: Buffer.alloc(32, 1) } as unknown as Customer)
    const before = kept()
    for (let at = 0; at < 5_000; at++) markOf('webgl', Buffer.alloc(4_096, `${at} `).toString())
    assert.ok(kept() - before < 4 * 1_048_576)
    assert.deepEqual(markOf('webgl', 'short'), markOf('webgl', 'short'))
  })
})
