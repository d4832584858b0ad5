import { createHook } from 'node:async_hooks'

/** The slow hashes (Argon2) of this process, as Node's own hooks tell of them: nothing of ours is replaced. */
export interface HashWatch {
  made(): number
  /** The most that ran at one time. */
  most(): number
  stop(): void
}

export function watchHashes(): HashWatch {
  const jobs = new Set<number>()
  let running = 0
  let most = 0
  const hook = createHook({
    init(id, type) {
      if (!/argon2/i.test(type)) return
      jobs.add(id)
      most = Math.max(most, ++running)
    },
    // Its answer comes.
    before(id) {
      if (jobs.has(id)) running--
    },
  }).enable()
  return { made: () => jobs.size, most: () => most, stop: () => hook.disable() }
}
