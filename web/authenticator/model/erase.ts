import { forget, unpair } from '../device/pairing.ts'
import { currentSubscription, isPushPossible } from '../device/push.ts'
import { erase } from '../vault/database.ts'
import { keepLogos } from './logos.ts'
import { get, set } from './store.ts'

const unpairWithinMs = 3_000

/** Takes everything off this phone; the servers are told as far as they can be reached. */
export async function eraseAll(): Promise<void> {
  const { pairings, preferences } = get()
  const telling = Promise.allSettled(pairings.map((pairing) => unpair(pairing)))
  await Promise.race([telling, new Promise((resolve) => setTimeout(resolve, unpairWithinMs))])
  for (const pairing of pairings) await forget(pairing)
  await erase()
  await keepLogos([])
  if (isPushPossible()) await (await currentSubscription())?.unsubscribe().catch(() => false)
  set({
    preferences,
    pairings: [],
    accountCount: 0,
    accounts: null,
    hasLock: false,
    hasPasskey: false,
    waiting: {},
    asked: null,
    later: [],
  })
}
