import { oldestMs, packProfile, prune, retentionMs, unpackProfile } from '../risk/profile.ts'
import type { Db } from './tables.ts'

const hourMs = 3_600_000

/** How long what is no longer needed is kept. */
export const retention = {
  /** `auth-status` promises the same answer for 24 hours after the end. */
  challengesMs: 25 * hourMs,
  pendingCredentialsMs: 24 * hourMs,
  /** Longer than the longest lock (24 h) and than a guesser has patience. */
  guardsMs: 90 * 24 * hourMs,
  noticesMs: 25 * hourMs,
  /** Longer than the day they are counted in. */
  dailyTriesMs: 48 * hourMs,
  inboxMs: 24 * hourMs,
  riskMs: retentionMs,
  webhooksMs: 7 * 24 * hourMs,
} as const

/** Rows that one purge removes of a kind at most, so that it never holds the writer for long. */
export const purgedRowsMax = 2_000

/** Removes a bounded number of rows past their retention and returns how many of each kind went. */
export async function purge(db: Db, nowMs: number, failuresMax: number): Promise<Record<string, number>> {
  const marks = await db
    .deleteFrom('request_marks')
    .where((eb) =>
      eb(
        eb.refTuple('expires_at_ms', 'digest'),
        'in',
        eb
          .selectFrom('request_marks')
          .select(['expires_at_ms', 'digest'])
          .where('expires_at_ms', '<', nowMs)
          .limit(purgedRowsMax)
          .$asTuple('expires_at_ms', 'digest'),
      ),
    )
    .executeTakeFirst()
  const answers = await db
    .deleteFrom('kept_answers')
    .where((eb) =>
      eb(
        eb.refTuple('customer_id', 'digest'),
        'in',
        eb
          .selectFrom('kept_answers')
          .select(['customer_id', 'digest'])
          .where('expires_at_ms', '<=', nowMs)
          .limit(purgedRowsMax)
          .$asTuple('customer_id', 'digest'),
      ),
    )
    .executeTakeFirst()
  const challenges = await db
    .deleteFrom('challenges')
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('challenges')
        .select('id')
        .where('expires_at_ms', '<', nowMs - retention.challengesMs)
        .limit(purgedRowsMax),
    )
    .executeTakeFirst()
  const credentials = await db
    .deleteFrom('credentials')
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('credentials')
        .select('id')
        .where('state', '=', 'pending')
        .where('created_at_ms', '<', nowMs - retention.pendingCredentialsMs)
        .limit(purgedRowsMax),
    )
    .executeTakeFirst()
  const guards = await db
    .deleteFrom('guards')
    .where((eb) =>
      eb(
        eb.refTuple('customer_id', 'subject', 'method'),
        'in',
        eb
          .selectFrom('guards')
          .select(['customer_id', 'subject', 'method'])
          .where('updated_at_ms', '<', nowMs - retention.guardsMs)
          .where('locked_until_ms', '<', nowMs)
          .where('failures', '<', failuresMax)
          .limit(purgedRowsMax)
          .$asTuple('customer_id', 'subject', 'method'),
      ),
    )
    .executeTakeFirst()
  const counts = await db
    .deleteFrom('send_counts')
    .where((eb) =>
      eb(
        eb.refTuple('customer_id', 'key', 'window_start_ms'),
        'in',
        eb
          .selectFrom('send_counts')
          .select(['customer_id', 'key', 'window_start_ms'])
          .where('window_end_ms', '<', nowMs)
          .limit(purgedRowsMax)
          .$asTuple('customer_id', 'key', 'window_start_ms'),
      ),
    )
    .executeTakeFirst()
  const tries = await db
    .deleteFrom('daily_tries')
    .where((eb) =>
      eb(
        eb.refTuple('customer_id', 'subject', 'method', 'day_start_ms'),
        'in',
        eb
          .selectFrom('daily_tries')
          .select(['customer_id', 'subject', 'method', 'day_start_ms'])
          .where('day_start_ms', '<', nowMs - retention.dailyTriesMs)
          .limit(purgedRowsMax)
          .$asTuple('customer_id', 'subject', 'method', 'day_start_ms'),
      ),
    )
    .executeTakeFirst()
  const messages = await db
    .deleteFrom('inbox_messages')
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('inbox_messages')
        .select('id')
        .where('sent_at_ms', '<', nowMs - retention.inboxMs)
        .limit(purgedRowsMax),
    )
    .executeTakeFirst()
  const phones = await db
    .deleteFrom('phone_offers')
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('phone_offers')
        .select('id')
        .where('expires_at_ms', '<', nowMs - retention.challengesMs)
        .limit(purgedRowsMax),
    )
    .executeTakeFirst()
  const pushes = await db
    .deleteFrom('push_messages')
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('push_messages')
        .select('id')
        .where('expires_at_ms', '<', nowMs - retention.noticesMs)
        .limit(purgedRowsMax),
    )
    .executeTakeFirst()
  const notices = await db
    .deleteFrom('deliveries')
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('deliveries')
        .select('id')
        .where('challenge_id', 'is', null)
        .where('created_at_ms', '<', nowMs - retention.noticesMs)
        .limit(purgedRowsMax),
    )
    .executeTakeFirst()
  const riskSessions = await db.deleteFrom('risk_sessions').where('expires_at_ms', '<', nowMs).executeTakeFirst()
  const evaluations = await db
    .deleteFrom('risk_evaluations')
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('risk_evaluations')
        .select('id')
        .where('at_ms', '<', nowMs - retention.riskMs)
        .limit(purgedRowsMax),
    )
    .executeTakeFirst()
  const devices = await db
    .deleteFrom('risk_devices')
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('risk_devices')
        .select('id')
        .where('last_used_at_ms', '<', nowMs - retention.riskMs)
        .where('trusted_until_ms', '<', nowMs)
        .limit(purgedRowsMax),
    )
    .executeTakeFirst()
  const riskCounts = await db
    .deleteFrom('risk_counts')
    .where((eb) =>
      eb(
        eb.refTuple('customer_id', 'level', 'mark'),
        'in',
        eb
          .selectFrom('risk_counts')
          .select(['customer_id', 'level', 'mark'])
          .where('last_ms', '<', nowMs - retention.riskMs)
          .limit(purgedRowsMax)
          .$asTuple('customer_id', 'level', 'mark'),
      ),
    )
    .executeTakeFirst()
  const profiles = await pruneProfiles(db, nowMs)
  const signIns = await db.deleteFrom('sign_ins').where('expires_at_ms', '<', nowMs).executeTakeFirst()
  const sessions = await db.deleteFrom('admin_sessions').where('expires_at_ms', '<', nowMs).executeTakeFirst()
  const selves = await db.deleteFrom('user_sessions').where('expires_at_ms', '<', nowMs).executeTakeFirst()
  const webhooks = await db
    .deleteFrom('webhook_events')
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('webhook_events')
        .select('id')
        .where('created_at_ms', '<', nowMs - retention.webhooksMs)
        .limit(purgedRowsMax),
    )
    .executeTakeFirst()
  return {
    phones: Number(phones.numDeletedRows),
    pushes: Number(pushes.numDeletedRows),
    notices: Number(notices.numDeletedRows),
    webhooks: Number(webhooks.numDeletedRows),
    riskSessions: Number(riskSessions.numDeletedRows),
    evaluations: Number(evaluations.numDeletedRows),
    devices: Number(devices.numDeletedRows),
    riskCounts: Number(riskCounts.numDeletedRows),
    profiles,
    signIns: Number(signIns.numDeletedRows),
    adminSessions: Number(sessions.numDeletedRows),
    userSessions: Number(selves.numDeletedRows),
    marks: Number(marks.numDeletedRows),
    answers: Number(answers.numDeletedRows),
    challenges: Number(challenges.numDeletedRows),
    credentials: Number(credentials.numDeletedRows),
    guards: Number(guards.numDeletedRows),
    tries: Number(tries.numDeletedRows),
    counts: Number(counts.numDeletedRows),
    messages: Number(messages.numDeletedRows),
  }
}

/** Profiles with values that were not seen for too long: those go, and with the last one the profile. */
async function pruneProfiles(db: Db, nowMs: number): Promise<number> {
  const rows = await db
    .selectFrom('risk_users')
    .select(['user_id', 'profile'])
    .where('oldest_ms', '<', nowMs - retention.riskMs)
    .limit(prunedMax)
    .execute()
  for (const { user_id, profile: before } of rows) {
    const profile = prune(unpackProfile(before), nowMs)
    const oldest = oldestMs(profile)
    if (oldest === undefined) {
      await db.deleteFrom('risk_users').where('user_id', '=', user_id).execute()
      continue
    }
    // A sign-in that was learned meanwhile has pruned it already.
    await db
      .updateTable('risk_users')
      .set({ profile: packProfile(profile), oldest_ms: oldest })
      .where('user_id', '=', user_id)
      .where('profile', '=', before)
      .execute()
  }
  return rows.length
}

/** Each is read and written. */
const prunedMax = 200
