import type { Example } from './example.ts'
import { examples } from './examples/index.ts'

/** One call as the page shows it: what the server itself describes, and our words and examples beside it. */
export interface ShownCall {
  /** For anchors, files and classes: `challenge`, `users-create`. */
  readonly name: string
  readonly path: string
  readonly summary: string
  readonly isSigned: boolean
  readonly fields: readonly Field[]
  readonly example: Example | undefined
}

export interface Field {
  readonly name: string
  readonly type: string
  readonly isRequired: boolean
  readonly description: string
}

export interface ShownGroup {
  readonly title: string
  readonly calls: readonly ShownCall[]
}

/** As much of `/openapi.json` as the page reads. */
export interface Description {
  readonly paths?: Readonly<Record<string, { readonly post?: Operation }>>
}

interface Operation {
  readonly summary?: string
  readonly security?: readonly object[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }
}

interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly description?: string
}

interface Schema {
  readonly type?: string
  readonly description?: string
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly anyOf?: readonly Schema[]
  readonly enum?: readonly string[]
  readonly maxLength?: number
}

/** Every call that is described, in the order of the examples; those without an example come last. */
export function groupsOf({ paths = {} }: Description): ShownGroup[] {
  const known = examples.map(({ title, calls }) => ({
    title,
    calls: calls.flatMap((example) => shownCall(example.path, paths[example.path]?.post, example)),
  }))
  const named = new Set(examples.flatMap(({ calls }) => calls.map(({ path }) => path)))
  const others = Object.keys(paths).filter((path) => !named.has(path) && isSignedHere(path, paths[path]?.post))
  const rest = { title: 'More', calls: others.flatMap((path) => shownCall(path, paths[path]?.post, undefined)) }
  return [...known, rest].filter(({ calls }) => calls.length > 0)
}

/** Calls whose body is signed, and those of the phone app, have their own pages in docs/: the samples here sign by headers. */
function isSignedHere(path: string, operation: Operation | undefined): boolean {
  if (path.startsWith('/api/device/')) return false
  const schema = operation?.requestBody?.content['application/json']?.schema
  return !(schema?.properties && 'hmac' in schema.properties)
}

function shownCall(path: string, operation: Operation | undefined, example: Example | undefined): ShownCall[] {
  if (!operation) return []
  const schema = operation.requestBody?.content['application/json']?.schema ?? {}
  const fields = Object.entries(schema.properties ?? {}).flatMap(([name, field]): Field[] => {
    const { description } = field
    // Fields without a description are only there for clients that send more than is read.
    if (!description) return []
    return [{ name, type: typeOf(field), isRequired: schema.required?.includes(name) ?? false, description }]
  })
  const headers = (operation.parameters ?? []).flatMap((one): Field[] => {
    const { description = '', required: isRequired = false } = one
    return one.in === 'header' ? [{ name: one.name, type: 'header', isRequired, description }] : []
  })
  const name = path.replace(/^\/moas\/(api\/(auth|admin)|api|rest)\//, '').replaceAll('/', '-')
  const isSigned = (operation.security ?? []).length > 0
  return [{ name, path, summary: operation.summary ?? name, isSigned, fields: [...fields, ...headers], example }]
}

/** A schema in a few words, such as `text, up to 254` or `"en" or "es"`. */
function typeOf({ type, anyOf, enum: words, maxLength }: Schema): string {
  if (anyOf) return [...new Set(anyOf.map(typeOf))].join(' or ')
  if (words) return words.map((word) => `"${word}"`).join(' or ')
  if (type === 'string') return maxLength === undefined ? 'text' : `text, up to ${maxLength}`
  return type === 'integer' ? 'whole number' : (type ?? 'any')
}
