import type { Finding } from './facts.ts'

/** A finding with its part of the score, as people read it: `First sign-in from Portugal. (+25)`. */
export function said({ because, points }: Finding): string {
  const rounded = Math.round(points)
  return rounded === 0 ? because : `${because} (${rounded > 0 ? '+' : '−'}${Math.abs(rounded)})`
}
