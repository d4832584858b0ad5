/** Whoever left his desk is not there: pages stop asking for news then, so that the session can end by itself. */
const idleAfterMs = 5 * 60_000

let lastActedAtMs = Date.now()
let wake: () => void = () => undefined

for (const kind of ['pointerdown', 'pointermove', 'keydown', 'wheel'])
  addEventListener(
    kind,
    () => {
      const wasIdle = isIdle()
      lastActedAtMs = Date.now()
      if (wasIdle) wake()
    },
    { passive: true, capture: true },
  )

/** Whether nobody has touched the page for a while. */
export function isIdle(): boolean {
  return Date.now() - lastActedAtMs > idleAfterMs
}

/** Calls this when somebody is back. */
export function whenBack(act: () => void): void {
  wake = act
}
