import { seal, unseal } from '../security/seal.ts'
import type { Credential, MethodId } from '../vocabulary.ts'
import { type Keys, place } from './keys.ts'
import type { CredentialRow, Db } from './tables.ts'

/** What users enrolled. Only a decision activates a credential or moves its step. */
export function credentials(db: Db, keys: Keys) {
  /** Keeps a credential beside all others; throws when the customer has no such user. */
  const add = async (customerId: number, userId: string, credential: Credential, nowMs: number): Promise<void> => {
    await db
      .selectFrom('users')
      .select('id')
      .where('customer_id', '=', customerId)
      .where('id', '=', userId)
      .executeTakeFirstOrThrow()
    await db
      .insertInto('credentials')
      .values({
        id: credential.id,
        customer_id: customerId,
        user_id: userId,
        method: credential.method,
        state: credential.state,
        label: credential.label,
        secret: seal(await keys.of(db, customerId), credential.secret, placeOfSecret(customerId, credential.id)),
        last_step: credential.lastStep,
        created_at_ms: nowMs,
        confirmed_at_ms: null,
        last_used_at_ms: credential.lastUsedAtMs,
      })
      .execute()
  }

  return {
    add,

    /** All credentials of a user, pending ones too. */
    async of(customerId: number, userId: string, method: MethodId): Promise<Credential[]> {
      const key = await keys.of(db, customerId)
      const rows = await db
        .selectFrom('credentials')
        .select(['id', 'method', 'state', 'label', 'secret', 'last_step', 'last_used_at_ms'])
        .where('customer_id', '=', customerId)
        .where('user_id', '=', userId)
        .where('method', '=', method)
        .execute()
      return rows.map((row) => openCredential(key, customerId, row))
    },

    /** Keeps a new pending credential in place of an older pending one; a confirmed one stays valid beside it. */
    async offer(customerId: number, userId: string, credential: Credential, nowMs: number): Promise<void> {
      await db
        .deleteFrom('credentials')
        .where('customer_id', '=', customerId)
        .where('user_id', '=', userId)
        .where('method', '=', credential.method)
        .where('state', '=', 'pending')
        .execute()
      await add(customerId, userId, credential, nowMs)
    },
  }
}

/** A credential row as the engine knows it. */
export function openCredential(
  key: Parameters<typeof unseal>[0],
  customerId: number,
  row: Pick<CredentialRow, 'id' | 'method' | 'state' | 'label' | 'secret' | 'last_step' | 'last_used_at_ms'>,
): Credential {
  return {
    id: row.id,
    method: row.method as MethodId, // only credentials of our methods are ever stored
    state: row.state === 'active' ? 'active' : 'pending',
    label: row.label,
    secret: unseal(key, row.secret, placeOfSecret(customerId, row.id)).toString(),
    lastStep: row.last_step,
    lastUsedAtMs: row.last_used_at_ms,
  }
}

function placeOfSecret(customerId: number, id: string): string {
  return place(customerId, 'credentials', id, 'secret')
}
