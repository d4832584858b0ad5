import type { Db } from './tables.ts'

export interface InboxMessage {
  readonly id: number
  readonly channel: string
  readonly to: string
  readonly subject: string | null
  readonly text: string
  readonly html: string | null
  readonly sentAtMs: number
}

/** The development inbox: messages that no gateway is set up for, in plain text. Empty in production. */
export function inbox(db: Db) {
  return {
    async add(customerId: number, message: Omit<InboxMessage, 'id'>): Promise<void> {
      const { channel, to, subject, text, html, sentAtMs } = message
      await db
        .insertInto('inbox_messages')
        .values({ customer_id: customerId, channel, to, subject, text, html, sent_at_ms: sentAtMs })
        .execute()
    },

    /** Newest first. */
    async list(to: string | null, limit: number): Promise<InboxMessage[]> {
      let query = db.selectFrom('inbox_messages').selectAll().orderBy('id', 'desc').limit(limit)
      if (to !== null) query = query.where('to', '=', to)
      const rows = await query.execute()
      return rows.map((row) => ({
        id: row.id,
        channel: row.channel,
        to: row.to,
        subject: row.subject,
        text: row.text,
        html: row.html,
        sentAtMs: row.sent_at_ms,
      }))
    },
  }
}
