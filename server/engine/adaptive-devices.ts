import type { KeptEvaluation, RememberedDevice } from '../risk/kept.ts'
import type { Policy } from '../risk/policy-file.ts'
import { randomSecret } from '../security/random.ts'
import type { Customer } from '../vocabulary/customer.ts'
import { type Comparison, type ShownToken, tokenDigest } from './adaptive-compare.ts'
import { foldUsername } from './contacts.ts'
import type { RiskCore } from './ports.ts'
import type { Records } from './records.ts'

/** A browser that the user had remembered. */
export interface Device {
  readonly id: string
  /** Such as `Chrome on Windows`. */
  readonly label: string
  readonly createdAtMs: number
  readonly lastUsedAtMs: number
  /** Until when it may pass without a second factor. */
  readonly trustedUntilMs: number
}

/** Last used first; empty for an unknown user. */
export async function listDevices(
  { store }: Pick<RiskCore, 'store'>,
  customer: Customer,
  username: string,
): Promise<Device[]> {
  const snapshot = await store.riskSnapshot(customer.id, foldUsername(username))
  return (snapshot?.devices ?? []).map(({ id, label, createdAtMs, lastUsedAtMs, trustedUntilMs }) => ({
    ...{ id, label, createdAtMs, lastUsedAtMs, trustedUntilMs },
  }))
}

/** One device, or all with null; `by` goes to the audit. False: the user has no such device. */
export async function forgetDevice(
  { store, clock }: Pick<RiskCore, 'store' | 'clock'>,
  customer: Customer,
  username: string,
  id: string | null,
  by?: object,
): Promise<boolean> {
  const snapshot = await store.riskSnapshot(customer.id, foldUsername(username))
  if (!snapshot) return false
  return store.write(async (tx) => {
    if ((await tx.riskDevices.remove(customer.id, snapshot.userId, id)) === 0) return false
    const note = { kind: 'risk-device', subject: snapshot.userId, method: null, challengeId: null, requestId: null }
    const detail = by ? JSON.stringify({ ...by, device: id ?? 'all' }) : null
    await tx.audit.append(customer.id, { ...note, detail }, 'forgotten', clock())
    return true
  })
}

/** What becomes of a device whose token was shown; `device` null: it is forgotten, because somebody copied its token. */
export type Renewal =
  | { readonly device: RememberedDevice; readonly from: Uint8Array; readonly token: string | null }
  | { readonly device: null; readonly id: string }

/** A token that was replaced less than this ago may come once more: two tabs, or an answer that was lost. */
const lostAnswerMs = 60_000

/**
 * The next token of a device. Each is replaced at each success, and the one before counts only until its successor was
 * shown: whoever comes with an older one has copied it, or was copied from.
 */
export function renewed(
  { state, device, isOld }: ShownToken,
  isSuccess: boolean,
  { marks, browser }: Pick<Comparison, 'marks' | 'browser'>,
  nowMs: number,
): Renewal | undefined {
  if (!device || state === 'none') return undefined
  if (state === 'stolen') return { device: null, id: device.id }
  const from = device.tokenDigest
  if (isOld && (!isSuccess || nowMs - device.tokenAtMs < lostAnswerMs)) return undefined
  if (!isSuccess)
    return device.isTokenSeen ? undefined : { device: { ...device, isTokenSeen: true }, from, token: null }
  const { token, digest } = newToken(device.id)
  const shown = isOld ? (device.oldTokenDigest ?? from) : from
  const next = { ...device, tokenDigest: digest, oldTokenDigest: shown, isTokenSeen: false, tokenAtMs: nowMs }
  return { device: { ...next, marks, version: browser.version, lastUsedAtMs: nowMs }, from, token }
}

function newToken(id: string): { readonly token: string; readonly digest: Buffer } {
  const secret = randomSecret(32).toString('base64url')
  return { token: `${id}.${secret}`, digest: tokenDigest(secret) }
}

const dayMs = 24 * 3_600_000

/**
 * Remembers the device of an evaluation whose user proved himself, or trusts it anew. Null: the user has as many as the
 * policy allows, or its token was replaced meanwhile. Returns its token.
 */
export async function rememberDevice(
  tx: Records,
  kept: KeptEvaluation,
  id: string,
  { devices }: Policy,
  nowMs: number,
): Promise<string | null> {
  const { customerId, userId, record, marks } = kept
  if (userId === null) return null
  const known = await tx.riskDevices.of(customerId, userId)
  const before = known.find((one) => one.id === id)
  const { token, digest } = newToken(id)
  const trustedUntilMs = nowMs + devices.rememberDays * dayMs
  const fresh = {
    tokenDigest: digest,
    isTokenSeen: false,
    tokenAtMs: nowMs,
    lastUsedAtMs: nowMs,
    trustedUntilMs,
    marks,
  }
  const { deviceKey, version } = record
  if (before) {
    const from = before.tokenDigest
    const key = before.key ?? deviceKey
    const isRenewed = await tx.riskDevices.renew(
      customerId,
      { ...before, ...fresh, oldTokenDigest: from, version, key },
      from,
    )
    return isRenewed ? token : null
  }
  if (known.length >= devices.max) return null
  const label = record.evidence.deviceLabel
  const device = { id, ...fresh, oldTokenDigest: null, key: deviceKey, version, label, createdAtMs: nowMs }
  await tx.riskDevices.add(customerId, userId, device)
  return token
}
