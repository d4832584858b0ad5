/** Says what is wrong with a value, in sentences that begin with its place; nothing: it fits. */
export type Shape = (value: unknown, place: string) => readonly string[]

/** The few shapes that a policy is made of. */
export const shapes = {
  that:
    (fits: (value: unknown) => boolean, expected: string): Shape =>
    (value, place) =>
      fits(value) ? [] : [`${place} must be ${expected}.`],

  oneOf: (...words: readonly string[]): Shape =>
    shapes.that((value) => typeof value === 'string' && words.includes(value), `one of ${words.join(', ')}`),

  text: (pattern: RegExp, expected: string): Shape =>
    shapes.that((value) => typeof value === 'string' && pattern.test(value), expected),

  whole: (least: number, most: number): Shape =>
    shapes.that(
      (value) => typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most,
      `a whole number from ${least} to ${most}`,
    ),

  list:
    (of: Shape, most: number): Shape =>
    (value, place) => {
      if (!Array.isArray(value) || value.length > most) return [`${place} must be a list of at most ${most}.`]
      return value.flatMap((one, index) => of(one, `${place}[${index}]`))
    },

  orNull:
    (of: Shape): Shape =>
    (value, place) =>
      value === null ? [] : of(value, place),

  /** With some of these fields, and no other. */
  object:
    (fields: Readonly<Record<string, Shape>>): Shape =>
    (value, place) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${place} must be an object.`]
      return Object.entries(value).flatMap(([name, one]) => {
        const of = Object.hasOwn(fields, name) ? fields[name] : undefined
        return of ? of(one, `${place}.${name}`) : [`${place}.${name} is not known.`]
      })
    },

  /** With all of these fields, and no other. */
  all:
    (fields: Readonly<Record<string, Shape>>): Shape =>
    (value, place) => {
      const problems = shapes.object(fields)(value, place)
      if (problems.length > 0) return problems
      const missing = Object.keys(fields).filter((name) => !Object.hasOwn(value as object, name)) // an object, as checked
      return missing.map((name) => `${place}.${name} is missing.`)
    },
}
