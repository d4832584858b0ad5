import type { Command } from 'commander'
import { type ShownDelivery, shownDelivery } from '../engine/delivery.ts'
import type { DeliveryRecord, DeliveryTry } from '../vocabulary/message.ts'
import { customerOf, withStore } from './database.ts'
import { customerOption, example, limitOption } from './options.ts'
import { type Act, Refusal, type Report } from './report.ts'
import { columns, shownTime } from './terminal.ts'

export function deliveries(program: Command, act: Act): void {
  const noun = program
    .command('deliveries')
    .description('What became of the messages of a customer')
    .addHelpText('after', example('deliveries list'))
  noun
    .command('list')
    .description('List messages, newest first, with every try and its receipt; contacts are masked')
    .option('--challenge <txId>', 'only those of one challenge')
    .addOption(customerOption())
    .addOption(limitOption('messages to show'))
    .addHelpText(
      'after',
      example('deliveries list --limit 10', 'deliveries list --challenge 7d0c0c0e-52a6-4d0c-9a68-0a9b2a0c5b11'),
    )
    .action(act(list))
}

interface Options {
  readonly challenge?: string
  readonly customer?: number
  readonly limit: number
}

async function list({ challenge, customer, limit }: Options): Promise<Report> {
  return withStore(async (store) => {
    const { id } = await customerOf(store, customer)
    if (challenge !== undefined && (await store.read.challenges.find(challenge))?.customerId !== id) {
      throw new Refusal(`Customer ${id} has no challenge ${challenge}, or it is forgotten by now.`)
    }
    const records = await store.read.deliveries.log(id, challenge ?? null, limit)
    const rows = records.flatMap((record) => rowsOf(record, shownDelivery(record)))
    const none = challenge === undefined ? `Customer ${id} has no messages.` : 'This challenge has no messages.'
    return {
      text:
        rows.length === 0 ? none : columns([['time', 'challenge', 'way', 'contact', 'state', 'by', 'what'], ...rows]),
      json: { customerKey: id, deliveries: records.map(jsonOf) },
    }
  })
}

/** A line for the message and one for each try. */
function rowsOf({ challengeId, createdAtMs, reason }: DeliveryRecord, shown: ShownDelivery): string[][] {
  const { via, contact, state, provider, tries } = shown
  const head = [shownTime(createdAtMs), challengeId ?? 'notice', via, contact, state, provider ?? '-']
  const receipt = tries.findLast((one) => one.receipt !== null)?.receipt
  const what = state === 'failed' ? (reason ?? '') : (receipt ?? '')
  return [[...head, what], ...tries.map((one) => ['  try', '', '', '', ...tryCells(one)])]
}

function tryCells({ provider, isTaken, reference, detail, atMs, receipt, receiptAtMs }: DeliveryTry): string[] {
  const told = receipt === null || receiptAtMs === null ? [] : [`${receipt} ${shownTime(receiptAtMs)}`]
  const what = [
    shownTime(atMs),
    ...(reference === null ? [] : [reference]),
    ...told,
    ...(detail === null ? [] : [detail]),
  ]
  return [isTaken ? 'taken' : 'failed', provider, what.join(', ')]
}

function jsonOf(record: DeliveryRecord) {
  const { tries, via: channel, settledAtMs, ...shown } = shownDelivery(record)
  return {
    challenge: record.challengeId,
    channel,
    ...shown,
    createdAt: shownTime(record.createdAtMs),
    settledAt: timeOf(settledAtMs),
    tries: tries.map(({ isTaken, atMs, receiptAtMs, ...one }) => ({
      ...one,
      outcome: isTaken ? 'taken' : 'failed',
      at: shownTime(atMs),
      receiptAt: timeOf(receiptAtMs),
    })),
  }
}

function timeOf(ms: number | null): string | null {
  return ms === null ? null : shownTime(ms)
}
