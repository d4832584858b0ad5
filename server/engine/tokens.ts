import { isWeak } from '../tokens/rows.ts'
import type { AuditNote } from '../vocabulary/audit.ts'
import type { Customer } from '../vocabulary/customer.ts'
import type { FinallyDecided } from '../vocabulary/decision.ts'
import type { MethodId } from '../vocabulary/method.ts'
import type { RequestMark } from '../vocabulary/request-mark.ts'
import type { Token, TokenMove, TokenSeed, TokensWanted } from '../vocabulary/token.ts'
import type { User } from '../vocabulary/user.ts'
import { mayEnrol } from './allowed-methods.ts'
import { foldUsername } from './contacts.ts'
import { notify } from './notices.ts'
import type { EngineCore } from './ports.ts'
import type { Records } from './records.ts'
import type { NoticeEvent } from './templates.ts'

export const tokenMethod: MethodId = 'hardware-token'
/** Each of them is tried at every answer. */
export const tokensOfUserMax = 10

/** One call about one token; `request` and its id are null on the command line. */
export interface TokenRequest {
  readonly customer: Customer
  readonly serial: string
  readonly request: RequestMark | null
  readonly requestId: string | null
  /** Who did it and why, for the audit. */
  readonly by?: object
}

/** `username`: in whose hand it is now. */
export type TokenOutcome =
  | { readonly ok: true; readonly serial: string; readonly username: string | null }
  | { readonly ok: false; readonly reason: TokenRefusal }

export type TokenRefusal =
  | 'unknown-token'
  | 'unknown-user'
  | 'disabled-user'
  | 'turned-off'
  | 'taken'
  | 'unassigned'
  | 'disabled-token'
  | 'too-many'
  | 'changed'
  | 'no-resync'
  | Exclude<FinallyDecided, 'accepted' | 'denied' | 'closed'>

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
  { store }: EngineCore,
  {
    customer,
    offset,
    limit,
    wanted = {},
  }: { readonly customer: Customer; readonly offset: number; readonly limit: number; readonly wanted?: TokensWanted },
): Promise<{ readonly tokens: readonly ListedToken[]; readonly total: number }> {
  const tokens = await store.read.tokens.page(customer.id, offset, limit, wanted)
  return { tokens: tokens.map(listed), total: await store.read.tokens.count(customer.id, wanted) }
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
export function assignToken(engine: EngineCore, request: TokenRequest & { readonly username: string }) {
  return change(engine, request, 'assigned', async (tx, token) => {
    if (token.state === 'disabled') return 'disabled-token'
    if (token.state === 'assigned') return 'taken'
    const user = await tx.users.find(request.customer.id, foldUsername(request.username))
    if (!user) return 'unknown-user'
    if (!(await mayEnrol(tx, request.customer, user.id, tokenMethod))) return 'turned-off'
    const others = await tx.credentials.of(request.customer.id, user.id, tokenMethod)
    if (others.length >= tokensOfUserMax) return 'too-many'
    return { state: 'assigned', userId: user.id }
  })
}

/** Takes a token back. A disabled one stays disabled, in nobody's hand. */
export function unassignToken(engine: EngineCore, request: TokenRequest): Promise<TokenOutcome> {
  return change(engine, request, 'unassigned', async (_, token) => {
    if (token.userId === null) return 'unassigned'
    return { state: token.state === 'disabled' ? 'disabled' : 'unassigned', userId: null }
  })
}

/** Refuses a token's codes, as when it is lost; it stays in the hand it is in. */
export function disableToken(engine: EngineCore, request: TokenRequest): Promise<TokenOutcome> {
  return change(engine, request, 'disabled', async (_, token) =>
    token.state === 'disabled' ? null : { state: 'disabled', userId: token.userId },
  )
}

/** Takes a disabled token's codes again; none that was used or passed over before. */
export function enableToken(engine: EngineCore, request: TokenRequest): Promise<TokenOutcome> {
  return change(engine, request, 'enabled', async (_, { state, userId }) =>
    state === 'disabled' ? { state: userId === null ? 'unassigned' : 'assigned', userId } : null,
  )
}

/** Where the token goes, why not, or null when it is there already. */
type Plan = (tx: Records, token: Token) => Promise<TokenMove | TokenRefusal | null>

/** One write: the request counts once, the token moves, the audit and its owner are told. */
function change(engine: EngineCore, request: TokenRequest, what: string, plan: Plan): Promise<TokenOutcome> {
  const { customer, serial } = request
  return engine.store.write(async (tx): Promise<TokenOutcome> => {
    if (request.request && !(await tx.marks.claim(request.request))) return refused('repeated')
    const token = await tx.tokens.find(customer.id, serial)
    if (!token) return refused('unknown-token')
    const to = await plan(tx, token)
    if (typeof to === 'string') return refused(to)
    if (to === null) return { ok: true, serial, username: token.username }
    const user = await moveToken(tx, request, { token, to, what, nowMs: engine.clock() })
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
export async function moveToken(
  tx: Records,
  request: Omit<TokenRequest, 'serial'>,
  moving: Moving,
): Promise<User | null | false> {
  const { customer } = request
  const { token, to, what, nowMs } = moving
  if (!(await tx.tokens.move(token, to, nowMs))) return false
  await tx.audit.append(customer.id, noteOf(request, token, to.userId ?? token.userId), what, nowMs)
  const owned = to.state === 'assigned' ? to.userId : token.state === 'assigned' ? token.userId : null
  const owner = owned === null ? undefined : await tx.users.byId(customer.id, owned)
  const event: NoticeEvent = to.state === 'assigned' ? 'token-added' : 'token-removed'
  if (owner) {
    const { id: userId, username } = owner
    await notify(tx, { customer, event, userId, username, contacts: owner, nowMs })
  }
  return to.userId === null ? null : (owner ?? (await tx.users.byId(customer.id, to.userId)) ?? null)
}

/** A line of the audit about a token, by the user whose it is. */
export function noteOf(
  { requestId, by }: Pick<TokenRequest, 'requestId' | 'by'>,
  token: Token | null,
  userId: string | null,
): AuditNote {
  const detail = token && JSON.stringify({ serial: token.serial, ...by })
  return { kind: 'token', subject: userId, method: tokenMethod, challengeId: null, requestId, detail }
}

export function refused(reason: TokenRefusal): TokenOutcome {
  return { ok: false, reason }
}
