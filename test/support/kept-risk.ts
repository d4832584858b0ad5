import { randomUUID } from 'node:crypto'
import { brokenEvidence } from '../../server/risk/evidence.ts'
import {
  type KeptEvaluation,
  type KeptSession,
  nobody,
  type RememberedDevice,
  type RiskUser,
} from '../../server/risk/kept.ts'
import { type Marks, marksOf } from '../../server/risk/marks.ts'
import { learn } from '../../server/risk/profile.ts'
import type { Store } from '../../server/store/open.ts'
import { nowMs } from './store.ts'

/** What the store keeps of risk, as tests put it there. */

export const someMarks: Marks = marksOf({ country: 'PT', address: '192.0.2.1' }, (_, value) => [value.length << 11, 7])

export function aRiskUser(latitude: number): RiskUser {
  return {
    ...nobody,
    profile: learn(nobody.profile, someMarks, false, nowMs),
    place: { latitude, longitude: 2, atMs: nowMs },
  }
}

export function aDevice(more: Partial<RememberedDevice> = {}): RememberedDevice {
  return {
    id: randomUUID(),
    marks: someMarks,
    version: 142,
    tokenDigest: Buffer.from('token'),
    oldTokenDigest: null,
    isTokenSeen: false,
    tokenAtMs: nowMs,
    key: null,
    label: 'Chrome on Windows',
    createdAtMs: nowMs,
    lastUsedAtMs: nowMs,
    trustedUntilMs: nowMs + 1,
    ...more,
  }
}

export function anEvaluation(
  customerId: number,
  userId: string,
  username: string,
  more: Partial<KeptEvaluation> = {},
): KeptEvaluation {
  return {
    id: randomUUID(),
    customerId,
    userId,
    atMs: nowMs,
    state: 'open',
    decision: 'challenge',
    score: 60,
    marks: someMarks,
    record: {
      ...{ username, origin: null, action: null, isUntrusted: false, obligations: [], scope: '', version: 0 },
      evidence: brokenEvidence(nowMs),
      assessment: { decision: 'challenge', score: 60, findings: [], unenforced: 'challenge', notifies: false },
      deviceKey: null,
    },
    sessionDigest: null,
    deviceId: null,
    challengeId: null,
    method: null,
    result: { digest: Buffer.from(`result of ${userId}`), untilMs: nowMs + 1_000 },
    ...more,
  }
}

export const aSession: KeptSession = {
  ...{ username: 'alice', origin: 'https://www.example.com', action: 'login' },
  ...{ mayRegister: false, phone: null, email: null },
}

export interface RiskStory {
  readonly device: RememberedDevice
  readonly evaluation: KeptEvaluation
  readonly sessionDigest: Buffer
}

/** Puts one of each there, with words that must not be read by a thief. */
export async function tellRisk(
  tx: Parameters<Parameters<Store['write']>[0]>[0],
  { id, customerId }: { readonly id: string; readonly customerId: number },
  words: { readonly latitude: number; readonly username: string; readonly action: string },
): Promise<RiskStory> {
  const device = aDevice()
  const evaluation = anEvaluation(customerId, id, words.username)
  const sessionDigest = Buffer.from(`session of ${id}`)
  const session = { ...aSession, action: words.action }
  await tx.riskUsers.put(customerId, id, aRiskUser(words.latitude))
  await tx.riskDevices.add(customerId, id, device)
  await tx.riskEvaluations.add([evaluation])
  await tx.riskSessions.add(customerId, sessionDigest, session, 5, nowMs + 1_000)
  await tx.riskPolicies.put(customerId, '', '{}', nowMs)
  return { device, evaluation, sessionDigest }
}
