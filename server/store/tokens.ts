import type { Selectable } from 'kysely'
import { type Sealed, type SealingKey, seal, unseal } from '../security/seal.ts'
import type { MethodId } from '../vocabulary/method.ts'
import type { Token, TokenMove, TokenSeed, TokensWanted } from '../vocabulary/token.ts'
import { credentials } from './credentials.ts'
import type { Dialect } from './dialect.ts'
import { type Keys, place } from './keys.ts'
import type { TokenRow } from './tables/users.ts'
import type { Db } from './tables.ts'

/** A token whose owner is told, but not yet by name. */
export type NewToken = Omit<Token, 'username'>

const method: MethodId = 'hardware-token'
/** Rows of one statement at most. */
const rowsMax = 500

/**
 * Hardware tokens. An assigned one has a credential of the same id, by which its codes are judged; its step goes there
 * with it and comes back with it, so that no hand can use what another used.
 */
export function tokens(db: Db, keys: Keys, dialect: Dialect) {
  const select = (customerId: number) =>
    db
      .selectFrom('tokens')
      .leftJoin('credentials', 'credentials.id', 'tokens.id')
      .leftJoin('users', 'users.id', 'tokens.user_id')
      .selectAll('tokens')
      .select(['credentials.last_step', 'credentials.last_used_at_ms', 'users.username'])
      .where('tokens.customer_id', '=', customerId)

  return {
    async find(customerId: number, serial: string): Promise<Token | undefined> {
      const row = await select(customerId).where('tokens.serial', '=', serial).executeTakeFirst()
      return row && opened(await keys.of(db, customerId), row)
    },

    async byPublicId(customerId: number, publicId: string): Promise<Token | undefined> {
      const row = await select(customerId).where('tokens.public_id', '=', publicId).executeTakeFirst()
      return row && opened(await keys.of(db, customerId), row)
    },

    async page(customerId: number, offset: number, limit: number, wanted: TokensWanted = {}): Promise<Token[]> {
      let query = select(customerId)
      if (wanted.state) query = query.where('tokens.state', '=', wanted.state)
      if (wanted.serial) query = query.where('tokens.serial', 'like', `${likeable(wanted.serial)}%`)
      const rows = await query.orderBy('tokens.serial').offset(offset).limit(limit).execute()
      const key = await keys.of(db, customerId)
      return rows.map((row) => opened(key, row))
    },

    async count(customerId: number, wanted: TokensWanted = {}): Promise<number> {
      let query = db.selectFrom('tokens').where('customer_id', '=', customerId)
      if (wanted.state) query = query.where('state', '=', wanted.state)
      if (wanted.serial) query = query.where('serial', 'like', `${likeable(wanted.serial)}%`)
      const row = await query.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
      return Number(row.total)
    },

    /** Adds unassigned tokens; returns the ids of those whose serial number and public identity were free. */
    async add(customerId: number, list: readonly NewToken[]): Promise<Set<string>> {
      const key = await keys.of(db, customerId)
      const added = new Set<string>()
      for (let from = 0; from < list.length; from += rowsMax) {
        const rows = await db
          .insertInto('tokens')
          .values(list.slice(from, from + rowsMax).map((token) => rowOf(key, customerId, token)))
          .onConflict((conflict) => conflict.doNothing())
          .returning('id')
          .execute()
        for (const { id } of rows) added.add(id)
      }
      return added
    },

    /**
     * Moves a token out of the state and the hand it was read in. False when somebody else was first: the condition
     * settles two assignments of one token, and an assignment against a use of the same step.
     */
    async move(token: Token, to: TokenMove, nowMs: number): Promise<boolean> {
      const { id, customerId } = token
      const moved = await db
        .updateTable('tokens')
        .set({ state: to.state, user_id: to.userId })
        .where('customer_id', '=', customerId)
        .where('id', '=', id)
        .where('state', '=', token.state)
        .where('user_id', token.userId === null ? 'is' : '=', token.userId)
        .where('carried_step', '<', to.usedStep ?? Number.MAX_SAFE_INTEGER)
        .returning(['carried_step', 'carried_at_ms'])
        .executeTakeFirst()
      if (!moved) return false
      if (token.state === 'assigned') await takeBack(db, customerId, id)
      if (to.state !== 'assigned' || to.userId === null) return true
      await credentials(db, keys, dialect).add(
        customerId,
        to.userId,
        {
          id,
          method,
          state: 'active',
          label: token.serial,
          secret: JSON.stringify(token.seed),
          lastStep: to.usedStep ?? moved.carried_step,
          lastUsedAtMs: to.usedStep === undefined ? moved.carried_at_ms : nowMs,
        },
        nowMs,
      )
      return true
    },
  }
}

/** Ends the credential of a token and keeps its step. One statement removes and reads it: no answer comes between. */
async function takeBack(db: Db, customerId: number, id: string): Promise<void> {
  const last = await db
    .deleteFrom('credentials')
    .where('customer_id', '=', customerId)
    .where('id', '=', id)
    .returning(['last_step', 'last_used_at_ms'])
    .executeTakeFirst()
  if (!last) return
  const { last_step: carriedStep, last_used_at_ms: carriedAtMs } = last
  await db
    .updateTable('tokens')
    .set({ carried_step: carriedStep, carried_at_ms: carriedAtMs })
    .where('customer_id', '=', customerId)
    .where('id', '=', id)
    .execute()
}

/** Takes every token from a user who goes. What was disabled stays so. */
export async function takeBackAll(db: Db, customerId: number, userId: string): Promise<void> {
  const rows = await db
    .updateTable('tokens')
    .set(({ ref, val, eb }) => ({
      user_id: null,
      state: eb.case().when('state', '=', 'assigned').then(val('unassigned')).else(ref('state')).end(),
    }))
    .where('customer_id', '=', customerId)
    .where('user_id', '=', userId)
    .returning('id')
    .execute()
  for (const { id } of rows) await takeBack(db, customerId, id)
}

type JoinedRow = Selectable<TokenRow> & {
  readonly last_step: number | null
  readonly last_used_at_ms: number | null
  readonly username: string | null
}

function opened(key: SealingKey, row: JoinedRow): Token {
  const isHeld = row.last_step !== null
  return {
    id: row.id,
    customerId: row.customer_id,
    serial: row.serial,
    state: row.state as Token['state'], // only written by `rowOf` and `move`
    userId: row.user_id,
    username: row.username,
    seed: JSON.parse(unseal(key, row.seed, placeOfSeed(row.customer_id, row.id)).toString()) as TokenSeed, // by `rowOf`
    lastStep: row.last_step ?? row.carried_step,
    lastUsedAtMs: isHeld ? row.last_used_at_ms : row.carried_at_ms,
    createdAtMs: row.created_at_ms,
  }
}

function rowOf(key: SealingKey, customerId: number, token: NewToken): TokenRow {
  const { id, seed } = token
  return {
    id,
    customer_id: customerId,
    serial: token.serial,
    public_id: seed.kind === 'yubikey' ? seed.publicId : null,
    state: 'unassigned',
    user_id: null,
    seed: sealedSeed(key, customerId, id, seed),
    carried_step: token.lastStep,
    carried_at_ms: token.lastUsedAtMs,
    created_at_ms: token.createdAtMs,
  }
}

function sealedSeed(key: SealingKey, customerId: number, id: string, seed: TokenSeed): Sealed {
  return seal(key, JSON.stringify(seed), placeOfSeed(customerId, id))
}

/** Serial numbers have none of the letters that a pattern means something by. */
function likeable(text: string): string {
  return text.replaceAll(/[%_\\]/g, '')
}

function placeOfSeed(customerId: number, id: string): string {
  return place(customerId, 'tokens', id, 'seed')
}
