/** What the schemas do not say of a call: what it is for, and one request with its answer. */
export interface Example {
  readonly path: string
  readonly about: string
  /** `customerKey` is filled in for the reader where it is named. */
  readonly request: Fields
  /** A number, a sentence: plain text. */
  readonly answer: Readonly<Record<string, unknown>> | number | string
}

type Plain = string | number | boolean

/** A value of a body: plain, an object of plain ones, or a list of such objects. */
export type Value = Plain | PlainObject | readonly PlainObject[]

type PlainObject = Readonly<Record<string, Plain>>

export type Fields = Readonly<Record<string, Value>>

export interface Group {
  readonly title: string
  readonly calls: readonly Example[]
}
