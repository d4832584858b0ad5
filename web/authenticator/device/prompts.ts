import type {
  Answered,
  Prompt,
  PromptAnswer,
  PromptDecision,
  PromptList,
  ScannedPrompt,
} from '../../../contract/device/prompts.ts'
import { decisionText } from '../../../contract/device/signed.ts'
import { calls } from '../../../contract/device.ts'
import { askSigned, type Outcome, sign } from './calls.ts'
import { type Pairing, signerOf } from './pairing.ts'

export function readPrompts(pairing: Pairing): Promise<Outcome<PromptList>> {
  return askSigned<PromptList>(signerOf(pairing), calls.prompts)
}

/** A prompt with the pairing that it asks, and the secret of its code when it was scanned. */
export interface Asked {
  readonly prompt: Prompt
  readonly pairing: Pairing
  readonly secret: string
}

/** The prompt behind a scanned code: each pairing is asked in turn whether it is the one. */
export async function findScanned(pairings: readonly Pairing[], code: string): Promise<Outcome<Asked>> {
  const secret = code.split('.')[1] ?? ''
  let last: Outcome<Asked> = { ok: false, code: 'unknown-code', message: '' }
  for (const pairing of pairings) {
    const outcome = await askSigned<ScannedPrompt>(signerOf(pairing), calls.scan, { code })
    if (outcome.ok) return { ok: true, value: { prompt: outcome.value.prompt, pairing, secret } }
    if (last.ok || last.code === 'unknown-code') last = outcome
  }
  return last
}

/** Says yes or no, with the signature that the decision rests on. */
export async function decide(
  { prompt, pairing }: Asked,
  decision: PromptDecision,
  proof: string,
): Promise<Outcome<Answered>> {
  const { id: promptId, transactionName } = prompt
  const signature = await sign(pairing.key, decisionText({ promptId, decision, proof, transactionName }))
  const path = calls.answer.path.replace(':id', encodeURIComponent(promptId))
  const body: PromptAnswer = { decision, proof, signature }
  return askSigned<Answered>(signerOf(pairing), { ...calls.answer, path }, body)
}
