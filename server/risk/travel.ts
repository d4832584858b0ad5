/** Where somebody was, and when; to a tenth of a degree. */
export interface Place {
  readonly latitude: number
  readonly longitude: number
  readonly atMs: number
}

/** A journey that nobody can have made in that time. */
export interface Travel {
  readonly km: number
  readonly hours: number
}

/** Faster than an airliner; and nearer than this the files of addresses are not exact. */
const kmPerHourMax = 1_000
const kmMin = 100
const earthKm = 6_371

/** The journey between two places when nobody can have made it. */
export function travelOf(from: Place | null, to: Place | null): Travel | undefined {
  if (!from || !to) return undefined
  const km = distanceKm(from, to)
  const hours = Math.abs(to.atMs - from.atMs) / 3_600_000
  return km >= kmMin && km > hours * kmPerHourMax ? { km, hours } : undefined
}

/** Along the surface (haversine). */
function distanceKm(one: Place, other: Place): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180
  const half = (left: number, right: number) => Math.sin(radians(right - left) / 2) ** 2
  const chord =
    half(one.latitude, other.latitude) +
    Math.cos(radians(one.latitude)) * Math.cos(radians(other.latitude)) * half(one.longitude, other.longitude)
  return 2 * earthKm * Math.asin(Math.min(1, Math.sqrt(chord)))
}
