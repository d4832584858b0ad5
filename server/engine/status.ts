import type { ChallengeState } from '../vocabulary/challenge.ts'
import type { Engine } from './ports.ts'

/**
 * The state of a challenge, by its unguessable id. `customerId` null: asked without a signature, which the customer
 * may have switched off. The same question gets the same answer for as long as the challenge is kept.
 */
export async function status(
  engine: Engine,
  id: string,
  customerId: number | null,
): Promise<ChallengeState | 'unknown'> {
  const challenge = await engine.store.read.challenges.find(id)
  if (!challenge || (customerId !== null && challenge.customerId !== customerId)) return 'unknown'
  if (customerId === null) {
    const customer = await engine.customer(challenge.customerId)
    if (!customer?.settings.unsignedStatus) return 'unknown'
  }
  if (challenge.state === 'pending' && challenge.expiresAtMs <= engine.clock()) return 'expired'
  return challenge.state
}
