import type { Likeness } from './device.ts'
import type { Network } from './facts.ts'
import type { FreemanFactors } from './freeman.ts'
import { freemanOf } from './freeman-counts.ts'
import { type LevelName, levelIndex, levels } from './levels.ts'
import type { Marks } from './marks.ts'
import type { Seen } from './profile.ts'
import { scoreOf, type TokenState, type World } from './score.ts'
import { type Place, type Travel, travelOf } from './travel.ts'

/**
 * All that a policy decides by: what is known of one sign-in after it was compared with what is remembered. Kept with the
 * evaluation, so that another policy can be tried on it later.
 */
export interface Evidence {
  readonly atMs: number
  /** Of the user, faded; 0: none. */
  readonly signIns: number
  readonly token: TokenState
  /** The remembered device may still pass without a second factor. */
  readonly isTrusted: boolean
  readonly likeness: Likeness['kind'] | null
  /** Such as `Chrome on Windows`; empty when not told. */
  readonly deviceLabel: string
  readonly devices: number
  readonly address: string | null
  readonly network: Network
  /** Of this user, before. */
  readonly isSeen: {
    readonly country: boolean
    readonly asn: boolean
    readonly prefix: boolean
    readonly address: boolean
  }
  /** Span of three hours in UTC, 0–7. */
  readonly hour: number
  /** The score in nats, by what tells of it. */
  readonly nats: {
    readonly country: number
    readonly place: number
    readonly device: number
    readonly token: number
    readonly hour: number
    readonly length: number
  }
  /** The same by the model of Freeman et al.; null: no history; absent: it was kept before this was. */
  readonly freeman?: FreemanFactors | null
  readonly travel: Travel | null
  /** Failed attempts of late, faded by the hour. */
  readonly failures: number
  readonly addressFailures: number
  /** Questions in a row that nobody answered, faded by the hour. */
  readonly prompts: number
  /** The user said of late that a sign-in was not his. */
  readonly isReported: boolean
  /** The weighing itself broke. */
  readonly isBroken: boolean
}

export interface Compared {
  readonly atMs: number
  readonly address: string | null
  readonly network: Network
  readonly deviceLabel: string
  readonly marks: Marks
  readonly seen: Seen
  readonly world: World
  /** Of the customer. */
  readonly users: number
  readonly token: TokenState
  readonly isTrusted: boolean
  readonly likeness: Likeness | undefined
  readonly devices: number
  readonly lastPlace: Place | null
  readonly failures: number
  readonly addressFailures: number
  readonly prompts: number
  readonly isReported: boolean
}

export function evidenceOf(compared: Compared): Evidence {
  const { seen, world, marks, token, likeness, atMs, address, network, deviceLabel, isTrusted, devices } = compared
  const score = scoreOf(seen, world, marks, token, likeness)
  const told = (part: 'place' | 'device' | 'hour'): number =>
    levels.reduce((sum, level, index) => (level.tells === part ? sum + (score.byLevel[index] ?? 0) : sum), 0)
  const country = score.byLevel[levelIndex.country] ?? 0
  const isSeen = (name: LevelName): boolean => (seen.value[levelIndex[name]] ?? 0) > 0
  const { failures, addressFailures, prompts, isReported } = compared
  return {
    ...{
      atMs,
      token,
      isTrusted,
      deviceLabel,
      devices,
      address,
      network,
      failures,
      addressFailures,
      prompts,
      isReported,
    },
    signIns: seen.total,
    likeness: likeness?.kind ?? null,
    isSeen: {
      country: isSeen('country'),
      asn: isSeen('asn'),
      prefix: isSeen('prefix'),
      address: isSeen('address'),
    },
    hour: hourSpan(atMs),
    nats: {
      country,
      place: told('place') - country + score.place,
      device: told('device') + score.likeness,
      token: score.token,
      hour: told('hour'),
      length: score.length,
    },
    freeman: freemanOf(seen, world, marks, compared.users),
    travel: travelOf(compared.lastPlace, placeOf(network, atMs)) ?? null,
    isBroken: false,
  }
}

/** What is decided by when nothing could be compared. */
export function brokenEvidence(atMs: number): Evidence {
  return {
    ...{
      atMs,
      signIns: 0,
      token: 'none',
      isTrusted: false,
      likeness: null,
      deviceLabel: '',
      devices: 0,
      address: null,
    },
    network: noNetwork,
    isSeen: { country: false, asn: false, prefix: false, address: false },
    hour: hourSpan(atMs),
    nats: { country: 0, place: 0, device: 0, token: 0, hour: 0, length: 0 },
    ...{ freeman: null, travel: null, failures: 0, addressFailures: 0, prompts: 0, isReported: false, isBroken: true },
  }
}

export const noNetwork: Network = {
  ...{ asn: null, organisation: null, country: null, city: null, latitude: null, longitude: null, kind: null },
  lists: [],
}

/** Where a sign-in came from, as far as it can be compared: a company's servers and mobile networks stand anywhere. */
export function placeOf({ latitude, longitude, kind, lists }: Network, atMs: number): Place | null {
  if (latitude === null || longitude === null || kind === 'hosting' || kind === 'mobile' || lists.length > 0)
    return null
  return { latitude: tenth(latitude), longitude: tenth(longitude), atMs }
}

/** Some ten kilometres: no more of a person's whereabouts is kept than this needs. */
const tenth = (degrees: number): number => Math.round(degrees * 10) / 10

export function hourSpan(atMs: number): number {
  return Math.floor((atMs % 86_400_000) / 10_800_000)
}
