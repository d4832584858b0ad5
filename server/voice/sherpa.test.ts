import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import type { Sounding } from '../methods/voice/speaker.ts'
import { cosineEngine, onnxId, onnxProblem } from './sherpa.ts'

const folder = mkdtempSync(join(tmpdir(), 'countersign-onnx-'))
const file = join(folder, 'voice.onnx')
writeFileSync(file, 'not a network')
after(() => rmSync(folder, { recursive: true }))

describe('an operator’s own network', () => {
  it('must have the digest that was given, and its package', () => {
    assert.match(onnxProblem({ file: join(folder, 'none'), sha256: '' }) ?? '', /cannot be read/)
    assert.match(onnxProblem({ file, sha256: '0'.repeat(64) }) ?? '', / is [0-9a-f]{64}, and not/)
    const sha256 = /is ([0-9a-f]{64})/.exec(onnxProblem({ file, sha256: '' }) ?? '')?.[1] ?? ''
    assert.match(onnxProblem({ file, sha256 }) ?? '', /npm install sherpa-onnx-node/)
    assert.equal(onnxId({ file, sha256 }), `onnx-experimental-1:${sha256.slice(0, 16)}`)
  })

  it('tells voices apart by the directions that it gives them', () => {
    const clip = (...direction: number[]): Sounding => ({
      features: Float32Array.from(direction),
      wav: new Uint8Array(0),
    })
    const embed = ({ features }: Sounding) => {
      const length = Math.sqrt(features.reduce((sum, one) => sum + one * one, 0))
      return features.map((one) => one / length)
    }
    const engine = cosineEngine('network', embed)
    const template = engine.enrol([clip(1, 0.1, 0), clip(1, 0, 0.1), clip(1, 0.1, 0.1)])
    assert.equal(template.engine, 'network')
    assert.ok(engine.compare(template, clip(2, 0.1, 0.1)) > 0.95)
    assert.ok(engine.compare(template, clip(0, 1, 0)) < 0.2)
    assert.ok(Number.isNaN(engine.compare(template, clip(1, 0))))
  })
})
