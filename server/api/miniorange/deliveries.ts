import Type from 'typebox'
import { deliveriesOf, type ShownDelivery } from '../../engine/delivery.ts'
import type { DeliveryTry } from '../../vocabulary/message.ts'
import { customerKey, txId } from './bodies.ts'
import { endpoint } from './endpoint.ts'
import { said, states } from './words.ts'

/** Our extension: what became of the messages of a transaction. */
export const deliveryStatusCall = endpoint({
  path: '/api/auth/delivery-status',
  summary: 'Ask what became of the messages of a transaction',
  refusal: 'ERROR',
  body: Type.Object({ txId, customerKey: Type.Optional(customerKey) }),
  async handle({ engine, caller: { customer }, body }) {
    const id = String(body.txId)
    const deliveries = await deliveriesOf(engine, customer.id, id)
    if (!deliveries) return { txId: id, ...states.unknown }
    return { txId: id, deliveries: deliveries.map(shownDelivery), ...said.done }
  },
})

/** Times are strings, as `sendTime` of challenge is. */
function shownDelivery({ via, contact, state, reason, settledAtMs, provider, tries }: ShownDelivery) {
  const receipt = tries.findLast((one) => one.receipt !== null)
  return {
    channel: via,
    contact,
    state,
    reason,
    time: timeOf(settledAtMs),
    provider,
    receipt: receipt?.receipt ?? null,
    tries: tries.map(shownTry),
  }
}

function shownTry({ provider, isTaken, reference, detail, atMs, receipt, receiptAtMs }: DeliveryTry) {
  const outcome = isTaken ? 'taken' : 'failed'
  return { provider, outcome, reference, detail, time: timeOf(atMs), receipt, receiptTime: timeOf(receiptAtMs) }
}

function timeOf(ms: number | null): string | null {
  return ms === null ? null : String(ms)
}
