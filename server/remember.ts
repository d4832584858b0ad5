/**
 * Remembers what `read` answered for `freshMs`; those who ask at once share one read. Absence is not remembered, so
 * that asking for what does not exist fills nothing.
 */
export function remember<K, V>(
  read: (key: K) => Promise<V | undefined>,
  freshMs: number,
): (key: K) => Promise<V | undefined> {
  const known = new Map<K, { readonly value: Promise<V | undefined>; readonly untilMs: number }>()

  return async (key) => {
    const now = performance.now()
    const fresh = known.get(key)
    if (fresh && fresh.untilMs > now) return fresh.value
    const value = read(key)
    known.set(key, { value, untilMs: now + freshMs })
    try {
      const found = await value
      if (found === undefined) known.delete(key)
      return found
    } catch (error) {
      known.delete(key)
      throw error
    }
  }
}
