import { guardLimits } from './guard.ts'

/** What the store is told of the rules, which it applies and does not know: the numbers, and where to find what judges. */
export const storeRules = {
  limits: guardLimits,
  judging: import.meta.resolve('./judge-code.ts'),
} as const
