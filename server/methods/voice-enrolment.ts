import type { Tools } from './method.ts'
import { drawDigits, isLink, linkDigest } from './voice.ts'

interface Pending {
  /** Of the secret in the link, in base64. */
  readonly enrolmentLink: string
  readonly prompts: readonly string[]
}

/** Recordings that a voice is first made of, and that it may be made of when those are too unlike each other. */
export const recordings = { few: 3, many: 5 } as const

const secretBytes = 32

/** Asks for a voice: JSON to keep, sealed, and the secret of the page's link. */
export function askForVoice(challengeId: string, tools: Tools): { readonly pending: string; readonly secret: string } {
  const secret = tools.randomSecret(secretBytes).toString('base64url')
  const prompts = Array.from({ length: recordings.many }, () => drawDigits(tools))
  const kept: Pending = { enrolmentLink: linkDigest(tools, challengeId, secret), prompts }
  return { pending: JSON.stringify(kept), secret }
}

/** The digits that the bearer of this link says, one row for each recording; undefined for another link or question. */
export function openEnrolment(
  challengeId: string,
  pending: string,
  secret: string,
  tools: Tools,
): readonly string[] | undefined {
  const { enrolmentLink, prompts = [] } = JSON.parse(pending) as Partial<Pending> // written here, or by `voice.begin`
  return enrolmentLink !== undefined && isLink(challengeId, enrolmentLink, secret, tools) ? prompts : undefined
}
