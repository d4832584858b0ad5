import type { PageAnswer, Waiting } from '../contract/risk.ts'

/** How often a page asks whether the user has answered elsewhere. */
const everyMs = 2_000
const timeLimitUsualMs = 300_000

export type Waited = Pick<PageAnswer, 'status' | 'message'>

const stillOpen: Waited = { status: 'WAIT_FOR_INPUT', message: 'The user has not answered yet.' }
export const stopped: Waited = { status: 'ERROR', message: 'The page stopped waiting.' }

/**
 * Looks again and again until there is an answer, the time is over, or nobody waits any more. `look` undefined: it did not
 * get through, as when a phone puts the page to sleep while its owner opens the link.
 */
export async function untilAnswered<Answer extends Waited>(
  look: () => Promise<Answer | undefined>,
  { signal, timeLimitMs = timeLimitUsualMs }: Waiting,
): Promise<Answer | Waited> {
  const endMs = Date.now() + timeLimitMs
  const gone = new Promise<typeof stopped>((resolve) => {
    if (signal?.aborted) resolve(stopped)
    signal?.addEventListener('abort', () => resolve(stopped), { once: true })
  })
  for (;;) {
    const answer = await Promise.race([gone, look()])
    if (answer && answer.status !== 'WAIT_FOR_INPUT') return answer
    const leftMs = endMs - Date.now()
    if (leftMs <= 0) return answer ?? stillOpen
    const pause = new Promise<undefined>((resolve) => setTimeout(resolve, Math.min(everyMs, leftMs)))
    const isGone = await Promise.race([gone, pause])
    if (isGone) return isGone
  }
}
