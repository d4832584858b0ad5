import { fingerprint } from '../security/digest.ts'
import { randomSecret } from '../security/random.ts'
import type { Admin, AdminSession } from '../vocabulary/admin.ts'
import type { EngineCore } from './ports.ts'
import type { Records } from './records.ts'

const minuteMs = 60_000
/** PCI DSS 8.2.8: whoever is idle signs in again. */
const idleMs = 15 * minuteMs
/** However busy he is. */
const lifeMs = 12 * 60 * minuteMs
/** Between password and second factor, and while the first factor is set up. */
const halfLifeMs = 30 * minuteMs
/** A proof of the second factor is good for dangerous acts this long. */
const confirmedMs = 10 * minuteMs
/** A use is written down this seldom. */
const touchMs = 30_000

const secretBytes = 32

type Core = Pick<EngineCore, 'store' | 'clock'>

/** A session with its admin as he is now. */
export interface Working {
  readonly admin: Admin
  readonly session: AdminSession
  readonly digest: Uint8Array
  /** What the browser keeps. */
  readonly secret: string
}

/** Whoever holds the cookie; undefined when its session is over. */
export async function readSession({ store, clock }: Core, secret: string | undefined): Promise<Working | undefined> {
  if (!secret || !/^[A-Za-z0-9_-]{43}$/.test(secret)) return undefined
  const nowMs = clock()
  const digest = sessionDigest(secret)
  const session = await store.read.adminSessions.find(digest, nowMs - idleMs, nowMs)
  const admin = session && (await store.read.admins.byId(session.adminId))
  if (!session || !admin) return undefined
  if (nowMs - session.usedAtMs > touchMs)
    await store.write((tx) => tx.adminSessions.change(digest, { usedAtMs: nowMs }))
  return { admin, session, digest, secret }
}

/** A new session; its secret is shown to the browser and not kept. Each step of a sign-in gets one of its own. */
export async function beginSession(
  tx: Records,
  adminId: string,
  step: AdminSession['step'],
  nowMs: number,
): Promise<string> {
  const secret = randomSecret(secretBytes).toString('base64url')
  await tx.adminSessions.add(sessionDigest(secret), {
    adminId,
    step,
    asked: null,
    confirmedAtMs: step === 'in' ? nowMs : null,
    createdAtMs: nowMs,
    usedAtMs: nowMs,
    expiresAtMs: nowMs + (step === 'in' ? lifeMs : halfLifeMs),
  })
  return secret
}

export async function endSession({ store }: Core, { digest }: Working): Promise<void> {
  await store.write((tx) => tx.adminSessions.end(digest))
}

/** Until when dangerous acts pass; null: not now. */
export function confirmedUntil({ confirmedAtMs }: AdminSession, nowMs: number): number | null {
  const untilMs = (confirmedAtMs ?? Number.NEGATIVE_INFINITY) + confirmedMs
  return untilMs > nowMs ? untilMs : null
}

/** When the session ends if nothing more is done in it. */
export function sessionEnd({ usedAtMs, expiresAtMs }: AdminSession): number {
  return Math.min(usedAtMs + idleMs, expiresAtMs)
}

/** What a page sends with each call: made of the cookie, which a foreign page can neither read nor guess. */
export function csrfTokenOf({ secret }: Pick<Working, 'secret'>): string {
  return fingerprint('admin-csrf', secret).toString('base64url')
}

function sessionDigest(secret: string): Buffer {
  return fingerprint('admin-session', secret)
}
