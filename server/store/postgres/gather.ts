/** Keys that one query looks up at most. */
const keysMax = 256

interface Waiting<K, V> {
  readonly key: K
  resolve(value: V): void
  reject(error: unknown): void
}

/** Collects the look-ups of one turn of the event loop into one query; `load` answers in the order of its keys. */
export function gather<K, V>(load: (keys: readonly K[]) => Promise<readonly V[]>): (key: K) => Promise<V> {
  let waiting: Waiting<K, V>[] = []

  const run = async (group: readonly Waiting<K, V>[]): Promise<void> => {
    try {
      const values = await load(group.map(({ key }) => key))
      for (const [index, one] of group.entries()) one.resolve(values[index] as V) // `load` answers every key
    } catch (error) {
      for (const one of group) one.reject(error)
    }
  }

  const runAll = (): void => {
    const all = waiting
    waiting = []
    for (let at = 0; at < all.length; at += keysMax) void run(all.slice(at, at + keysMax))
  }

  return (key) =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(runAll)
      waiting.push({ key, resolve, reject })
    })
}
