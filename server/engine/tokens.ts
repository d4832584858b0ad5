import { hardwareToken } from '../methods/hardware-token.ts'
import { yubikeyPublicId } from '../security/yubikey.ts'
import { isWeak } from '../tokens/rows.ts'
import type { AuditNote, Customer, Decided, MethodId, RequestMark, Token, TokenSeed, User } from '../vocabulary.ts'
import { foldUsername } from './contacts.ts'
import { barOf, userSubject } from './guard.ts'
import { notify, type Telling, tellOfFailures } from './notices.ts'
import type { Records, TokenMove } from './ports.ts'
import type { NoticeEvent } from './templates.ts'
import { toolsFor } from './tools.ts'

const method: MethodId = 'hardware-token'
/** Each of them is tried at every answer. */
const tokensOfUserMax = 10

/** One call about one token; `request` and its id are null on the command line. */
export interface TokenRequest {
  readonly customer: Customer
  readonly serial: string
  readonly request: RequestMark | null
  readonly requestId: string | null
}

/** `username`: in whose hand it is now. */
export type TokenOutcome =
  | { readonly ok: true; readonly serial: string; readonly username: string | null }
  | { readonly ok: false; readonly reason: TokenRefusal }

export type TokenRefusal =
  | 'unknown-token'
  | 'unknown-user'
  | 'disabled-user'
  | 'taken'
  | 'unassigned'
  | 'disabled-token'
  | 'too-many'
  | 'changed'
  | 'no-resync'
  | Exclude<Decided, 'accepted' | 'denied' | 'closed'>

/** A token as it may be shown: all but its seed. What its kind does not have is null. */
export interface ListedToken extends Pick<Token, 'serial' | 'state' | 'username' | 'lastUsedAtMs' | 'createdAtMs'> {
  readonly kind: TokenSeed['kind']
  readonly digits: number | null
  readonly algorithm: string | null
  readonly periodSeconds: number | null
  readonly publicId: string | null
  /** Its key has fewer than 128 bits. */
  readonly isWeak: boolean
}

/** Tokens of a customer by serial number. */
export async function listTokens(
  { store }: Telling,
  { customer, offset, limit }: { readonly customer: Customer; readonly offset: number; readonly limit: number },
): Promise<{ readonly tokens: readonly ListedToken[]; readonly total: number }> {
  const tokens = await store.read.tokens.page(customer.id, offset, limit)
  return { tokens: tokens.map(listed), total: await store.read.tokens.count(customer.id) }
}

function listed({ serial, state, username, lastUsedAtMs, createdAtMs, seed }: Token): ListedToken {
  const { digits, algorithm } = seed.kind === 'yubikey' ? { digits: null, algorithm: null } : seed
  return {
    serial,
    kind: seed.kind,
    digits,
    algorithm,
    periodSeconds: seed.kind === 'totp' ? seed.periodSeconds : null,
    publicId: seed.kind === 'yubikey' ? seed.publicId : null,
    state,
    username,
    isWeak: isWeak(seed),
    lastUsedAtMs,
    createdAtMs,
  }
}

/** Gives a token that nobody has to a user: from now on its codes are his. */
export function assignToken(ports: Telling, request: TokenRequest & { readonly username: string }) {
  return change(ports, request, 'assigned', async (tx, token) => {
    if (token.state === 'disabled') return 'disabled-token'
    if (token.state === 'assigned') return 'taken'
    const user = await tx.users.find(request.customer.id, foldUsername(request.username))
    if (!user) return 'unknown-user'
    const others = await tx.credentials.of(request.customer.id, user.id, method)
    if (others.length >= tokensOfUserMax) return 'too-many'
    return { state: 'assigned', userId: user.id }
  })
}

/** Takes a token back. A disabled one stays disabled, in nobody's hand. */
export function unassignToken(ports: Telling, request: TokenRequest): Promise<TokenOutcome> {
  return change(ports, request, 'unassigned', async (_, token) => {
    if (token.userId === null) return 'unassigned'
    return { state: token.state === 'disabled' ? 'disabled' : 'unassigned', userId: null }
  })
}

/** Refuses a token's codes, as when it is lost; it stays in the hand it is in. */
export function disableToken(ports: Telling, request: TokenRequest): Promise<TokenOutcome> {
  return change(ports, request, 'disabled', async (_, token) =>
    token.state === 'disabled' ? null : { state: 'disabled', userId: token.userId },
  )
}

/** Takes a disabled token's codes again; none that was used or passed over before. */
export function enableToken(ports: Telling, request: TokenRequest): Promise<TokenOutcome> {
  return change(ports, request, 'enabled', async (_, { state, userId }) =>
    state === 'disabled' ? { state: userId === null ? 'unassigned' : 'assigned', userId } : null,
  )
}

/** Where the token goes, why not, or null when it is there already. */
type Plan = (tx: Records, token: Token) => Promise<TokenMove | TokenRefusal | null>

/** One write: the request counts once, the token moves, the audit and its owner are told. */
function change(ports: Telling, request: TokenRequest, what: string, plan: Plan): Promise<TokenOutcome> {
  const { customer, serial } = request
  return ports.store.write(async (tx): Promise<TokenOutcome> => {
    if (request.request && !(await tx.marks.claim(request.request))) return refused('repeated')
    const token = await tx.tokens.find(customer.id, serial)
    if (!token) return refused('unknown-token')
    const to = await plan(tx, token)
    if (typeof to === 'string') return refused(to)
    if (to === null) return { ok: true, serial, username: token.username }
    const user = await move(tx, request, { token, to, what, nowMs: ports.clock() })
    return user === false ? refused('changed') : { ok: true, serial, username: user?.username ?? null }
  })
}

interface Moving {
  readonly token: Token
  readonly to: TokenMove
  readonly what: string
  readonly nowMs: number
}

/** The user in whose hand the token is then; false when somebody else moved it first. */
async function move(tx: Records, request: Omit<TokenRequest, 'serial'>, moving: Moving): Promise<User | null | false> {
  const { customer } = request
  const { token, to, what, nowMs } = moving
  if (!(await tx.tokens.move(token, to, nowMs))) return false
  await tx.audit.append(customer.id, note(request, token, to.userId ?? token.userId), what, nowMs)
  const owned = to.state === 'assigned' ? to.userId : token.state === 'assigned' ? token.userId : null
  const owner = owned === null ? undefined : await tx.users.byId(customer.id, owned)
  const event: NoticeEvent = to.state === 'assigned' ? 'token-added' : 'token-removed'
  if (owner) {
    const { id: userId, username } = owner
    await notify(tx, { customer, event, userId, username, contacts: owner, nowMs })
  }
  return to.userId === null ? null : (owner ?? (await tx.users.byId(customer.id, to.userId)) ?? null)
}

/**
 * Finds an assigned token again by two codes that it shows one after the other. Goes through the gate of all answers:
 * wrong pairs are counted and lock, and both codes are used up.
 */
export async function resyncToken(
  ports: Telling,
  request: TokenRequest & { readonly codes: readonly [first: string, second: string] },
): Promise<TokenOutcome> {
  const { customer, serial, codes } = request
  const token = await ports.store.read.tokens.find(customer.id, serial)
  if (!token) return refused('unknown-token')
  if (token.state === 'disabled') return refused('disabled-token')
  if (token.userId === null) return refused('unassigned')
  if (token.seed.kind === 'yubikey') return refused('no-resync')
  const verdict = hardwareToken.resync?.(
    { secret: JSON.stringify(token.seed), last: lastOf(token), codes },
    toolsFor(customer, ports.clock()),
  )
  const usedStep = verdict?.kind === 'right' ? (verdict.usedStep ?? null) : null
  return decide(ports, request, { token, userId: token.userId, usedStep, kind: 'resync' })
}

/**
 * Gives a user the YubiKey of his customer that he touched: one valid OTP assigns it, and is used up by that. A key in
 * another hand, a foreign or an unknown one is wrong, and counted as every wrong code is.
 */
export async function registerYubikey(
  ports: Telling,
  request: Omit<TokenRequest, 'serial'> & { readonly username: string; readonly otp: string },
): Promise<TokenOutcome> {
  const { customer, otp } = request
  const user = await ports.store.read.users.find(customer.id, foldUsername(request.username))
  if (!user) return refused('unknown-user')
  if (!user.isEnabled) return refused('disabled-user')
  const publicId = yubikeyPublicId(otp)
  const found = publicId && (await ports.store.read.tokens.byPublicId(customer.id, publicId))
  const token = found && isFree(found, user) ? found : null
  const usedStep = token && touched(customer, token, otp, ports.clock())
  if (!token || usedStep === null || token.state === 'assigned')
    return decide(ports, request, { token, userId: user.id, usedStep, kind: 'enrolment' })
  return assignTouched(ports, request, { user, token, usedStep })
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
  ports: Telling,
  request: Omit<TokenRequest, 'serial'>,
  { user, token, usedStep }: { user: User; token: Token; usedStep: number },
): Promise<TokenOutcome> {
  const { customer } = request
  const nowMs = ports.clock()
  return ports.store.write(async (tx): Promise<TokenOutcome> => {
    if (request.request && !(await tx.marks.claim(request.request))) return refused('repeated')
    const bar = barOf(await tx.guards.find(customer.id, user.id, method), userSubject(user.id), nowMs)
    if (bar) return refused(bar.reason)
    const others = await tx.credentials.of(customer.id, user.id, method)
    if (others.length >= tokensOfUserMax) return refused('too-many')
    const to = { state: 'assigned', userId: user.id, usedStep } as const
    const owner = await move(tx, request, { token, to, what: 'assigned', nowMs })
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
  ports: Telling,
  request: Omit<TokenRequest, 'serial'>,
  { token, userId, usedStep, kind }: Decidable,
): Promise<TokenOutcome> {
  const { customer } = request
  const subject = userSubject(userId)
  const { failures } = await ports.store.read.guards.find(customer.id, userId, method)
  const decided = await ports.store.decide({
    customerId: customer.id,
    nowMs: ports.clock(),
    verdict: usedStep === null ? 'wrong' : 'right',
    method,
    subject,
    challengeId: null,
    credential: token && usedStep !== null ? { id: token.id, userId, step: usedStep } : null,
    isConfirming: false,
    request: request.request,
    audit: { ...note(request, token, userId), kind },
  })
  ports.observe({ kind: 'answer', method, outcome: decided })
  await tellOfFailures(ports, customer, { subject, method, failures, decided })
  if (decided === 'accepted' && token) return { ok: true, serial: token.serial, username: token.username }
  return refused(decided === 'accepted' || decided === 'denied' || decided === 'closed' ? 'wrong' : decided)
}

function note({ requestId }: Pick<TokenRequest, 'requestId'>, token: Token | null, userId: string | null): AuditNote {
  const detail = token && JSON.stringify({ serial: token.serial })
  return { kind: 'token', subject: userId, method, challengeId: null, requestId, detail }
}

function lastOf({ lastStep, lastUsedAtMs }: Token) {
  return { step: lastStep, atMs: lastUsedAtMs }
}

function refused(reason: TokenRefusal): TokenOutcome {
  return { ok: false, reason }
}
