import type { Records } from './records.ts'

/**
 * Ends all that waits for a user: questions, links, codes to pair a phone, sign-ins on their way with the results of those
 * that passed, and his sessions but `exceptSession`, by its digest.
 */
export async function endWaiting(
  tx: Records,
  { customerId, userId }: { readonly customerId: number; readonly userId: string },
  nowMs: number,
  exceptSession: Uint8Array | null = null,
): Promise<void> {
  await tx.challenges.cancelAll(customerId, userId, nowMs)
  await tx.phoneOffers.endAll(customerId, userId, nowMs)
  await tx.signIns.endAll(customerId, userId)
  await tx.riskEvaluations.endAll(customerId, userId)
  await tx.userSessions.endAll(customerId, userId, exceptSession)
}
