import type { DeliveryRecord, DeliveryTry, Via } from '../vocabulary/message.ts'
import { maskEmail, maskPhone } from './contacts.ts'
import type { Engine } from './ports.ts'

/** More than any challenge has. */
const messagesMax = 10

/** What became of one message of a challenge; the contact is masked. */
export interface ShownDelivery {
  readonly via: Via
  readonly contact: string
  readonly state: DeliveryRecord['state']
  readonly reason: string | null
  readonly settledAtMs: number | null
  /** Who took it; null when nobody did. */
  readonly provider: string | null
  readonly tries: readonly DeliveryTry[]
}

/** The messages of a customer's challenge, in no order; `undefined` when he has no such challenge. */
export async function deliveriesOf(
  engine: Engine,
  customerId: number,
  challengeId: string,
): Promise<readonly ShownDelivery[] | undefined> {
  const { challenges, deliveries } = engine.store.read
  const challenge = await challenges.find(challengeId)
  if (challenge?.customerId !== customerId) return undefined
  return (await deliveries.log(customerId, challengeId, messagesMax)).map(shownDelivery)
}

/** What may be told of a message. */
export function shownDelivery({ via, contact, state, reason, settledAtMs, tries }: DeliveryRecord): ShownDelivery {
  const mask = via === 'email' ? maskEmail : maskPhone
  const provider = tries.findLast(({ isTaken }) => isTaken)?.provider ?? null
  return { via, contact: mask(contact), state, reason, settledAtMs, provider, tries }
}
