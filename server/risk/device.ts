import { type LevelName, levelIndex } from './levels.ts'
import type { Marks } from './marks.ts'

/** What is kept of a browser to know it again. */
export interface KnownDevice {
  readonly id: string
  readonly marks: Marks
  /** Major version of the browser when it was last seen; 0: not told. */
  readonly version: number
}

/** The known device that a browser is most like. */
export interface Likeness {
  readonly device: KnownDevice
  /** 0–1: rare components that stay weigh most. */
  readonly similarity: number
  /** `same`: nothing of weight changed. `drifted`: as browsers do with time. `other`: another device. */
  readonly kind: 'same' | 'drifted' | 'other'
}

/** What a component has to do with the device, and how seldom it changes (FP-Stalker 2018; Andriamilanto 2022). */
const stability = {
  canvas: 0.6,
  webgl: 0.9,
  screen: 0.7,
  languages: 0.8,
  timeZone: 0.7,
  hardware: 0.9,
  fonts: 0.8,
  audio: 0.9,
  rest: 0.6,
} as const satisfies Partial<Record<LevelName, number>>

const components = Object.entries(stability).map(([name, stays]) => ({
  at: levelIndex[name as LevelName] * 2, // the table above has names of levels only
  stays,
}))
/** What never changes on one device. */
const family = (['deviceType', 'osName', 'browserName'] as const).map((name) => levelIndex[name] * 2)

const sameAtLeast = 0.9
const driftedAtLeast = 0.7
/** What a component that changed is worth where the browser went forward by a version, which changes drawing. */
const afterUpdate = 0.5
const drawn = levelIndex.canvas * 2

/** Bits that a value of a level tells: rare values tell more. */
export type RarityOf = (level: number) => number

/** The device that is most like this one; undefined when none is told apart by a single component. */
export function mostLike(
  devices: readonly KnownDevice[],
  marks: Marks,
  version: number,
  rarityOf: RarityOf,
): Likeness | undefined {
  const weights = components.map(({ at, stays }) => (marks[at + 1] ? stays * rarityOf(at / 2) : 0))
  let best: Likeness | undefined
  for (const device of devices) {
    const similarity = similarityOf(device, marks, version, weights)
    if (similarity === undefined || (best && best.similarity >= similarity)) continue
    const kind = similarity >= sameAtLeast ? 'same' : similarity >= driftedAtLeast ? 'drifted' : 'other'
    best = { device, similarity, kind }
  }
  return best
}

/** Another family, or an older version than before: not this device. Undefined when there is nothing to compare. */
function similarityOf(
  device: KnownDevice,
  marks: Marks,
  version: number,
  weights: readonly number[],
): number | undefined {
  if (family.some((at) => device.marks[at + 1] !== marks[at + 1])) return 0
  if (version > 0 && device.version > version) return 0
  const isUpdated = version > device.version
  let alike = 0
  let all = 0
  for (const [index, { at }] of components.entries()) {
    if (!device.marks[at + 1]) continue
    const weight = weights[index] ?? 0
    all += weight
    if (marks[at] === device.marks[at] && marks[at + 1] === device.marks[at + 1]) alike += weight
    else if (at === drawn && isUpdated) alike += weight * afterUpdate
  }
  return all === 0 ? undefined : alike / all
}
