import type { Fields, Value } from '../example.ts'

/** A call to write down in some language. */
export interface SampleCall {
  /** Such as `challenge` or `users-create`; files and classes are named after it. */
  readonly name: string
  readonly url: string
  readonly body: Fields
  /** Null: an unsigned call. */
  readonly signer: { readonly customerKey: string; readonly apiKey: string } | null
}

/** One language. A sample is a whole program with no dependency: it signs, sends, and prints the answer. */
export interface Sample {
  readonly id: string
  readonly title: string
  /** How to run it. */
  readonly run: (name: string) => string
  readonly write: (call: SampleCall) => string
}

/** A text in single quotes, for languages where a backslash escapes in them. */
export function singleQuoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`
}

/** How a language writes what is in a body. */
export interface Literals {
  readonly truths: readonly [yes: string, no: string]
  readonly object: (pairs: readonly (readonly [name: string, literal: string])[]) => string
}

export function literal(value: Value, literals: Literals): string {
  if (typeof value === 'string') return singleQuoted(value)
  if (typeof value === 'number') return String(value)
  if (typeof value === 'boolean') return literals.truths[value ? 0 : 1]
  if (isList(value)) return `[${value.map((one) => literal(one, literals)).join(', ')}]`
  return literals.object(Object.entries(value).map(([name, inner]) => [name, literal(inner, literals)]))
}

function isList(value: Value): value is Extract<Value, readonly unknown[]> {
  return Array.isArray(value)
}

/** The fields of a body as lines of a literal; the customer key is the variable of that name, if there is one. */
export function fieldLines(
  body: Fields,
  write: (name: string, value: Fields[string], isCustomerKey: boolean) => string,
): string[] {
  return Object.entries(body).map(([name, value]) => write(name, value, name === 'customerKey'))
}

/** Lines moved to the right. */
export function indented(lines: readonly string[], by: number): string {
  return lines.map((line) => (line === '' ? '' : ' '.repeat(by) + line)).join('\n')
}
