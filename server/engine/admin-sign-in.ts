import type { Admin, AdminLinkKind, AdminSession } from '../vocabulary/admin.ts'
import type { Subject } from '../vocabulary/challenge.ts'
import { serverScope } from '../vocabulary/customer.ts'
import type { Decided } from '../vocabulary/decision.ts'
import type { MethodId } from '../vocabulary/method.ts'
import { activeFactors, type FactorProof, judgeFactor } from './admin-factors.ts'
import { type Actor, factorSubject, linkDigest, passwordSubject, tellAudit } from './admin-links.ts'
import { beginSession, type Working } from './admin-sessions.ts'
import { foldUsername, readEmail } from './contacts.ts'
import { barOf } from './guard.ts'
import { isPassword, keptOf, passwordLengthMax } from './passwords.ts'
import type { Engine } from './ports.ts'
import type { Records } from './records.ts'
import { isWithin, type Visitor } from './visits.ts'

type Core = Pick<Engine, 'store' | 'clock' | 'baseUrl' | 'observe'>

/** Of an admin's password: it opens everything, so it is longer than a customer account's. */
export const adminPasswordMin = 12

export type SignInRefusal = 'wrong' | 'locked' | 'too-many'

type SignedIn = { readonly ok: true; readonly secret: string } | { readonly ok: false; readonly reason: SignInRefusal }

/**
 * The first step: login and password. A login that nobody has is judged, counted and locked like every other, so that
 * neither the answer nor its time tells which logins exist.
 */
export async function givePassword(
  engine: Core,
  given: { readonly login: string; readonly password: string },
  visitor: Visitor,
): Promise<SignedIn> {
  if (!(await isWelcome(engine, visitor))) return { ok: false, reason: 'too-many' }
  const { admins } = engine.store.read
  const folded = foldUsername(given.login)
  const admin = await admins.byLogin(folded)
  const subject = { key: passwordSubject(await admins.digestOf(folded)), isUser: false }
  if (await isBarred(engine, subject, 'password')) return { ok: false, reason: 'locked' }
  const isRight = await isPassword(admin?.isEnabled ? admin.password : null, given.password)
  const decided = await decide(engine, subject, 'password', isRight, visitor)
  if (decided !== 'accepted' || !admin) return { ok: false, reason: decided === 'locked' ? 'locked' : 'wrong' }
  return engine.store.write(async (tx): Promise<SignedIn> => {
    if (!(await isStillHis(tx, admin))) return { ok: false, reason: 'wrong' }
    const step = (await activeFactors({ read: tx }, admin.id)).length > 0 ? 'factor' : 'enrol'
    return { ok: true, secret: await beginSession(tx, admin.id, step, engine.clock()) }
  })
}

/** Whether the password that was judged, which takes a while, is his to this moment and until the write ends. */
async function isStillHis(tx: Records, { id, password }: Admin): Promise<boolean> {
  await tx.admins.alone()
  const now = await tx.admins.byId(id)
  return now?.isEnabled === true && now.password === password
}

/** The second step, or a proof once more: each code and each question counts once, and wrong ones lock. */
export async function giveFactor(
  engine: Core,
  working: Working,
  proof: FactorProof,
  visitor: Visitor,
): Promise<SignedIn> {
  const { admin, session, digest } = working
  const method = proof.kind === 'totp' ? 'time-code' : 'passkey'
  const subject = { key: factorSubject(admin.id), isUser: false }
  if (await isBarred(engine, subject, method)) return { ok: false, reason: 'locked' }
  const judged = await judgeFactor(engine, working, proof)
  const nowMs = engine.clock()
  // Used up before it is decided: of two that bring one code, one is right.
  const isRight =
    judged !== undefined &&
    (await engine.store.write((tx) => tx.adminFactors.use(admin.id, judged.factor.id, judged.step, nowMs)))
  const decided = await decide(engine, subject, method, isRight, visitor)
  if (decided !== 'accepted') return { ok: false, reason: decided === 'locked' ? 'locked' : 'wrong' }
  if (session.step === 'in') {
    await engine.store.write((tx) => tx.adminSessions.change(digest, { confirmedAtMs: nowMs, usedAtMs: nowMs }))
    return { ok: true, secret: working.secret }
  }
  return next(engine, working, 'in', visitor)
}

/** The half session ends and a whole one begins, under another secret; of two at once, one goes on. */
async function next(
  engine: Core,
  { admin, digest }: Working,
  step: AdminSession['step'],
  visitor: Visitor,
): Promise<SignedIn> {
  const nowMs = engine.clock()
  const actor = { adminId: admin.id, name: admin.name, requestId: visitor.requestId }
  return engine.store.write(async (tx): Promise<SignedIn> => {
    if (!(await tx.adminSessions.end(digest))) return { ok: false, reason: 'wrong' }
    await tx.admins.change(admin.id, { lastSignInAtMs: nowMs })
    await tellAudit(tx, actor, admin, { address: visitor.address }, 'signed-in', nowMs)
    return { ok: true, secret: await beginSession(tx, admin.id, step, nowMs) }
  })
}

/** Whose link it is; undefined when it is over or was never one. */
export async function readAdminLink(
  { store, clock }: Pick<Core, 'store' | 'clock'>,
  secret: string,
): Promise<{ readonly login: string; readonly name: string; readonly kind: AdminLinkKind } | undefined> {
  if (!/^[A-Za-z0-9_-]{43}$/.test(secret)) return undefined
  const found = await store.read.admins.byLink(linkDigest(secret), clock())
  return found && { login: found.admin.login, name: found.admin.name, kind: found.kind }
}

export type SetupRefusal = 'wrong' | 'bad-password' | 'bad-login' | 'taken' | 'too-many'

/** Takes the password that a link lets choose. The link itself ends when the second factor is set up, and not before. */
export async function choosePassword(
  engine: Core,
  given: {
    readonly secret: string
    readonly password: string
    readonly login?: string | undefined
    readonly name?: string | undefined
  },
  visitor: Visitor,
): Promise<{ readonly ok: true; readonly secret: string } | { readonly ok: false; readonly reason: SetupRefusal }> {
  if (!(await isWelcome(engine, visitor))) return { ok: false, reason: 'too-many' }
  if (!(await readAdminLink(engine, given.secret))) return { ok: false, reason: 'wrong' }
  if (!isAdminPassword(given.password)) return { ok: false, reason: 'bad-password' }
  const login = given.login?.trim()
  if (login !== undefined && login !== 'admin' && readEmail(login) === undefined)
    return { ok: false, reason: 'bad-login' }
  const password = await keptOf(given.password)
  const nowMs = engine.clock()
  return engine.store.write(async (tx) => {
    await tx.admins.alone()
    const found = await tx.admins.byLink(linkDigest(given.secret), nowMs)
    if (!found) return { ok: false, reason: 'wrong' }
    const { admin, kind } = found
    // Only the first admin names himself; everybody else was named by whoever invited him.
    if (kind === 'first' && login && !(await tx.admins.rename(admin.id, login, foldUsername(login))))
      return { ok: false, reason: 'taken' }
    const name = kind === 'first' && given.name ? given.name : admin.name
    await tx.admins.change(admin.id, { password, name })
    await tx.adminSessions.endOthers(admin.id, null)
    const actor = { adminId: admin.id, name, requestId: visitor.requestId }
    await tellAudit(tx, actor, { ...admin, name }, { address: visitor.address }, 'password-chosen', nowMs)
    return { ok: true, secret: await beginSession(tx, admin.id, 'enrol', nowMs) }
  })
}

/** Changes the password of who is signed in; every other session of his ends. */
export async function changePassword(
  engine: Core,
  { admin, digest }: Working,
  { current, next: chosen }: { readonly current: string; readonly next: string },
  actor: Actor,
): Promise<'changed' | 'wrong' | 'locked' | 'bad-password'> {
  if (!isAdminPassword(chosen)) return 'bad-password'
  const digestOfLogin = await engine.store.read.admins.digestOf(foldUsername(admin.login))
  const subject = { key: passwordSubject(digestOfLogin), isUser: false }
  if (await isBarred(engine, subject, 'password')) return 'locked'
  const isRight = await isPassword(admin.password, current)
  const visitor = { address: '', requestId: actor.requestId ?? '' }
  const decided = await decide(engine, subject, 'password', isRight, visitor)
  if (decided !== 'accepted') return decided === 'locked' ? 'locked' : 'wrong'
  const password = await keptOf(chosen)
  const nowMs = engine.clock()
  return engine.store.write(async (tx) => {
    // Whoever ended this session meanwhile, or took the password away, did not mean it to choose the next one.
    if (!(await isStillHis(tx, admin)) || !(await tx.adminSessions.find(digest, 0, nowMs))) return 'wrong'
    await tx.admins.change(admin.id, { password })
    await tx.adminSessions.endOthers(admin.id, digest)
    await tellAudit(tx, actor, admin, {}, 'password-changed', nowMs)
    return 'changed'
  })
}

function isAdminPassword(password: string): boolean {
  return [...password].length >= adminPasswordMin && password.length <= passwordLengthMax
}

async function isBarred({ store, clock }: Core, subject: Subject, method: MethodId | 'password'): Promise<boolean> {
  const guard = await store.read.guards.find(serverScope, subject.key, method)
  return barOf(guard, subject, clock()) !== undefined
}

/** By the one door of every answer. An admin is only ever locked for a time, or anybody could shut him out for good. */
async function decide(
  engine: Core,
  subject: Subject,
  method: MethodId | 'password',
  isRight: boolean,
  { requestId }: Visitor,
): Promise<Decided> {
  const decided = await engine.store.decide({
    customerId: serverScope,
    nowMs: engine.clock(),
    verdict: isRight ? 'right' : 'wrong',
    method,
    subject,
    challengeId: null,
    credential: null,
    isConfirming: false,
    request: null,
    audit: { kind: 'console', subject: subject.key, method, challengeId: null, requestId, detail: null },
  })
  engine.observe({ kind: 'answer', method: `console ${method}`, outcome: decided })
  return decided
}

function isWelcome({ store, clock }: Core, visitor: Visitor): Promise<boolean> {
  return store.write((tx) => isWithin(tx, 'console call', visitor, clock()))
}
