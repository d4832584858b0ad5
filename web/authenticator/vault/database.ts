/** The app's tables in IndexedDB: what is kept there is kept on this phone alone. */
export type Table = 'pairings' | 'codes' | 'settings'

const version = 1
let opening: Promise<IDBDatabase> | undefined

function open(): Promise<IDBDatabase> {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open('countersign', version)
    request.onupgradeneeded = () => {
      request.result.createObjectStore('pairings', { keyPath: 'deviceId' })
      request.result.createObjectStore('codes', { keyPath: 'id' })
      request.result.createObjectStore('settings')
    }
    request.onerror = () => reject(request.error)
    request.onsuccess = () => {
      const database = request.result
      // Another tab has a newer release and wants to change the tables.
      database.onversionchange = () => {
        database.close()
        opening = undefined
      }
      resolve(database)
    }
  })
  opening.catch(() => {
    opening = undefined
  })
  return opening
}

/** One transaction; resolves when it is on disk. `work` may ask only this store. */
async function within<T>(
  table: Table,
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => { readonly result: T } | undefined,
): Promise<T | undefined> {
  const transaction = (await open()).transaction(table, mode, { durability: 'strict' })
  return new Promise((resolve, reject) => {
    const request = work(transaction.objectStore(table))
    transaction.oncomplete = () => resolve(request?.result)
    transaction.onerror = () => reject(transaction.error)
    transaction.onabort = () => reject(transaction.error)
  })
}

export async function list<T>(table: Table): Promise<T[]> {
  return ((await within(table, 'readonly', (store) => store.getAll())) ?? []) as T[] // as `put` was given it
}

export async function find<T>(table: Table, key: string): Promise<T | undefined> {
  return (await within(table, 'readonly', (store) => store.get(key))) as T | undefined // as `put` was given it
}

/** `key` for the settings; the other tables have theirs within the row. */
export async function put(table: Table, row: unknown, key?: string): Promise<void> {
  await within(table, 'readwrite', (store) => store.put(row, key))
}

export async function remove(table: Table, key: string): Promise<void> {
  await within(table, 'readwrite', (store) => store.delete(key))
}

/** Reads and writes in one transaction, so that two tabs cannot both count the same try. */
export async function change<T>(table: Table, key: string, next: (old: T | undefined) => T): Promise<T> {
  let changed: T | undefined
  await within(table, 'readwrite', (store) => {
    const reading = store.get(key)
    reading.onsuccess = () => {
      changed = next(reading.result)
      store.put(changed, key)
    }
    return undefined
  })
  return changed as T // set before the transaction could complete
}

/** Everything, for ever. */
export async function erase(): Promise<void> {
  for (const table of ['pairings', 'codes', 'settings'] as const)
    await within(table, 'readwrite', (store) => store.clear())
}
