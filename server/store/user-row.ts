import type { Selectable } from 'kysely'
import { deriveKey, keyedDigest } from '../security/digest.ts'
import { type Sealed, type SealingKey, seal, unseal } from '../security/seal.ts'
import type { User, UserChange } from '../vocabulary/user.ts'
import { type Keys, place } from './keys.ts'
import type { UserRow } from './tables/users.ts'
import type { Db } from './tables.ts'

/** The user of a row, with his contacts opened. */
export async function openUser(db: Db, keys: Keys, row: Selectable<UserRow>): Promise<User> {
  const key = await keys.of(db, row.customer_id)
  return {
    id: row.id,
    customerId: row.customer_id,
    username: row.username,
    email: openContact(key, row, 'email'),
    phone: openContact(key, row, 'phone'),
    firstName: row.first_name,
    lastName: row.last_name,
    preferredMethod: row.preferred_method,
    isEnabled: row.is_enabled === 1,
    createdAtMs: row.created_at_ms,
  }
}

export type Contact = 'email' | 'phone'

export function sealContact(
  key: SealingKey,
  customerId: number,
  id: string,
  column: Contact,
  text: string | null,
): Sealed | null {
  return text === null ? null : seal(key, text, place(customerId, 'users', id, column))
}

function openContact(key: SealingKey, row: Selectable<UserRow>, column: Contact): string | null {
  const sealed = row[column]
  return sealed === null ? null : unseal(key, sealed, place(row.customer_id, 'users', row.id, column)).toString()
}

/** What a user is looked for by. */
export function indexOf(key: SealingKey, { email, phone, firstName, lastName }: UserChange) {
  return {
    first_folded: firstName === undefined ? undefined : fold(firstName),
    last_folded: lastName === undefined ? undefined : fold(lastName),
    email_digest: email === undefined ? undefined : contactDigest(key, email && fold(email)),
    phone_digest: phone === undefined ? undefined : contactDigest(key, phone),
  }
}

/** A user who is added has all of it. */
export function indexed<T extends object>(index: T): { [Key in keyof T]: Exclude<T[Key], undefined> | null } {
  return Object.fromEntries(Object.entries(index).map(([name, value]) => [name, value ?? null])) as {
    [Key in keyof T]: Exclude<T[Key], undefined> | null
  } // each of its fields, with null for what is absent
}

/** One key for all spellings of a name. */
export function fold(text: string): string
export function fold(text: string | null): string | null
export function fold(text: string | null): string | null {
  return text === null ? null : text.normalize('NFKC').trim().toLowerCase()
}

/** What a contact is found by; it does not tell the contact. */
export function contactDigest(key: SealingKey, folded: string): Buffer
export function contactDigest(key: SealingKey, folded: string | null): Buffer | null
export function contactDigest(key: SealingKey, folded: string | null): Buffer | null {
  return folded === null ? null : keyedDigest(deriveKey(key.bytes, 'contacts'), folded)
}
