import { hardwareToken } from '../methods/hardware-token.ts'
import { yubikeyPublicId } from '../security/yubikey.ts'
import type { Customer } from '../vocabulary/customer.ts'
import type { Token } from '../vocabulary/token.ts'
import type { User } from '../vocabulary/user.ts'
import { mayEnrol } from './allowed-methods.ts'
import { foldUsername } from './contacts.ts'
import { barOf } from './guard.ts'
import { tellOfFailures } from './notices.ts'
import type { EngineCore } from './ports.ts'
import { userSubject } from './subject.ts'
import {
  moveToken,
  noteOf,
  refused,
  type TokenOutcome,
  type TokenRequest,
  tokenMethod,
  tokensOfUserMax,
} from './tokens.ts'
import { toolsFor } from './tools.ts'

/**
 * Finds an assigned token again by two codes that it shows one after the other. Goes through the gate of all answers:
 * wrong pairs are counted and lock, and both codes are used up.
 */
export async function resyncToken(
  engine: EngineCore,
  request: TokenRequest & { readonly codes: readonly [first: string, second: string] },
): Promise<TokenOutcome> {
  const { customer, serial, codes } = request
  const token = await engine.store.read.tokens.find(customer.id, serial)
  if (!token) return refused('unknown-token')
  if (token.state === 'disabled') return refused('disabled-token')
  if (token.userId === null) return refused('unassigned')
  if (token.seed.kind === 'yubikey') return refused('no-resync')
  const verdict = hardwareToken.resync?.(
    { secret: JSON.stringify(token.seed), last: lastOf(token), codes },
    toolsFor(customer, engine.clock()),
  )
  const usedStep = verdict?.kind === 'right' ? (verdict.usedStep ?? null) : null
  return decide(engine, request, { token, userId: token.userId, usedStep, kind: 'resync' })
}

/**
 * Gives a user the YubiKey of his customer that he touched: one valid OTP assigns it, and is used up by that. A key in
 * another hand, a foreign or an unknown one is wrong, and counted as every wrong code is.
 */
export async function registerYubikey(
  engine: EngineCore,
  request: Omit<TokenRequest, 'serial'> & { readonly username: string; readonly otp: string },
): Promise<TokenOutcome> {
  const { customer, otp } = request
  const user = await engine.store.read.users.find(customer.id, foldUsername(request.username))
  if (!user) return refused('unknown-user')
  if (!user.isEnabled) return refused('disabled-user')
  if (!(await mayEnrol(engine.store.read, customer, user.id, tokenMethod))) return refused('turned-off')
  const publicId = yubikeyPublicId(otp)
  const found = publicId && (await engine.store.read.tokens.byPublicId(customer.id, publicId))
  const token = found && isFree(found, user) ? found : null
  const usedStep = token && touched(customer, token, otp, engine.clock())
  if (!token || usedStep === null || token.state === 'assigned')
    return decide(engine, request, { token, userId: user.id, usedStep, kind: 'enrolment' })
  return assignTouched(engine, request, { user, token, usedStep })
}

/** In nobody's hand, or in this user's already. */
function isFree({ state, userId }: Token, user: User): boolean {
  return state === 'unassigned' || (state === 'assigned' && userId === user.id)
}

function touched(customer: Customer, token: Token, otp: string, nowMs: number): number | null {
  const verdict = hardwareToken.judge(
    {
      challengeId: null,
      pending: null,
      secret: JSON.stringify(token.seed),
      answer: { kind: 'code', code: otp },
      last: lastOf(token),
    },
    toolsFor(customer, nowMs),
  )
  return verdict.kind === 'right' ? (verdict.usedStep ?? null) : null
}

/** The step of the OTP goes into the very condition that assigns the token: of two uses of it, one finds it used. */
function assignTouched(
  engine: EngineCore,
  request: Omit<TokenRequest, 'serial'>,
  { user, token, usedStep }: { user: User; token: Token; usedStep: number },
): Promise<TokenOutcome> {
  const { customer } = request
  const nowMs = engine.clock()
  return engine.store.write(async (tx): Promise<TokenOutcome> => {
    if (request.request && !(await tx.marks.claim(request.request))) return refused('repeated')
    const bar = barOf(await tx.guards.find(customer.id, user.id, tokenMethod), userSubject(user.id), nowMs)
    if (bar) return refused(bar.reason)
    if (!(await mayEnrol(tx, customer, user.id, tokenMethod))) return refused('turned-off')
    const others = await tx.credentials.of(customer.id, user.id, tokenMethod)
    if (others.length >= tokensOfUserMax) return refused('too-many')
    const to = { state: 'assigned', userId: user.id, usedStep } as const
    const owner = await moveToken(tx, request, { token, to, what: 'assigned', nowMs })
    return owner === false ? refused('used') : { ok: true, serial: token.serial, username: user.username }
  })
}

interface Decidable {
  readonly token: Token | null
  readonly userId: string
  /** Null: the code is wrong. */
  readonly usedStep: number | null
  readonly kind: string
}

/** The gate of all answers: marks, locks, counts failures, moves the step forward or finds it used. */
async function decide(
  engine: EngineCore,
  request: Omit<TokenRequest, 'serial'>,
  { token, userId, usedStep, kind }: Decidable,
): Promise<TokenOutcome> {
  const { customer } = request
  const subject = userSubject(userId)
  const { failures } = await engine.store.read.guards.find(customer.id, userId, tokenMethod)
  const decided = await engine.store.decide({
    customerId: customer.id,
    nowMs: engine.clock(),
    verdict: usedStep === null ? 'wrong' : 'right',
    method: tokenMethod,
    subject,
    challengeId: null,
    credential: token && usedStep !== null ? { id: token.id, userId, step: usedStep } : null,
    isConfirming: false,
    request: request.request,
    audit: { ...noteOf(request, token, userId), kind },
  })
  engine.observe({ kind: 'answer', method: tokenMethod, outcome: decided })
  await tellOfFailures(engine, customer, { subject, method: tokenMethod, failures, decided })
  if (decided === 'accepted' && token) return { ok: true, serial: token.serial, username: token.username }
  const isPlain = decided === 'accepted' || decided === 'denied' || decided === 'closed' || decided === 'judging'
  return refused(isPlain ? 'wrong' : decided)
}

function lastOf({ lastStep, lastUsedAtMs }: Token) {
  return { step: lastStep, atMs: lastUsedAtMs }
}
