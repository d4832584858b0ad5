import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { it } from 'node:test'
import { withTables } from '../../docs/generate.ts'
import { bootSettings } from '../../server/config.ts'
import { customerSettings, serverSettings } from '../../server/settings.ts'

const text = readFileSync(new URL('../../docs/operating.md', import.meta.url), 'utf8')

it('docs/operating.md is as new as the code; if not: node docs/generate.ts', () => {
  assert.equal(text, withTables(text))
})

it('docs/operating.md names every setting', () => {
  const names = [
    ...Object.keys(bootSettings).map((name) => `COUNTERSIGN_${name}`),
    ...Object.keys(serverSettings),
    ...Object.keys(customerSettings),
  ]
  for (const name of names) assert.ok(text.includes(`| \`${name}\` |`), name)
})
