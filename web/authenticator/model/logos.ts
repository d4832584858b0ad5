import type { Pairing } from '../device/pairing.ts'

/** The service worker answers from it. */
const cacheName = 'logos'

/** Keeps the logos of these pairings on this phone, to be shown without a connection too, and no others. */
export async function keepLogos(pairings: readonly Pairing[]): Promise<void> {
  const missing = new Set(pairings.flatMap(({ account }) => account.logo ?? []))
  const cache = await caches.open(cacheName).catch(() => undefined)
  if (!cache) return // some private windows have none: then the logos come from the server each time
  for (const request of await cache.keys())
    if (!missing.delete(new URL(request.url).pathname)) await cache.delete(request)
  // Whatever cannot be had now is asked for at the next start.
  await Promise.allSettled([...missing].map((path) => cache.add(path)))
}
