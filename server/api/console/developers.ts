import type { WebhookRow } from '../../../contract/console/developers.ts'
import type { WebhookEvent } from '../../vocabulary/webhook-event.ts'
import { noteOf } from './apps.ts'
import type { Handlers } from './asked.ts'
import { notFound } from './problem.ts'

/** What helps those who write clients. */
export const developers = {
  'developers.calls': async ({ ports, customer, working }) => {
    const calls = ports.calls && (await ports.calls(String(customer.id)))
    // The lines to send a call again are signed with the API key, which is for owners.
    const maySign = working.admin.role === 'owner'
    return { calls: calls?.map((call) => (maySign ? call : { ...call, curl: null })) ?? null }
  },

  'developers.webhooks': async ({ engine, customer, query }) => {
    const { limit = 50 } = query
    const events = await engine.store.read.webhooks.list(customer.id, limit + 1)
    const items = events.slice(0, limit).map(rowOf)
    return {
      items,
      total: items.length,
      isTotalExact: events.length <= limit,
      url: customer.settings.webhookUrl || null,
    }
  },

  'developers.resend': async (asked) => {
    const { engine, customer, params } = asked
    const isQueued = await engine.store.write(async (tx) => {
      if (!(await tx.webhooks.resend(customer.id, params.id, engine.clock()))) return false
      await tx.audit.append(customer.id, noteOf(asked, 'webhook', { event: params.id }), 'resent', engine.clock())
      return true
    })
    return isQueued ? { queued: true } : notFound('event')
  },
} satisfies Handlers<'developers.calls' | 'developers.webhooks' | 'developers.resend'>

function rowOf({ id, body, state, tries, lastCode, createdAtMs, nextTryAtMs }: WebhookEvent): WebhookRow {
  const { event, username } = JSON.parse(body) as { event: string; username: string } // written by `notify`
  const next = state === 'waiting' ? nextTryAtMs : null
  return { id, event, username, state, tries, lastCode, createdAtMs, nextTryAtMs: next, body }
}
