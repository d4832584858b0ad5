import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Config, ConfigError } from './config.ts'
import { isKeyLost, lostKey } from './data-folder.ts'
import { storeRules } from './engine/store-rules.ts'
import { randomId, randomSecret } from './security/random.ts'
import { makeFolder } from './store/folder.ts'
import { openStore, type Store } from './store/open.ts'
import { asSentence } from './why-not-started.ts'

/**
 * The database of these settings, with its tables brought up to this release. Throws a `ConfigError` that says why it does
 * not open.
 */
export async function openStoreOf(config: Config): Promise<Store> {
  try {
    const store = await connectStoreOf(config)
    try {
      await store.migrate()
      return store
    } catch (error) {
      await store.close()
      throw error
    }
  } catch (error) {
    throw asSentence(config, error)
  }
}

/** The same with its tables as they are. */
export async function connectStoreOf(config: Config): Promise<Store> {
  const { databaseUrl, dataDir, masterKeys: given } = config
  // A new one would open nothing, and hide that the old one is missing.
  if (isKeyLost(config)) throw new ConfigError(lostKey(config))
  const masterKeys = given ?? [developmentKey(dataDir)]
  return openStore({ databaseUrl, dataDir, masterKeys, ...storeRules })
}

/**
 * A master key of this folder's own, made at the first start; production wants one that is kept elsewhere. It appears under
 * its name as a whole: of two processes that start at once one's stays, and both read that.
 */
function developmentKey(dataDir: string): Uint8Array {
  const file = join(dataDir, 'master.key')
  makeFolder(dataDir)
  if (!existsSync(file)) {
    const draft = `${file}.${randomId()}`
    try {
      writeFileSync(draft, `${randomSecret(32).toString('base64')}\n`, { flag: 'wx', mode: 0o600, flush: true })
      linkSync(draft, file)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    } finally {
      rmSync(draft, { force: true })
    }
  }
  const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64')
  if (key.length === 32) return key
  throw new ConfigError(
    `${file} does not hold a whole key. Restore it from a backup; without one, begin with an empty data folder.`,
  )
}
