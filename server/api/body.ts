import type { FastifyInstance, FastifyRequest } from 'fastify'

const depthMax = 20
const keysMax = 2_000

/** What was posted, as it came; empty when nothing was. */
export function bytesOf({ body }: FastifyRequest): Buffer {
  return Buffer.isBuffer(body) ? body : nothing
}

const nothing = Buffer.alloc(0)

/** A JSON object from the bytes of a request, or a sentence that says what is wrong with it. */
export function readJson(bytes: Uint8Array): Record<string, unknown> | string {
  let value: unknown
  try {
    value = JSON.parse(strictUtf8.decode(bytes))
  } catch {
    return 'The body is not valid JSON in UTF-8.'
  }
  if (!isObject(value)) return 'The body must be a JSON object.'
  return withinLimits(value) ? value : `The body must have at most ${keysMax} keys and ${depthMax} levels.`
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true })

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function withinLimits(value: object): boolean {
  let keys = 0
  const fits = (inner: unknown, depth: number): boolean => {
    if (typeof inner !== 'object' || inner === null) return true
    if (depth > depthMax) return false
    const values = Object.values(inner)
    keys += values.length
    return keys <= keysMax && !Object.hasOwn(inner, '__proto__') && values.every((one) => fits(one, depth + 1))
  }
  return fits(value, 1)
}

/** Has a scope read every body as bytes: clients send JSON under several names, and some under none. */
export function readBytes(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (request, given, done) => {
    const bytes = given as Buffer // as `parseAs` says
    const problem = notReadable(request.headers, bytes)
    if (problem) done(Object.assign(new Error(problem), { statusCode: 415 }))
    else done(null, bytes)
  })
  // Fastify would refuse a type that is empty or none at all before any parser is asked.
  scope.addHook('onRequest', (request, _reply, done) => {
    if (!request.mediaType) delete request.headers['content-type']
    done()
  })
}

/** Why a body is not even looked at; undefined when it may be. */
export function notReadable(headers: Readonly<Record<string, unknown>>, bytes: Uint8Array): string | undefined {
  const type = String(headers['content-type'] ?? '').toLowerCase()
  const charset = /charset="?([^";\s]+)/.exec(type)?.[1] ?? 'utf-8'
  if (type.startsWith('multipart/')) return 'Send the body as application/json.'
  if (!isUtf8(charset, bytes)) return 'Send the body in UTF-8.'
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') return 'Send the body without content-encoding.'
  return undefined
}

/** Java's HTTP clients say ISO-8859-1 unless told otherwise; what is ASCII in it is the same in UTF-8. */
function isUtf8(charset: string, bytes: Uint8Array): boolean {
  if (/^utf-?8$/.test(charset)) return true
  return /^(us-ascii|iso-8859-1|latin1|windows-1252)$/.test(charset) && bytes.every((byte) => byte < 0x80)
}
