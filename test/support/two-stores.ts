import type { Store } from '../../server/store/open.ts'
import { type DatabaseName, newPlace, type Place } from './databases.ts'
import { openRaw, type RawDatabase } from './raw.ts'
import { nowMs, storeOn } from './store.ts'

/** Two stores on one fresh database, as two nodes have it, and a look at its rows. */
export interface TwoStores {
  readonly place: Place
  readonly first: Store
  readonly second: Store
  readonly raw: RawDatabase
  close(): Promise<void>
}

export async function twoStores(name: DatabaseName, customerId: number): Promise<TwoStores> {
  const place = await newPlace(name)
  const first = await storeOn(place)
  const second = await storeOn(place)
  const raw = await openRaw(place)
  await first.write((tx) => tx.customers.add(customerId, 'Customer', 'the-api-key-of-the-customer', nowMs))
  return {
    place,
    first,
    second,
    raw,
    async close() {
      await raw.close()
      await first.close()
      await second.close()
      await place.remove()
    },
  }
}
