import { storeRules } from '../../server/engine/store-rules.ts'
import { openStore } from '../../server/store/open.ts'
import { masterKey } from './store.ts'

// A process that opens the store of a place as a starting server does, and prints which migrations it applied:
// `open-store.ts <dataDir> [<databaseUrl>]`. It waits for a line on its input first, so that several open at once.
const [dataDir = '', databaseUrl] = process.argv.slice(2)
await new Promise((resolve) => process.stdin.once('data', resolve))
const store = await openStore({
  dataDir,
  databaseUrl: databaseUrl ?? null,
  masterKeys: [masterKey],
  ...storeRules,
})
const applied = await store.migrate()
await store.close()
process.stdout.write(JSON.stringify(applied))
process.stdin.destroy()
