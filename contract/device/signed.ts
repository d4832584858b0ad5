import type { PromptDecision } from './prompts.ts'

/** What a signed request signs, as text. */
export function requestText(request: {
  readonly method: string
  /** From `/api/` on, with the query. */
  readonly path: string
  readonly device: string
  readonly nonce: string
  /** SHA-256 of the body's bytes in lower-case hex. */
  readonly bodySha256: string
}): string {
  const { method, path, device, nonce, bodySha256 } = request
  return ['countersign-device-v1', method, path, device, nonce, bodySha256].join('\n')
}

/** What an answer signs, as text. The transaction name comes last, whatever it holds; null counts as empty. */
export function decisionText(answer: {
  readonly promptId: string
  readonly decision: PromptDecision
  readonly proof: string
  readonly transactionName: string | null
}): string {
  const { promptId, decision, proof, transactionName } = answer
  return ['countersign-decision-v1', promptId, decision, proof, transactionName ?? ''].join('\n')
}
