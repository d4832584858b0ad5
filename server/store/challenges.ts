import { sql } from 'kysely'
import { type SealingKey, seal, unseal } from '../security/seal.ts'
import type { Challenge, ChallengeState, NewChallenge, RecentChallenge } from '../vocabulary/challenge.ts'
import type { MethodId } from '../vocabulary/method.ts'
import type { Dialect } from './dialect.ts'
import { type Keys, place } from './keys.ts'
import type { ChallengeRow } from './tables/challenges.ts'
import type { Db } from './tables.ts'

/** Questions that were asked. Only a decision, or being replaced, ends one. */
export function challenges(db: Db, keys: Keys, dialect: Dialect) {
  return {
    /** A challenge by its unguessable id alone, for the unsigned status that browsers poll. */
    async find(id: string): Promise<Challenge | undefined> {
      const row = await db.selectFrom('challenges').selectAll().where('id', '=', id).executeTakeFirst()
      return row && openChallenge(await keys.of(db, row.customer_id), row)
    },

    /** The challenge that this very request made before. */
    async byRequest(customerId: number, digest: Uint8Array): Promise<Challenge | undefined> {
      const row = await db
        .selectFrom('challenges')
        .selectAll()
        .where('customer_id', '=', customerId)
        .where('request_digest', '=', digest)
        .executeTakeFirst()
      return row && openChallenge(await keys.of(db, customerId), row)
    },

    /**
     * Ends what the subject was asked before by this method and keeps the new question. Two that are asked at once
     * wait for each other, and the later one replaces the earlier; the index `challenges_one_live` makes sure.
     */
    async replace(challenge: NewChallenge, nowMs: number): Promise<void> {
      if (dialect === 'postgres') {
        const name = `${challenge.customerId}|${challenge.subject.key}|${challenge.method}`
        await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(db)
      }
      await db
        .updateTable('challenges')
        .set(({ eb }) => ({
          state: eb.case().when('expires_at_ms', '<=', nowMs).then('expired').else('cancelled').end(),
          settled_at_ms: nowMs,
          pending: null,
        }))
        .where('customer_id', '=', challenge.customerId)
        .where('subject', '=', challenge.subject.key)
        .where('method', '=', challenge.method)
        .where('state', '=', 'pending')
        .execute()
      const key = await keys.of(db, challenge.customerId)
      await db
        .insertInto('challenges')
        .values({
          id: challenge.id,
          customer_id: challenge.customerId,
          subject: challenge.subject.key,
          subject_is_user: challenge.subject.isUser ? 1 : 0,
          user_id: challenge.userId,
          method: challenge.method,
          label: challenge.label,
          state: challenge.state,
          attempts: 0,
          attempts_max: challenge.attemptsMax,
          pending: challenge.pending === null ? null : seal(key, sealedText(challenge), placeOfPending(challenge)),
          transaction_name: challenge.transactionName,
          origin: challenge.origin,
          request_digest: challenge.requestDigest,
          created_at_ms: challenge.createdAtMs,
          expires_at_ms: challenge.expiresAtMs,
          settled_at_ms: null,
        })
        .execute()
    },

    /** The id of the subject's latest question by a method, however it went; the one that waits before all others. */
    async latest(customerId: number, subject: string, method: MethodId): Promise<string | undefined> {
      const row = await db
        .selectFrom('challenges')
        .select('id')
        .where('customer_id', '=', customerId)
        .where('subject', '=', subject)
        .where('method', '=', method)
        .orderBy('created_at_ms', 'desc')
        .orderBy((eb) => eb.case().when('state', '=', 'pending').then(0).else(1).end())
        .limit(1)
        .executeTakeFirst()
      return row?.id
    },

    /** The subject's latest questions by these methods, newest first, as far as they are kept. */
    async recent(
      customerId: number,
      subject: string,
      methods: readonly MethodId[],
      sinceMs: number,
      limit: number,
    ): Promise<RecentChallenge[]> {
      const rows = await db
        .selectFrom('challenges')
        .select(['state', 'created_at_ms', 'expires_at_ms', 'settled_at_ms'])
        .where('customer_id', '=', customerId)
        .where('subject', '=', subject)
        .where('method', 'in', methods)
        .where('created_at_ms', '>', sinceMs)
        // What could not be handed over reached nobody; a phone's question needs no message.
        .where((eb) => {
          const sent = eb
            .selectFrom('deliveries')
            .select('deliveries.id')
            .whereRef('deliveries.challenge_id', '=', 'challenges.id')
          return eb.or([eb.exists(sent.where('deliveries.state', '<>', 'failed')), eb.not(eb.exists(sent))])
        })
        .orderBy('created_at_ms', 'desc')
        .limit(limit)
        .execute()
      return rows.map((row) => ({
        state: row.state as ChallengeState, // written by `replace`, `cancel` and decisions
        createdAtMs: row.created_at_ms,
        expiresAtMs: row.expires_at_ms,
        settledAtMs: row.settled_at_ms,
      }))
    },

    /** The open questions of these users by these methods, newest first. */
    async waiting(userIds: readonly string[], methods: readonly MethodId[], nowMs: number): Promise<Challenge[]> {
      if (userIds.length === 0) return []
      const rows = await db
        .selectFrom('challenges')
        .selectAll()
        .where('user_id', 'in', userIds)
        .where('method', 'in', methods)
        .where('state', '=', 'pending')
        .where('expires_at_ms', '>', nowMs)
        .orderBy('created_at_ms', 'desc')
        .execute()
      return Promise.all(rows.map(async (row) => openChallenge(await keys.of(db, row.customer_id), row)))
    },

    /**
     * Keeps something else for a question that waits, in place of what was read. False when it was settled or changed
     * meanwhile: of two that change it at once only one does.
     */
    async amend(challenge: Challenge, pending: string): Promise<boolean> {
      const { customerId, id } = challenge
      const key = await keys.of(db, customerId)
      const found = db
        .selectFrom('challenges')
        .select('pending')
        .where('customer_id', '=', customerId)
        .where('id', '=', id)
        .where('state', '=', 'pending')
      // On SQLite nobody else writes until the transaction ends.
      const row = await (dialect === 'postgres' ? found.forUpdate() : found).executeTakeFirst()
      const place = placeOfPending(challenge)
      if (!row?.pending || unseal(key, row.pending, place).toString() !== sealedText(challenge)) return false
      await db
        .updateTable('challenges')
        .set({ pending: seal(key, sealedText({ ...challenge, pending }), place) })
        .where('customer_id', '=', customerId)
        .where('id', '=', id)
        .where('state', '=', 'pending')
        .execute()
      return true
    },

    /** Ends whatever a user is asked just now; returns how many questions that were. */
    async cancelAll(customerId: number, userId: string, nowMs: number): Promise<number> {
      const { numUpdatedRows } = await db
        .updateTable('challenges')
        .set({ state: 'cancelled', settled_at_ms: nowMs, pending: null })
        .where('customer_id', '=', customerId)
        .where('user_id', '=', userId)
        .where('state', '=', 'pending')
        .executeTakeFirst()
      return Number(numUpdatedRows)
    },

    /** Ends a challenge whose message could not be handed over; settled ones stay as they are. */
    async cancel(customerId: number, id: string, nowMs: number): Promise<void> {
      await db
        .updateTable('challenges')
        .set({ state: 'cancelled', settled_at_ms: nowMs, pending: null })
        .where('customer_id', '=', customerId)
        .where('id', '=', id)
        .where('state', '=', 'pending')
        .execute()
    },
  }
}

type Readable = Pick<
  ChallengeRow,
  | 'id'
  | 'customer_id'
  | 'subject'
  | 'subject_is_user'
  | 'user_id'
  | 'method'
  | 'label'
  | 'state'
  | 'pending'
  | 'transaction_name'
  | 'origin'
  | 'created_at_ms'
  | 'expires_at_ms'
>

/** A challenge row as the engine knows it. */
export function openChallenge(key: SealingKey, row: Readable): Challenge {
  const [pending = null, userAgent = null] = row.pending
    ? textsOf(unseal(key, row.pending, placeOfPending({ customerId: row.customer_id, id: row.id })).toString())
    : []
  return {
    id: row.id,
    customerId: row.customer_id,
    subject: { key: row.subject, isUser: row.subject_is_user === 1 },
    userId: row.user_id,
    method: row.method as MethodId, // written by `replace`
    label: row.label,
    state: row.state as ChallengeState, // written by `replace`, `cancel` and decisions
    pending,
    transactionName: row.transaction_name,
    origin: row.origin,
    userAgent,
    createdAtMs: row.created_at_ms,
    expiresAtMs: row.expires_at_ms,
  }
}

/** What is sealed with a question, and erased with it; JSON on one line ends at the first line break. */
function sealedText({ pending, userAgent }: Pick<Challenge, 'pending' | 'userAgent'>): string {
  return userAgent === null ? `${pending}` : `${pending}\n${userAgent}`
}

function textsOf(text: string): readonly string[] {
  const end = text.indexOf('\n')
  return end < 0 ? [text] : [text.slice(0, end), text.slice(end + 1)]
}

function placeOfPending(challenge: { customerId: number; id: string }): string {
  return place(challenge.customerId, 'challenges', challenge.id, 'pending')
}
