import { list } from '../vault/database.ts'
import { makePasskey, secretOf } from '../vault/passkey.ts'
import { type SealedAccount, unseal } from '../vault/sealed.ts'
import {
  changePin as changeVaultPin,
  createVault,
  readLock,
  setPasskey,
  type Unlocked,
  unlockWithPasskey,
  unlockWithPin,
} from '../vault/vault.ts'
import { eraseAll } from './erase.ts'
import { get, set } from './store.ts'

/** Nobody touches it for so long: it locks, also while it is being looked at. */
const idleMaxMs = 5 * 60_000

/** Held while the app is open, and by nothing else. */
let vaultKey: CryptoKey | null = null

export const heldKey = () => vaultKey

export async function setUpLock(pin: string): Promise<void> {
  await opened(await createVault(pin))
  set({ hasLock: true })
}

/** Opens the app; too many wrong PINs erase everything it holds. */
export async function unlock(pin: string): Promise<Unlocked> {
  const outcome = await unlockWithPin(pin)
  if (outcome.ok) await opened(outcome.key)
  if (!outcome.ok && outcome.reason === 'spent') {
    await eraseAll()
    set({ isErased: true })
  }
  return outcome
}

export async function unlockByPasskey(): Promise<boolean> {
  const lock = await readLock()
  if (!lock?.byPasskey) return false
  const secret = await secretOf(lock.byPasskey.credentialId, lock.byPasskey.salt)
  const key = secret && (await unlockWithPasskey(lock.byPasskey, secret))
  if (!key) return false
  await opened(key)
  return true
}

export function lockNow(): void {
  vaultKey = null
  set({ accounts: null })
}

/** Only while the app is open. */
export async function changePin(pin: string): Promise<void> {
  if (vaultKey) await changeVaultPin(vaultKey, pin)
}

export async function addPasskey(): Promise<'ok' | 'cancelled' | 'unsupported'> {
  const made = await makePasskey()
  if (!made.ok) return made.reason
  if (!vaultKey) return 'cancelled'
  await setPasskey(vaultKey, made)
  set({ hasPasskey: true })
  return 'ok'
}

export async function removePasskey(): Promise<void> {
  if (!vaultKey) return
  await setPasskey(vaultKey, null)
  set({ hasPasskey: false })
}

async function opened(key: CryptoKey): Promise<void> {
  vaultKey = key
  await readAccounts()
}

/** Opens what is kept; a row that does not open any more is left out and stays. */
export async function readAccounts(): Promise<void> {
  const sealed = await list<SealedAccount>('codes')
  const key = vaultKey
  const accounts = key && (await Promise.all(sealed.map((one) => unseal(key, one).catch(() => undefined))))
  set({
    accountCount: sealed.length,
    accounts: accounts?.flatMap((one) => one ?? []).sort((left, right) => left.addedAtMs - right.addedAtMs) ?? null,
  })
}

/** Locks the app when it was left, or when nobody touched it for a while. */
export function watchLeaving(): void {
  let leftAtMs = 0
  let idle = setTimeout(lockNow, idleMaxMs)
  const touched = () => {
    clearTimeout(idle)
    idle = setTimeout(lockNow, idleMaxMs)
  }
  for (const event of ['pointerdown', 'keydown', 'scroll']) addEventListener(event, touched, { passive: true })
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') leftAtMs = Date.now()
    else if (Date.now() - leftAtMs >= get().preferences.lockAfterSeconds * 1_000) lockNow()
  })
}
