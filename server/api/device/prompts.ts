import Type from 'typebox'
import type { Answered, PromptList, ScannedPrompt } from '../../../contract/device/prompts.ts'
import type { RefusalCode } from '../../../contract/device/refusals.ts'
import { decisionText } from '../../../contract/device/signed.ts'
import { calls } from '../../../contract/device.ts'
import type { AnswerRefusal } from '../../engine/answer.ts'
import type { Engine } from '../../engine/ports.ts'
import { answerPrompt, type Paired, type Prompt, promptsOf, readPrompt, readScanned } from '../../engine/prompts.ts'
import type { Language } from '../../engine/templates.ts'
import { endpoint } from './endpoint.ts'
import { bodies, promptOf, shapes } from './shapes.ts'

export const promptsCall = endpoint({
  call: calls.prompts,
  summary: 'What waits for an answer on this phone',
  signedBy: 'device',
  answer: shapes.prompts,
  async handle({ engine, paired, language }) {
    const waiting = await promptsOf(engine, [paired.user.id])
    return listOf(engine, paired, waiting.get(paired.user.id) ?? [], language)
  },
})

export function listOf(engine: Engine, paired: Paired, prompts: readonly Prompt[], language: Language): PromptList {
  return { nowMs: engine.clock(), prompts: prompts.map((prompt) => promptOf(engine, paired, prompt, language)) }
}

export const scanCall = endpoint({
  call: calls.scan,
  summary: 'What a code on a login page asks; decides nothing',
  signedBy: 'device',
  body: bodies.code,
  answer: shapes.scanned,
  async handle({ engine, paired, language, body }) {
    const prompt = await readScanned(engine, paired, body.code)
    if (typeof prompt === 'string') return prompt
    return { nowMs: engine.clock(), prompt: promptOf(engine, paired, prompt, language) } satisfies ScannedPrompt
  },
})

export const answerCall = endpoint({
  call: calls.answer,
  summary: 'Approve or deny what this phone was asked',
  signedBy: 'device',
  body: Type.Object({
    decision: Type.Union([Type.Literal('approve'), Type.Literal('deny'), Type.Literal('report')]),
    proof: Type.String({ maxLength: 100 }),
    signature: Type.String({ maxLength: 200, description: 'Of the decision, by the key of the phone.' }),
  }),
  answer: shapes.answered,
  async handle({ engine, paired, body, mark, requestId, id }) {
    const prompt = await readPrompt(engine, paired, id)
    if (!prompt) return 'unknown-prompt'
    const { decision, proof, signature } = body
    const { transactionName } = prompt.challenge
    const outcome = await answerPrompt(engine, paired, prompt, {
      isAccepted: decision === 'approve',
      isReported: decision === 'report',
      proof,
      statement: decisionText({ promptId: id, decision, proof, transactionName }),
      signature,
      request: mark,
      requestId,
    })
    if (outcome.ok) return { nowMs: engine.clock(), state: outcome.state } satisfies Answered
    return outcome.reason === 'wrong' ? wrong(prompt) : words[outcome.reason]
  },
})

/** What a wrong answer to such a question got wrong. */
function wrong({ kind, needsNumber }: Prompt): RefusalCode {
  if (kind === 'scan') return 'unknown-code'
  return needsNumber ? 'wrong-number' : 'bad-signature'
}

const words = {
  'unknown-challenge': 'unknown-prompt',
  'other-kind': 'unknown-prompt',
  'no-method': 'unknown-prompt',
  'turned-off': 'unknown-prompt',
  'not-a-token': 'unknown-prompt',
  'disabled-user': 'disabled-user',
  used: 'answered-prompt',
  expired: 'expired-prompt',
  spent: 'spent-prompt',
  replaced: 'replaced-prompt',
  denied: 'denied-prompt',
  locked: 'locked',
  disabled: 'disabled',
  repeated: 'stale-nonce',
  'needs-voice': 'needs-voice',
} as const satisfies Record<Exclude<AnswerRefusal, 'wrong'> | 'needs-voice', RefusalCode>
