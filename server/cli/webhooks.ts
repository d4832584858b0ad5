import type { Command } from 'commander'
import type { WebhookEvent } from '../vocabulary/webhook-event.ts'
import { customerOf, noteOf, nowOf, withStore } from './database.ts'
import { customerOption, example, limitOption } from './options.ts'
import { type Act, Refusal, type Report } from './report.ts'
import { columns, shownTime } from './terminal.ts'

export function webhooks(program: Command, act: Act): void {
  const noun = program
    .command('webhooks')
    .description("Events for a customer's site (the settings webhookUrl and webhookSecret)")
    .addHelpText('after', example('webhooks list'))
  noun
    .command('list')
    .description('List events, newest first, and what the site answered')
    .addOption(customerOption())
    .addOption(limitOption('events to show'))
    .addHelpText('after', example('webhooks list', 'webhooks list --customer 482913 --limit 10 --json'))
    .action(act(list))
  noun
    .command('resend')
    .description('Send an event once more, whatever became of it; a running server does it within seconds')
    .argument('<id>', 'id of the event, as list shows it')
    .addOption(customerOption())
    .addHelpText('after', example('webhooks resend 7d0c0c0e-52a6-4d0c-9a68-0a9b2a0c5b11'))
    .action(act(resend))
}

async function list({ customer, limit }: { customer?: number; limit: number }): Promise<Report> {
  return withStore(async (store) => {
    const { id } = await customerOf(store, customer)
    const events = (await store.read.webhooks.list(id, limit)).map(shownEvent)
    const rows = events.map((one) => [
      one.id,
      one.createdAt,
      one.event,
      one.username,
      one.state,
      `${one.tries}`,
      `${one.lastCode ?? '-'}`,
      one.nextTryAt ?? '-',
    ])
    const head = ['id', 'time', 'event', 'user', 'state', 'tries', 'answer', 'next try']
    const text = rows.length === 0 ? `Customer ${id} has no events.` : columns([head, ...rows])
    return { text, json: { customerKey: id, events } }
  })
}

function shownEvent({ id, body, state, tries, lastCode, createdAtMs, nextTryAtMs }: WebhookEvent) {
  const { event, userId, username } = JSON.parse(body) // by `notify`
  const next = state === 'waiting' ? shownTime(nextTryAtMs) : null
  const said = { event: String(event), userId: String(userId), username: String(username) }
  return { id, createdAt: shownTime(createdAtMs), ...said, state, tries, lastCode, nextTryAt: next }
}

async function resend(event: string, options: { customer?: number }): Promise<Report> {
  return withStore(async (store) => {
    const { id, settings } = await customerOf(store, options.customer)
    for (const name of ['webhookUrl', 'webhookSecret'] as const) {
      if (settings[name] !== '') continue
      throw new Refusal(
        `Customer ${id} has no ${name}, so nothing is sent. Set it: npx countersign settings set ${name} …`,
      )
    }
    const nowMs = await nowOf(store)
    const isFound = await store.write(async (tx) => {
      if (!(await tx.webhooks.resend(id, event, nowMs))) return false
      await tx.audit.append(id, noteOf('webhook', null, { event }), 'resent', nowMs)
      return true
    })
    if (!isFound) {
      throw new Refusal(`Customer ${id} has no event ${event}. This lists them: npx countersign webhooks list`)
    }
    return { text: `${event} is sent again within seconds, while a server runs.`, json: { customerKey: id, id: event } }
  })
}
