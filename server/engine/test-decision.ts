import { setTimeout as sleep } from 'node:timers/promises'
import type { ToSend } from '../methods/method.ts'
import type { Customer } from '../vocabulary/customer.ts'
import { answer } from './answer.ts'
import type { Engine } from './ports.ts'
import { testCode } from './test-customer.ts'

/** Long enough for a caller to begin asking for the state. */
const thoughtMs = 1_000

export interface TestDecision {
  readonly customer: Customer
  readonly challengeId: string
  readonly send: readonly ToSend[]
  readonly isAccepted: boolean
  readonly requestId: string
}

/**
 * Plays the person behind a test customer's magic address: opens the link a moment later and decides, by the same door
 * as everybody. When this process ends before, the challenge just expires.
 */
export async function decideSoon(engine: Engine, decision: TestDecision): Promise<void> {
  const { customer, challengeId, send, isAccepted, requestId } = decision
  const links = send.find((one) => one.kind === 'links')
  if (!links) return
  await sleep(thoughtMs, undefined, { ref: false })
  await answer(engine, {
    customer,
    to: { challengeId, username: null },
    readOwnMethod: () => undefined,
    answer: { kind: 'decision', secret: links.accept, isAccepted, number: testCode(2) },
    request: null,
    requestId,
  }).catch(() => undefined) // the server stopped meanwhile
}
