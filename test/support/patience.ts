const stepMs = 50

/**
 * How long a job in this process took, in milliseconds, without the time in which the machine did not let the process
 * run (other processes, a pause of the whole machine). What it spends computing counts, also when that holds everything
 * up.
 */
export async function timeOf<T>(job: () => Promise<T>): Promise<{ readonly value: T; readonly tookMs: number }> {
  const startMs = performance.now()
  let heldUpMs = 0
  let last = { atMs: startMs, cpuMs: cpuMs() }
  const look = () => {
    const now = { atMs: performance.now(), cpuMs: cpuMs() }
    heldUpMs += Math.max(0, now.atMs - last.atMs - stepMs - (now.cpuMs - last.cpuMs))
    last = now
  }
  const looking = setInterval(look, stepMs)
  try {
    const value = await job()
    look()
    return { value, tookMs: performance.now() - startMs - heldUpMs }
  } finally {
    clearInterval(looking)
  }
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
