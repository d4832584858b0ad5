import type { CustomerSettings } from '../vocabulary/customer.ts'
import type { Method, Tools, Verdict } from './method.ts'

/** Six digits to be said, which nobody knew before. */
export interface Prompt {
  /** Counts the prompts of one question. */
  readonly number: number
  readonly digits: string
  readonly untilMs: number
}

interface Pending {
  /** Of the secret in the link, in base64. */
  readonly link: string
  /** What the secret is made from, in base64, when the user's phones open the page; absent when a message brings the link. */
  readonly seed?: string
  /** Null until the page is opened. */
  readonly prompt: Prompt | null
}

/** How alike is alike enough; what each lets in and keeps out was measured, see docs/voice.md. */
export const speakerMins = { lenient: 0.5, default: 0.6, strict: 0.7 } as const satisfies Record<
  CustomerSettings['voiceThreshold'],
  number
>

/** Of the likelihood ratio for each frame, of six digits; measured with the settings of the content check. */
export const digitsMin = 1.2

export const promptTtlMs = 60_000
const digitsLength = 6
const attemptsMax = 3
const secretBytes = 32
const wrong: Verdict = { kind: 'wrong' }

/**
 * A person is known by his voice, on a page of ours, while he says digits that were drawn a moment ago. One voice in a
 * few dozen is like another one, and a good copy of a voice is not told from it: so it is never enough alone.
 */
export const voice: Method = {
  id: 'voice',
  title: 'Voice',
  needs: 'credential',
  answeredBy: 'recording',
  asksFirst: true,
  asksPhones: true,
  // A phone has a microphone.
  askedBy: ['sms', 'email'],
  isEnoughAlone: false,
  attemptsMax,

  begin({ challengeId, via }, tools) {
    if (via.length === 0) return { pending: JSON.stringify(forPhones(challengeId, tools)), send: [] }
    const secret = tools.randomSecret(secretBytes).toString('base64url')
    const kept: Pending = { link: linkDigest(tools, challengeId, secret), prompt: null }
    const send = via.map((way) => ({ kind: 'voice' as const, via: way, challengeId, secret }))
    return { pending: JSON.stringify(kept), send }
  },

  judge({ challengeId, pending, secret, answer, heard }, tools) {
    if (answer.kind !== 'recording' || challengeId === null) return wrong
    const asked = pending === null ? undefined : openPrompt(challengeId, pending, answer.secret, tools)
    if (!asked) return wrong
    if (answer.isDenied) return { kind: 'denied' }
    const { prompt } = asked
    if (secret === null || !heard || prompt?.number !== answer.prompt) return wrong
    if (answer.arrivedAtMs >= prompt.untilMs || (heard.digits !== null && !(heard.digits >= digitsMin))) return wrong
    return heard.speaker >= heard.speakerMin ? { kind: 'right' } : wrong
  },

  pageSecret(challengeId, pending, tools) {
    const { seed } = JSON.parse(pending) as Partial<Pending> // written by begin, or of an enrolment
    return seed === undefined ? undefined : secretOf(challengeId, seed, tools)
  },
}

function forPhones(challengeId: string, tools: Tools): Pending {
  const seed = tools.randomSecret(secretBytes).toString('base64')
  return { link: linkDigest(tools, challengeId, secretOf(challengeId, seed, tools)), seed, prompt: null }
}

/** Not kept anywhere: whoever cannot read the customer's key cannot make it. */
function secretOf(challengeId: string, seed: string, tools: Tools): string {
  return tools.digest('voice-page', challengeId, seed).toString('base64url')
}

/** What is asked by the bearer of this link; undefined for a link that was altered or is of another question. */
export function openPrompt(
  challengeId: string,
  pending: string,
  secret: string,
  tools: Tools,
): { readonly prompt: Prompt | null } | undefined {
  const { link, prompt = null } = JSON.parse(pending) as Partial<Pending> // written by begin, or of an enrolment
  if (link === undefined) return undefined
  return isLink(challengeId, link, secret, tools) ? { prompt } : undefined
}

/** What is kept when new digits are asked for. */
export function withNewPrompt(pending: string, tools: Tools): string {
  const kept = JSON.parse(pending) as Pending // written by begin
  const number = (kept.prompt?.number ?? 0) + 1
  const prompt: Prompt = { number, digits: drawDigits(tools), untilMs: tools.nowMs + promptTtlMs }
  return JSON.stringify({ ...kept, prompt } satisfies Pending)
}

/** Six that all differ: in one digit said six times there is too little of a voice to know it by. */
export function drawDigits(tools: Tools): string {
  const digits = tools.randomCode(digitsLength)
  return new Set(digits).size === digitsLength ? digits : drawDigits(tools)
}

/** Of the secret in a link, to keep in its place. */
export function linkDigest(tools: Tools, challengeId: string, secret: string): string {
  return tools.digest('voice-link', challengeId, secret).toString('base64')
}

export function isLink(challengeId: string, digest: string, secret: string, tools: Tools): boolean {
  return tools.same(Buffer.from(linkDigest(tools, challengeId, secret)), Buffer.from(digest))
}
