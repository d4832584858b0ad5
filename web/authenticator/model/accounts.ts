import { find, put, remove } from '../vault/database.ts'
import { type SealedAccount, seal } from '../vault/sealed.ts'
import type { Account } from '../vault/totp.ts'
import { heldKey, readAccounts } from './lock.ts'
import { get } from './store.ts'

/** Keeps an account, sealed. False: the app locked itself meanwhile. */
export async function addAccount(account: Account, pairing: string | null = null): Promise<boolean> {
  const key = heldKey()
  if (!key) return false
  await put('codes', await seal(key, account, pairing, crypto.randomUUID()))
  await readAccounts()
  return true
}

/** Adds what is not there yet; gives how many that were. */
export async function addAccounts(accounts: readonly Account[]): Promise<number> {
  const known = new Set(get().accounts?.map(identity))
  const fresh = accounts.filter((account) => !known.has(identity(account)))
  for (const account of fresh) await addAccount(account)
  return fresh.length
}

const identity = ({ secret, algorithm, digits, periodSeconds }: Account) =>
  [secret, algorithm, digits, periodSeconds].join('|')

export async function renameAccount(id: string, issuer: string, name: string): Promise<void> {
  const key = heldKey()
  const old = get().accounts?.find((one) => one.id === id)
  const row = await find<SealedAccount>('codes', id)
  if (!key || !old || !row) return
  const sealed = await seal(key, { ...old, issuer, name }, row.pairing, id)
  await put('codes', { ...sealed, addedAtMs: row.addedAtMs })
  await readAccounts()
}

export async function removeAccount(id: string): Promise<void> {
  await remove('codes', id)
  await readAccounts()
}
