/**
 * What is counted of every sign-in. A level may have a parent: its value is weighed given the parent's, so that an unseen
 * address of a seen provider says less than one of an unseen country. Where a parent is not known its own parent stands in.
 */
export interface Level {
  readonly name: string
  readonly parent: string | null
  /** Values a stranger might have under one parent, roughly: what an unseen value is worth before anything was counted. */
  readonly spread: number
  /** Trust in the evidence of this level; below 1 because levels say partly the same. Measured in docs/risk-model.md. */
  readonly weight: number
  /** Which finding tells of it. */
  readonly tells: 'place' | 'device' | 'hour'
}

/** In an order that is kept in the database: new levels come last, and none is ever taken out. */
export const levels = [
  { name: 'country', parent: null, spread: 50, weight: 0.4, tells: 'place' },
  { name: 'asn', parent: 'country', spread: 50, weight: 0.4, tells: 'place' },
  { name: 'prefix', parent: 'asn', spread: 1_000, weight: 0.8, tells: 'place' },
  { name: 'address', parent: 'prefix', spread: 256, weight: 1, tells: 'place' },
  { name: 'deviceType', parent: null, spread: 4, weight: 0.5, tells: 'device' },
  { name: 'osName', parent: 'deviceType', spread: 4, weight: 0.5, tells: 'device' },
  { name: 'os', parent: 'osName', spread: 10, weight: 0.05, tells: 'device' },
  { name: 'browserName', parent: 'osName', spread: 4, weight: 0.3, tells: 'device' },
  { name: 'browser', parent: 'browserName', spread: 30, weight: 0.05, tells: 'device' },
  { name: 'userAgent', parent: 'browser', spread: 5, weight: 0.3, tells: 'device' },
  { name: 'webgl', parent: 'osName', spread: 10, weight: 0.2, tells: 'device' },
  { name: 'canvas', parent: 'webgl', spread: 50, weight: 0.4, tells: 'device' },
  { name: 'screen', parent: 'deviceType', spread: 10, weight: 0.2, tells: 'device' },
  { name: 'languages', parent: null, spread: 20, weight: 0.2, tells: 'device' },
  { name: 'timeZone', parent: null, spread: 20, weight: 0.4, tells: 'place' },
  { name: 'hardware', parent: 'osName', spread: 12, weight: 0.3, tells: 'device' },
  { name: 'fonts', parent: 'osName', spread: 50, weight: 0.2, tells: 'device' },
  { name: 'audio', parent: 'osName', spread: 6, weight: 0.1, tells: 'device' },
  { name: 'roundTrip', parent: null, spread: 20, weight: 0.3, tells: 'place' },
  { name: 'networkKind', parent: null, spread: 3, weight: 0.3, tells: 'place' },
  { name: 'hour', parent: null, spread: 8, weight: 0.4, tells: 'hour' },
  /** Every other component of the fingerprint, taken together. */
  { name: 'rest', parent: 'browserName', spread: 50, weight: 0.2, tells: 'device' },
] as const satisfies readonly Level[]

/** Counted beside the levels: all sign-ins, and failed attempts from one address in one hour. */
export const allLevel = -1
export const failuresLevel = -2

export type LevelName = (typeof levels)[number]['name']

const names: readonly string[] = levels.map(({ name }) => name)

/** The place of each level in everything that is counted. */
export const levelIndex = Object.fromEntries(names.map((name, index) => [name, index])) as Readonly<
  Record<LevelName, number>
> // one entry for each name

/** Of each level: its parent's place, then that one's parent's, and so on. */
export const ancestors: readonly (readonly number[])[] = levels.map(ancestorsOf)

function ancestorsOf(level: Level): number[] {
  if (level.parent === null) return []
  const parent = names.indexOf(level.parent)
  return [parent, ...ancestorsOf(levels[parent] as Level)] // every parent is a level: the first test of this folder
}

/** What each level's value was in one sign-in; absent: not known. */
export type Values = Readonly<Partial<Record<LevelName, string>>>
