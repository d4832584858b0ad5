import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { storeRules } from '../engine/store-rules.ts'
import { randomSecret } from '../security/random.ts'
import { openStore } from './open.ts'

describe('the key ring', () => {
  it('forgets the data key of a customer whose making was undone', async (context) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'countersign-keys-'))
    context.after(() => rmSync(dataDir, { recursive: true }))
    const options = { databaseUrl: null, dataDir, masterKeys: [randomSecret(32)], ...storeRules }
    const store = await openStore(options)
    await store.migrate()
    await assert.rejects(
      store.write(async (tx) => {
        await tx.customers.add(5, 'Undone', 'a key that was undone', 1)
        throw new Error('undone')
      }),
    )
    await store.write((tx) => tx.customers.add(5, 'Kept', 'a key that was kept', 1))
    await store.close()

    const again = await openStore(options)
    await again.migrate()
    assert.equal((await again.read.customers.find(5))?.apiKey, 'a key that was kept')
    await again.close()
  })
})
