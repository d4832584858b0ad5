import { methods } from '../methods/index.ts'
import { same } from '../security/digest.ts'
import { isSignedBy } from '../security/p256.ts'
import type { Answer } from '../vocabulary/answer.ts'
import type { Challenge } from '../vocabulary/challenge.ts'
import type { Customer } from '../vocabulary/customer.ts'
import type { Device } from '../vocabulary/device.ts'
import type { MethodId } from '../vocabulary/method.ts'
import type { RequestMark } from '../vocabulary/request-mark.ts'
import type { User } from '../vocabulary/user.ts'
import { raiseByReport } from './adaptive-results.ts'
import { type AnswerRefusal, answer } from './answer.ts'
import { readCode } from './app-link.ts'
import { tellUser } from './notices.ts'
import type { Engine } from './ports.ts'
import { pausePrompts } from './prompt-pause.ts'
import type { Records } from './records.ts'
import { userSubject } from './subject.ts'
import { toolsFor } from './tools.ts'

/** A phone whose request was understood, and whose it is. */
export interface Paired {
  readonly device: Device
  readonly customer: Customer
  readonly user: User
}

/** A question as a phone shows it. */
export interface Prompt {
  readonly kind: 'push' | 'scan' | 'voice'
  readonly challenge: Challenge
  /** Approving means typing the number of the login page. */
  readonly needsNumber: boolean
  /** Of the page where the user speaks; null for the others, and once it is answered. */
  readonly pageSecret: string | null
}

/** What each method's question is to a phone; no others are asked there. */
const kinds: Readonly<Partial<Record<MethodId, Prompt['kind']>>> = {
  push: 'push',
  'qr-scan': 'scan',
  voice: 'voice',
}

/** Methods whose questions come to phones by themselves. */
const asking = Object.values(methods)
  .filter(({ asksPhones }) => asksPhones)
  .map(({ id }) => id)

/** How long a phone's last use may be out of date, so that not each of its requests is a write. */
const freshMs = 60_000

/** The phone of an id with its owner; undefined when it was removed, or never was. */
export async function findPaired(engine: Engine, deviceId: string): Promise<Paired | undefined> {
  const device = await engine.store.read.devices.byId(deviceId)
  const customer = device && (await engine.customer(device.customerId))
  const user = device && (await engine.store.read.users.byId(device.customerId, device.userId))
  return device && customer && user && { device, customer, user }
}

/** Remembers that a phone was used. */
export async function touchDevice({ store, clock }: Engine, { id, customerId, lastUsedAtMs }: Device): Promise<void> {
  const nowMs = clock()
  if (lastUsedAtMs !== null && lastUsedAtMs > nowMs - freshMs) return
  await store.write((tx) => tx.devices.touch(customerId, id, nowMs))
}

/** What waits for the users of these phones, newest first, by user; one read for all of them. */
export async function promptsOf(
  engine: Pick<Engine, 'store' | 'clock' | 'customer'>,
  userIds: readonly string[],
): Promise<Map<string, Prompt[]>> {
  const open = await engine.store.read.challenges.waiting(userIds, asking, engine.clock())
  const found = new Map<string, Prompt[]>(userIds.map((id) => [id, []]))
  for (const challenge of open) {
    const prompt = await promptOf(engine, challenge)
    if (prompt && challenge.userId !== null) found.get(challenge.userId)?.push(prompt)
  }
  return found
}

/** A question of this phone's user, however it stands; undefined for everything else. */
export async function readPrompt(engine: Engine, { device }: Paired, id: string): Promise<Prompt | undefined> {
  if (!/^[0-9a-f-]{36}$/.test(id)) return undefined
  const challenge = await engine.store.read.challenges.find(id)
  const isOwn = challenge?.customerId === device.customerId && challenge.userId === device.userId
  return isOwn ? promptOf(engine, challenge) : undefined
}

/** The question behind a code that was scanned; nothing is decided or spent by scanning. */
export async function readScanned(
  engine: Engine,
  paired: Paired,
  code: string,
): Promise<Prompt | 'unknown-code' | 'used-code' | 'expired-code'> {
  const { id, secret } = readCode(code) ?? { id: '', secret: '' }
  const prompt = await readPrompt(engine, paired, id)
  if (prompt?.kind !== 'scan') return 'unknown-code'
  const { state, pending, expiresAtMs, method } = prompt.challenge
  const nowMs = engine.clock()
  if (state === 'expired' || (state === 'pending' && expiresAtMs <= nowMs)) return 'expired-code'
  if (state !== 'pending' || pending === null) return 'used-code'
  const own = methods[method].scanSecret?.(id, pending, toolsFor(paired.customer, nowMs))
  return own !== undefined && same(Buffer.from(own), Buffer.from(secret)) ? prompt : 'unknown-code'
}

/** Undefined for what is not asked on phones, such as a voice whose link went by message or is being set up. */
async function promptOf(engine: Pick<Engine, 'clock' | 'customer'>, challenge: Challenge): Promise<Prompt | undefined> {
  const { id, method, pending, customerId } = challenge
  const kind = kinds[method]
  if (!kind) return undefined
  const number = pending && methods[method].matchNumber?.(pending)
  const prompt = { kind, challenge, needsNumber: typeof number === 'string', pageSecret: null }
  if (kind !== 'voice' || pending === null) return prompt
  const customer = await engine.customer(customerId)
  const pageSecret = customer && methods[method].pageSecret?.(id, pending, toolsFor(customer, engine.clock()))
  return pageSecret === undefined ? undefined : { ...prompt, pageSecret }
}

/** What a phone answers: signed twice, as a request and as a decision. */
export interface PromptDecision {
  readonly isAccepted: boolean
  /** "I did not start this": prompts pause, and the user and his site are told. */
  readonly isReported: boolean
  readonly proof: string
  /** What was signed, made from what is decided. */
  readonly statement: string
  readonly signature: string
  readonly request: RequestMark
  readonly requestId: string
}

export type PromptOutcome =
  | { readonly ok: true; readonly state: 'approved' | 'denied' }
  /** `needs-voice`: a phone can only deny what the user's voice accepts. */
  | { readonly ok: false; readonly reason: AnswerRefusal | 'needs-voice' }

/** Decides a question by the one door; a report counts also when somebody else answered first. */
export async function answerPrompt(
  engine: Engine,
  { device, customer, user }: Paired,
  prompt: Prompt,
  decision: PromptDecision,
): Promise<PromptOutcome> {
  const { isAccepted, isReported, statement, signature, request, requestId } = decision
  const { challenge } = prompt
  if (prompt.kind === 'voice') {
    if (isAccepted) return { ok: false, reason: 'needs-voice' }
    if (!isSignedBy(device.publicKey, statement, signature)) return { ok: false, reason: 'wrong' }
  }
  // Before the decision: nobody may be asked once more between the two.
  if (isReported) await engine.store.write((tx) => heed(tx, customer.id, user.id, engine.clock()))
  const outcome = await answer(engine, {
    customer,
    to: { challengeId: challenge.id, username: null },
    readOwnMethod: () => undefined,
    answer: answerOf(engine, device, prompt, decision),
    facts: { device: device.id, signature, ...(isReported && { reported: 'true' }) },
    request,
    requestId,
  })
  engine.doorbell.ring(user.id)
  if (isReported) await tellUser(engine, customer, user.id, 'prompt-reported', challenge.id)
  if (outcome.ok) return { ok: true, state: 'approved' }
  return outcome.reason === 'denied' && !isAccepted ? { ok: true, state: 'denied' } : outcome
}

/** A decision as the prompt's method judges it: of a voice, the bearer of the page's link says that it is not him. */
function answerOf(
  { clock }: Engine,
  { id: deviceId }: Device,
  { kind, pageSecret }: Prompt,
  { isAccepted, proof, statement, signature }: PromptDecision,
): Answer {
  if (kind !== 'voice') return { kind: 'signed-decision', deviceId, isAccepted, proof, statement, signature }
  return { kind: 'recording', secret: pageSecret ?? '', prompt: 0, isDenied: true, arrivedAtMs: clock() }
}

/** What follows at once from "I did not start this". */
async function heed(tx: Records, customerId: number, userId: string, nowMs: number): Promise<void> {
  await pausePrompts(tx, customerId, userSubject(userId), nowMs)
  await raiseByReport(tx, customerId, userId, nowMs)
}
