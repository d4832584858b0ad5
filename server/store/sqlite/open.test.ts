import assert from 'node:assert/strict'
import { chmodSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { newPlace } from '../../../test/support/databases.ts'
import { nowMs, storeOn } from '../../../test/support/store.ts'

it('the files of a new database are for one user alone, also in a folder that others may look into', async () => {
  const place = await newPlace('SQLite')
  chmodSync(place.dataDir, 0o755)
  const maskBefore = process.umask(0)
  try {
    const store = await storeOn(place)
    await store.write((tx) => tx.customers.add(101, 'One', 'the-api-key-of-a-customer', nowMs))
    for (const file of ['countersign.db', 'countersign.db-wal', 'countersign.db-shm'])
      assert.equal(statSync(join(place.dataDir, file)).mode & 0o777, 0o600, file)
    await store.close()
  } finally {
    process.umask(maskBefore)
    await place.remove()
  }
})
