import { fingerprint } from '../security/digest.ts'
import { randomSecret } from '../security/random.ts'
import type { App, SignIn } from '../vocabulary/app.ts'
import type { MethodId } from '../vocabulary/method.ts'
import type { RequestMark } from '../vocabulary/request-mark.ts'
import type { User } from '../vocabulary/user.ts'
import type { Engine } from './ports.ts'
import { userSubject } from './subject.ts'

/** How long the next step of a sign-in may take. */
export const signInMs = 10 * 60_000

/** A token of a sign-in: 256 random bits in base64. */
const tokenShape = /^[A-Za-z0-9+/]{43}=$/

/** Begins a sign-in of a user with one app and returns its token. */
export async function beginSignIn(engine: Engine, app: App, userId: string, challengeId: string): Promise<string> {
  const token = newToken()
  await engine.store.write((tx) => tx.signIns.add(digestOf(token), next(engine, app, userId, [], challengeId)))
  return token
}

/** The sign-in of a token; undefined for one that is unknown, over, or of another app. */
export async function readSignIn(engine: Engine, app: App, token: string): Promise<SignIn | undefined> {
  if (!tokenShape.test(token)) return undefined
  const found = await engine.store.read.signIns.find(app.customerId, digestOf(token), engine.clock())
  return found?.appId === app.id ? found : undefined
}

/** Has a sign-in wait for the answer to one question. False when it is over. */
export function waitFor(engine: Engine, app: App, token: string, challengeId: string): Promise<boolean> {
  return engine.store.write((tx) => tx.signIns.wait(app.customerId, digestOf(token), challengeId))
}

/** A step that was passed. */
export interface Step {
  readonly userId: string
  /** The token it was passed with; null: it begins. */
  readonly token: string | null
  /** All that is proven now. */
  readonly methods: readonly MethodId[]
  /** The question that was answered elsewhere: it counts once, also when several tokens wait for it. */
  readonly answeredElsewhere: string | null
}

/** Takes the token of a step and returns the one of the next; undefined when another call was first. */
export async function advanceSignIn(engine: Engine, app: App, step: Step): Promise<string | undefined> {
  const { userId, token, methods, answeredElsewhere } = step
  const following = newToken()
  const nowMs = engine.clock()
  const isMine = await engine.store.write(async (tx) => {
    if (token !== null && !(await tx.signIns.take(app.customerId, digestOf(token), nowMs))) return false
    if (answeredElsewhere !== null && !(await tx.marks.claim(markOf(answeredElsewhere, nowMs)))) return false
    await tx.signIns.add(digestOf(following), next(engine, app, userId, methods, null))
    return true
  })
  return isMine ? following : undefined
}

/** Outlives every token that could still wait for the question. */
function markOf(challengeId: string, nowMs: number): RequestMark {
  const digest = fingerprint('answered-elsewhere', challengeId)
  return { digest, nonce: digest, expiresAtMs: nowMs + 6 * signInMs }
}

/**
 * The user's latest code by text message, to the number he is enrolled with: whoever asked for it, and however it went.
 * One that was sent elsewhere proves less.
 */
export async function latestSms(engine: Engine, user: User): Promise<string | undefined> {
  const { challenges, deliveries } = engine.store.read
  const id = await challenges.latest(user.customerId, userSubject(user.id).key, 'message-code')
  if (id === undefined) return undefined
  const sent = await deliveries.of(user.customerId, id)
  return sent.some(({ via, contact }) => via === 'sms' && contact === user.phone) ? id : undefined
}

function next(
  { clock }: Engine,
  app: App,
  userId: string,
  methods: readonly MethodId[],
  challengeId: string | null,
): SignIn {
  return { customerId: app.customerId, appId: app.id, userId, methods, challengeId, expiresAtMs: clock() + signInMs }
}

function newToken(): string {
  return randomSecret(32).toString('base64')
}

function digestOf(token: string): Buffer {
  return fingerprint('sign-in', token)
}
