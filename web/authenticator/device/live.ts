import type { PromptList } from '../../../contract/device/prompts.ts'
import { openStream, type Problem } from './calls.ts'
import { type Pairing, signerOf } from './pairing.ts'
import { readPrompts } from './prompts.ts'

export interface Heard {
  readonly onPrompts: (deviceId: string, list: PromptList) => void
  /** The pairing is no more. */
  readonly onRemoved: (deviceId: string) => void
  /** What is wrong with a pairing until somebody mends it; null: nothing any more. */
  readonly onTrouble: (deviceId: string, trouble: Trouble | null) => void
  /** Whether the server was reached. */
  readonly onReach: (isReached: boolean) => void
}

/** Refusals that no repetition mends. */
const troubles = ['disabled-user', 'bad-signature'] as const satisfies readonly Problem[]
export type Trouble = (typeof troubles)[number]

/** A browser opens six connections to one server: more streams than these would leave none for answers. */
const streamsMax = 3
const pollEveryMs = 5_000
const pauseMinMs = 1_000
const pauseMaxMs = 30_000
/** The server sends the prompts at once, and then something every fifteen seconds: what is silent for longer is dead. */
const firstSilenceMaxMs = 5_000
const silenceMaxMs = 40_000

/** Listens for prompts until stopped: by stream for the first pairings, by asking for the others. */
export function listen(pairings: readonly Pairing[], heard: Heard): () => void {
  const stopping = new AbortController()
  const { signal } = stopping
  pairings.forEach((pairing, index) => {
    void (index < streamsMax ? stream(pairing, heard, signal) : poll(pairing, heard, signal))
  })
  return () => stopping.abort()
}

/** Asks at once, whatever the streams do. */
export async function lookNow(pairings: readonly Pairing[], heard: Heard): Promise<void> {
  await Promise.all(pairings.map((pairing) => look(pairing, heard)))
}

async function look(pairing: Pairing, heard: Heard): Promise<void> {
  const outcome = await readPrompts(pairing)
  if (outcome.ok) heard.onPrompts(pairing.deviceId, outcome.value)
  told(pairing, outcome.ok ? null : outcome.code, heard)
}

async function stream(pairing: Pairing, heard: Heard, signal: AbortSignal): Promise<void> {
  let pauseMs = pauseMinMs
  while (!signal.aborted) {
    const silence = new AbortController()
    const opened = await openStream(signerOf(pairing), AbortSignal.any([signal, silence.signal]))
    if (opened instanceof Response) {
      told(pairing, null, heard)
      const isThrough = await read(opened, silence, (event, data) => {
        if (event === 'prompts') heard.onPrompts(pairing.deviceId, JSON.parse(data) as PromptList) // one contract
        if (event === 'removed') heard.onRemoved(pairing.deviceId)
      })
      if (isThrough) pauseMs = pauseMinMs
      else await look(pairing, heard)
    } else if (!opened.ok && !signal.aborted) {
      if (told(pairing, opened.code, heard)) return
      // Where streams do not get through, asking may.
      if (document.visibilityState === 'visible') await look(pairing, heard)
    }
    await pause(pauseMs, signal)
    pauseMs = Math.min(pauseMs * 2, document.visibilityState === 'visible' ? pollEveryMs : pauseMaxMs)
  }
}

async function poll(pairing: Pairing, heard: Heard, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if (document.visibilityState === 'visible') await look(pairing, heard)
    await pause(pollEveryMs, signal)
  }
}

/** Tells what a call came to; true when the pairing is no more. */
function told(pairing: Pairing, problem: Problem | null, heard: Heard): boolean {
  heard.onReach(problem !== 'offline')
  if (problem !== 'offline') heard.onTrouble(pairing.deviceId, troubles.find((one) => one === problem) ?? null)
  if (problem !== 'unknown-device') return false
  heard.onRemoved(pairing.deviceId)
  return true
}

/**
 * Reads events until the stream ends or falls silent (https://html.spec.whatwg.org/multipage/server-sent-events.html);
 * false when not even the first came, as behind a proxy that holds streams back.
 */
async function read(
  response: Response,
  silence: AbortController,
  onEvent: (event: string, data: string) => void,
): Promise<boolean> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let held = ''
  for (let isThrough = false; ; isThrough = true) {
    const timer = setTimeout(() => silence.abort(), isThrough ? silenceMaxMs : firstSilenceMaxMs)
    const part = await reader?.read().catch(() => undefined)
    clearTimeout(timer)
    if (!part || part.done) return isThrough
    const blocks = (held + part.value).split('\n\n')
    held = blocks.pop() ?? ''
    for (const block of blocks) {
      const lines = block.split('\n')
      const event = lines
        .find((line) => line.startsWith('event:'))
        ?.slice(6)
        .trim()
      const data = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice(5).trimStart())
      if (event) onEvent(event, data.join('\n'))
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
