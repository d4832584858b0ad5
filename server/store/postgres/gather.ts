/** Keys that one query looks up at most. */
const keysMax = 256

interface Waiting<K, V> {
  readonly key: K
  resolve(value: V): void
  reject(error: unknown): void
}

/**
 * Collects look-ups into queries: those of one turn of the event loop, and all that arrive while a query is under way.
 * `load` answers in the order of its keys.
 */
export function gather<K, V>(load: (keys: readonly K[]) => Promise<readonly V[]>): (key: K) => Promise<V> {
  const waiting: Waiting<K, V>[] = []
  let isDue = false

  const run = async (group: readonly Waiting<K, V>[]): Promise<void> => {
    try {
      const values = await load(group.map(({ key }) => key))
      for (const [index, one] of group.entries()) one.resolve(values[index] as V) // `load` answers every key
    } catch (error) {
      for (const one of group) one.reject(error)
    }
  }

  const runAll = async (): Promise<void> => {
    while (waiting.length > 0) await run(waiting.splice(0, keysMax))
    isDue = false
  }

  return (key) =>
    new Promise((resolve, reject) => {
      waiting.push({ key, resolve, reject })
      if (isDue) return
      isDue = true
      setImmediate(runAll)
    })
}
