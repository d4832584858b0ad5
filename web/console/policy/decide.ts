import type { RiskDecision, RiskPolicy, RiskReplay } from '../../../contract/console/risk.ts'

/** Above every score. */
export const never = 101

const weights: Readonly<Record<RiskDecision, number>> = { allow: 0, challenge: 1, deny: 2 }

/** How many of the sign-ins that were tried these thresholds would let in, ask and refuse; without asking the server. */
export function countUnder(
  cells: RiskReplay['cells'],
  { challengeAt, denyAt }: Pick<RiskPolicy, 'challengeAt' | 'denyAt'>,
): Readonly<Record<RiskDecision, number>> {
  const counts = { allow: 0, challenge: 0, deny: 0 }
  for (const { score, least, count } of cells) {
    const byScore: RiskDecision = score >= denyAt ? 'deny' : score >= challengeAt ? 'challenge' : 'allow'
    counts[weights[byScore] > weights[least] ? byScore : least] += count
  }
  return counts
}
