import type { KeptEvaluation } from '../risk/kept.ts'
import { said } from '../risk/said.ts'
import { fingerprint } from '../security/digest.ts'
import type { AuditNote } from '../vocabulary/audit.ts'
import type { Customer } from '../vocabulary/customer.ts'
import type { Renewal } from './adaptive-devices.ts'
import { notify } from './notices.ts'
import type { RiskCore } from './ports.ts'
import type { Records } from './records.ts'

/** How long an evaluation waits for its proof. */
export const evaluationTtlMs = 15 * 60_000
/** How long a result waits to be redeemed. */
export const resultTtlMs = 60_000

export function resultDigest(token: string): Buffer {
  return fingerprint('risk result', token)
}

interface Circumstances {
  readonly customer: Customer
  readonly requestId: string
}

export type Kept = { readonly ok: false } | { readonly ok: true; readonly deviceToken: string | null }

/** Most weighings leave an evaluation and nothing else. */
export async function keep(
  { store }: RiskCore,
  request: Circumstances,
  kept: KeptEvaluation,
  renewal: Renewal | undefined,
): Promise<Kept> {
  const isAlone = !kept.sessionDigest && !renewal && kept.state !== 'denied' && !kept.record.assessment.notifies
  if (!isAlone) return store.write((tx) => keepAll(tx, request, kept, renewal, kept.atMs))
  await store.addEvaluation(kept)
  return { ok: true, deviceToken: null }
}

/** One write: the session's step, the evaluation, the device's next token, and the audit of what is not everyday. */
async function keepAll(
  tx: Records,
  { customer, requestId }: Circumstances,
  kept: KeptEvaluation,
  renewal: Renewal | undefined,
  nowMs: number,
): Promise<Kept> {
  if (kept.sessionDigest && !(await tx.riskSessions.step(customer.id, kept.sessionDigest, nowMs))) return { ok: false }
  if (kept.sessionDigest && kept.state === 'allowed') await tx.riskSessions.end(customer.id, kept.sessionDigest)
  await tx.riskEvaluations.add([kept])
  if (kept.state === 'denied' || kept.record.assessment.notifies)
    await tx.audit.append(customer.id, riskNote(kept, requestId), kept.decision, nowMs)
  if (kept.record.assessment.notifies) await tellOfUnusual(tx, customer, kept, nowMs)
  if (!renewal) return { ok: true, deviceToken: null }
  if (renewal.device === null) {
    if (kept.userId !== null) await tx.riskDevices.remove(customer.id, kept.userId, renewal.id)
    return { ok: true, deviceToken: null }
  }
  const isRenewed = await tx.riskDevices.renew(customer.id, renewal.device, renewal.from)
  return { ok: true, deviceToken: isRenewed ? renewal.token : null }
}

const hourMs = 3_600_000

/** Tells the user and his site, once an hour at most: whoever tries again and again must not fill a mailbox. */
async function tellOfUnusual(
  tx: Records,
  customer: Customer,
  { userId }: KeptEvaluation,
  nowMs: number,
): Promise<void> {
  const user = userId === null ? undefined : await tx.users.byId(customer.id, userId)
  if (!user) return
  const once = `unusual-sign-in ${user.id} ${Math.floor(nowMs / hourMs)}`
  if (!(await tx.marks.claim({ digest: fingerprint(once), nonce: null, expiresAtMs: nowMs + hourMs }))) return
  const { id, username } = user
  await notify(tx, { customer, event: 'unusual-sign-in', userId: id, username, contacts: user, nowMs, once })
}

/** A line of the audit about an evaluation; who it was stands there as a pseudonym, as everywhere. */
export function riskNote(
  { userId, challengeId, id, score, record }: KeptEvaluation,
  requestId: string | null,
): AuditNote {
  const because = record.assessment.findings.map(said)
  const detail = JSON.stringify({ evaluation: id, score, because })
  return { kind: 'risk', subject: userId, method: null, challengeId, requestId, detail }
}
