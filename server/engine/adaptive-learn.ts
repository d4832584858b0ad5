import { placeOf } from '../risk/evidence.ts'
import type { KeptEvaluation } from '../risk/kept.ts'
import { learn } from '../risk/profile.ts'
import type { Store } from './ports.ts'
import type { Records } from './records.ts'

/** Sign-ins that one write counts in at most. */
const countedMax = 256

/** Adds a finished sign-in to what is remembered of its user, inside the write that finishes it. */
export async function learnFrom(tx: Records, kept: KeptEvaluation): Promise<void> {
  const { customerId, userId, atMs, record } = kept
  if (userId === null || record.isUntrusted) return
  const user = await tx.riskUsers.hold(customerId, userId)
  await tx.riskUsers.put(customerId, userId, {
    ...user,
    profile: learn(user.profile, kept.marks, record.evidence.token === 'known', atMs),
    place: placeOf(record.evidence.network, atMs) ?? user.place,
    failures: { count: 0, atMs },
    prompts: { count: 0, atMs },
  })
  await tx.riskEvaluations.count(customerId, kept.id)
}

/** Counts what was finished since for everybody: of many sign-ins together, because they touch the same counts. */
export async function countFinished(store: Pick<Store, 'write'>): Promise<number> {
  let counted = 0
  for (;;) {
    const taken = await store.write(async (tx) => {
      const list = await tx.riskEvaluations.takeUncounted(countedMax)
      if (list.length > 0) await tx.riskCounts.add(list)
      return list.length
    })
    counted += taken
    if (taken < countedMax) return counted
  }
}
