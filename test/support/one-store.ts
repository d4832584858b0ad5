import type { Store } from '../../server/store/open.ts'
import { type DatabaseName, newPlace, type Place } from './databases.ts'
import { openRaw, type RawDatabase } from './raw.ts'
import { storeOn } from './store.ts'

/** A store on a fresh database, and a look at its rows. */
export interface OneStore {
  readonly place: Place
  readonly store: Store
  readonly raw: RawDatabase
  close(): Promise<void>
}

export async function oneStore(name: DatabaseName): Promise<OneStore> {
  const place = await newPlace(name)
  const store = await storeOn(place)
  const raw = await openRaw(place)
  return {
    place,
    store,
    raw,
    async close() {
      await raw.close()
      await store.close()
      await place.remove()
    },
  }
}
