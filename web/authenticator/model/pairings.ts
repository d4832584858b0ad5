import type { PromptList } from '../../../contract/device/prompts.ts'
import type { Outcome } from '../device/calls.ts'
import { listen, lookNow, type Trouble } from '../device/live.ts'
import { forget, type Pairing, readPairings, refresh, register, sendPush, unpair } from '../device/pairing.ts'
import { currentSubscription, isPushPossible, readPushState, subscribe, subscriptionInfo } from '../device/push.ts'
import { list, remove } from '../vault/database.ts'
import { readOtpauth } from '../vault/otpauth.ts'
import type { SealedAccount } from '../vault/sealed.ts'
import { addAccount } from './accounts.ts'
import { readAccounts } from './lock.ts'
import { keepLogos } from './logos.ts'
import { get, set } from './store.ts'

/** Another minute of difference is one that people should know of. */
export const clockToleranceMs = 60_000

let stop = () => {}

/** Listens for prompts of every pairing there is. */
export function listenToAll(): void {
  stop()
  stop = listen(get().pairings, heard)
}

const heard = {
  onPrompts(deviceId: string, { prompts, nowMs }: PromptList) {
    const aheadMs = nowMs - Date.now()
    const pairings = get().pairings.map((one) => (one.deviceId === deviceId ? { ...one, aheadMs } : one))
    set({ pairings, waiting: { ...get().waiting, [deviceId]: prompts } })
    showNext()
  },
  onRemoved(deviceId: string) {
    void drop(deviceId, true)
  },
  onTrouble(deviceId: string, trouble: Trouble | null) {
    const { [deviceId]: old = null, ...others } = get().troubles
    if (old !== trouble) set({ troubles: trouble ? { ...others, [deviceId]: trouble } : others })
  },
  onReach(isReached: boolean) {
    if (get().isOffline === isReached) set({ isOffline: !isReached })
  },
}

/** Asks every server now: the app was opened, or a push message came. */
export function lookAgain(): Promise<void> {
  return lookNow(get().pairings, heard)
}

/** Shows the newest prompt that was not put off, unless one is shown already. */
export function showNext(): void {
  const { asked, waiting, later, pairings } = get()
  if (asked) return
  const all = pairings.flatMap((pairing) =>
    (waiting[pairing.deviceId] ?? []).map((prompt) => ({ prompt, pairing, secret: '' })),
  )
  const next = all.find(
    ({ prompt: { id, kind, expiresAtMs }, pairing }) =>
      kind !== 'scan' && !later.includes(id) && expiresAtMs > Date.now() + pairing.aheadMs,
  )
  if (next) set({ asked: next })
}

/** Registers this phone and keeps its soft token, if it was given one; the app must be open. */
export async function pair(keys: CryptoKeyPair, code: string, name: string): Promise<Outcome<Pairing>> {
  const outcome = await register(keys, { code, name })
  if (!outcome.ok) return outcome
  const { pairing, registered } = outcome.value
  const token = registered.softToken && readOtpauth(registered.softToken.uri)
  if (token && typeof token !== 'string') await addAccount(token, pairing.deviceId)
  set({ pairings: [...get().pairings, pairing] })
  listenToAll()
  void keepLogos(get().pairings)
  void syncPush()
  // Else a browser that is short of room may throw the key away.
  void navigator.storage?.persist?.().catch(() => false)
  return { ok: true, value: pairing }
}

export function keep(pairing: Pairing): void {
  set({ pairings: get().pairings.map((one) => (one.deviceId === pairing.deviceId ? pairing : one)) })
  void keepLogos(get().pairings)
}

/** The user removes this phone from an account. Where the server is not reached, nothing changes. */
export async function removePairing(pairing: Pairing): Promise<Outcome<unknown>> {
  const outcome = await unpair(pairing)
  if (outcome.ok || outcome.code === 'unknown-device') await drop(pairing.deviceId, false)
  return outcome
}

/** Forgets a pairing with its key and its codes. */
async function drop(deviceId: string, isByServer: boolean): Promise<void> {
  const { pairings, waiting, asked, removed } = get()
  const gone = pairings.find((one) => one.deviceId === deviceId)
  if (!gone) return
  const { [deviceId]: _, ...others } = waiting
  set({
    pairings: pairings.filter((one) => one !== gone),
    waiting: others,
    asked: asked?.pairing.deviceId === deviceId ? null : asked,
    ...(isByServer ? { removed: [...removed, gone.account.customerName] } : {}),
  })
  await forget(gone)
  for (const code of await list<SealedAccount>('codes')) if (code.pairing === deviceId) await remove('codes', code.id)
  await readAccounts()
  listenToAll()
  await keepLogos(get().pairings)
}

/** Reads every pairing, and asks its server whether it still is one. */
export async function startPairings(): Promise<void> {
  set({ pairings: await readPairings() })
  listenToAll()
  for (const pairing of get().pairings) {
    const outcome = await refresh(pairing)
    if (outcome.ok) keep(outcome.value)
    else if (outcome.code === 'unknown-device') await drop(pairing.deviceId, true)
  }
  await syncPush()
}

/** Asks for messages while the app is closed. */
export async function turnPushOn(): Promise<'on' | 'denied' | 'failed'> {
  const subscription = await subscribe()
  if (typeof subscription === 'string') {
    set({ push: await readPushState() })
    return subscription
  }
  await syncPush()
  return 'on'
}

/** Gives every server the subscription that the browser has now. */
export async function syncPush(): Promise<void> {
  if (!isPushPossible()) return set({ push: 'unsupported' })
  let subscription = await currentSubscription()
  const isGone = get().pairings.some(
    ({ endpoint, device }) => endpoint === subscription?.endpoint && !device.isPushWorking,
  )
  if (subscription && isGone) {
    await subscription.unsubscribe().catch(() => false)
    const again = Notification.permission === 'granted' ? await subscribe() : 'denied'
    subscription = typeof again === 'string' ? null : again
  }
  for (const pairing of get().pairings) {
    if (pairing.endpoint === (subscription?.endpoint ?? null)) continue
    const outcome = await sendPush(pairing, subscription && subscriptionInfo(subscription))
    if (outcome.ok) keep(outcome.value)
  }
  set({ push: await readPushState() })
}
