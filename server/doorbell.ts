import type { Doorbell } from './engine/ports.ts'

/** Tells those who listen in this process, after the moment in which it was rung; several rings of one user are one. */
export function createDoorbell(): Doorbell {
  const listeners = new Set<(userId: string) => void>()
  const rung = new Set<string>()
  return {
    ring(userId) {
      if (rung.size === 0) setImmediate(tell)
      rung.add(userId)
    },
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }

  function tell(): void {
    const users = [...rung]
    rung.clear()
    for (const listener of listeners) for (const user of users) listener(user)
  }
}
