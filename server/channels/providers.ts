import Type, { type Static, type TObject, type TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Via } from '../vocabulary/message.ts'
import { filledRequest, type HttpTemplate, placeholder } from './http-template.ts'

/** A gateway as an operator sets it up. The list's order is the order in which they are tried. */
export type Provider = SmppProvider | TwilioProvider | HttpProvider | SmtpProvider
export type ProviderOf<T extends Provider['type']> = Extract<Provider, { type: T }>

interface Common {
  /** Unique, short: letters, digits, `-`. Reports and receipts name it. */
  readonly id: string
  readonly via: readonly Via[]
  /** ISO 3166 codes this provider is used for; absent: all. */
  readonly countries?: readonly string[]
}

/** SMPP 3.4 as a transceiver. */
export interface SmppProvider extends Common {
  readonly type: 'smpp'
  readonly host: string
  readonly port: number
  readonly isTls?: boolean
  readonly systemId: string
  readonly password: string
  readonly systemType?: string
  /** Sender: a number or up to eleven letters. */
  readonly source: string
}

/** Twilio's REST API, or one that is compatible with it. */
export interface TwilioProvider extends Common {
  readonly type: 'twilio'
  /** Default `https://api.twilio.com`. */
  readonly baseUrl?: string
  readonly accountSid: string
  readonly authToken: string
  readonly from: string
}

/** Any gateway with an HTTP API. `{to}`, `{text}`, `{from}` are filled in, encoded for where they stand. */
export interface HttpProvider extends Common, HttpTemplate {
  readonly type: 'http'
  readonly from?: string
  /** A regular expression the answer must match to count as taken; absent: any 2xx. */
  readonly successPattern?: string
  /** A regular expression whose first group is the provider's id of the message. */
  readonly referencePattern?: string
}

export interface SmtpProvider extends Common {
  readonly type: 'smtp'
  readonly url: string
  readonly from: string
}

/** All that are set up, in the order they are tried: those of the list, then the mail server of `smtpUrl`. */
export function providersInUse({ providers, smtpUrl, smtpFrom }: ProviderSettings): readonly Provider[] {
  return smtpUrl
    ? [...providers, { id: 'smtp', type: 'smtp', via: ['email'], url: smtpUrl, from: smtpFrom }]
    : providers
}

interface ProviderSettings {
  readonly providers: readonly Provider[]
  readonly smtpUrl: string
  readonly smtpFrom: string
}

/** What is never shown again: a gateway's key may stand in its URL, a header or the body. */
const secretFields: readonly string[] = ['password', 'authToken', 'headers', 'url', 'body']

/** The providers without what is secret of them. */
export function publicProviders(list: readonly Provider[]): readonly Readonly<Record<string, unknown>>[] {
  return list.map((provider) =>
    Object.fromEntries(Object.entries(provider).filter(([field]) => !secretFields.includes(field))),
  )
}

/**
 * A list that may leave secrets out, as `publicProviders` does: each is taken from the provider in use with the same
 * `id` and `type`. Null says that there is none.
 */
export function withSecretsOf(inUse: readonly Provider[], list: unknown): unknown {
  if (!Array.isArray(list)) return list
  return list.map((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return entry
    const given = Object.entries(entry)
    const named = new Map<string, unknown>(given)
    const known = inUse.find(({ id, type }) => id === named.get('id') && type === named.get('type'))
    const kept = Object.entries(known ?? {}).filter(([field]) => secretFields.includes(field) && !named.has(field))
    return Object.fromEntries(
      [...given, ...kept].filter(([field, value]) => value !== null || !secretFields.includes(field)),
    )
  })
}

const providersMax = 20

/** The list of providers from its JSON, or a sentence that says what is wrong with it. `docs/providers.md` has each field. */
export function readProviders(text: string): readonly Provider[] | string {
  const { providers, problems } = checkProviders(parse(text))
  return problems[0] ?? providers
}

/** The providers of a list, and everything that is wrong with it: a sentence each, which begins with the place. */
export function checkProviders(list: unknown): {
  readonly providers: readonly Provider[]
  readonly problems: readonly string[]
} {
  if (!Array.isArray(list)) return { providers: [], problems: ['providers is not a list in JSON.'] }
  if (list.length > providersMax) {
    return { providers: [], problems: [`providers may have at most ${providersMax} entries.`] }
  }
  const providers: Provider[] = []
  const problems: string[] = []
  for (const [index, entry] of list.entries()) {
    const at = `providers[${index}]`
    const read = readOne(entry)
    if (Array.isArray(read)) problems.push(...read.map((problem) => `${at}${problem}.`))
    else if (providers.some(({ id }) => id === read.id)) problems.push(`${at}.id is used twice.`)
    else providers.push(read)
  }
  return { providers, problems }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const line = (most: number) => Type.String({ pattern: '^[^\\p{Cc}]+$', maxLength: most })
const template = (most: number) => Type.String({ minLength: 1, maxLength: most })
const pattern = Type.Optional(Type.String({ minLength: 1, maxLength: 200 }))
const asciiLine = (most: number) => Type.String({ pattern: '^[ -~]+$', maxLength: most })

const schemas = {
  smpp: provider('smpp', ['sms'], {
    host: Type.String({ pattern: '^[A-Za-z0-9.:_-]+$', maxLength: 253 }),
    port: Type.Integer({ minimum: 1, maximum: 65_535 }),
    isTls: Type.Optional(Type.Boolean()),
    systemId: asciiLine(64),
    password: asciiLine(64),
    systemType: Type.Optional(asciiLine(12)),
    source: Type.String({ pattern: '^(\\+?[0-9]{1,15}|[ -~]{1,11})$' }),
  }),
  twilio: provider('twilio', ['sms', 'call'], {
    baseUrl: Type.Optional(line(500)),
    accountSid: asciiLine(100),
    authToken: asciiLine(200),
    from: line(100),
  }),
  http: provider('http', ['sms', 'call'], {
    method: Type.Optional(Type.Enum(['GET', 'POST', 'PUT'])),
    url: line(2_000),
    headers: Type.Optional(
      Type.Record(Type.String({ pattern: '^[A-Za-z0-9-]{1,60}$' }), asciiLine(1_000), { additionalProperties: false }),
    ),
    body: Type.Optional(template(4_000)),
    from: Type.Optional(line(100)),
    successPattern: pattern,
    referencePattern: pattern,
  }),
  smtp: provider('smtp', ['email'], {
    url: Type.String({ pattern: '^smtps?://[^\\s/]', maxLength: 500 }),
    from: Type.String({ pattern: '^[^\\p{Cc}]*@[^\\p{Cc}]*$', maxLength: 200 }),
  }),
} satisfies Record<Provider['type'], TObject>

/** `smtp`, `inbox` and `test` are the names of our own three. */
function provider<const T extends string, const V extends Via, F extends Record<string, TSchema>>(
  type: T,
  vias: V[],
  fields: F,
) {
  const common = {
    id: Type.String({ pattern: '^(?!(smtp|inbox|test)$)[a-z0-9-]{1,30}$' }),
    type: Type.Literal(type),
    via: Type.Array(Type.Enum(vias), { minItems: 1, uniqueItems: true }),
    countries: Type.Optional(Type.Array(Type.String({ pattern: '^[A-Z]{2}$' }), { minItems: 1, maxItems: 250 })),
  }
  return Type.Object({ ...common, ...fields }, { additionalProperties: false })
}

const validators = {
  smpp: Compile(schemas.smpp),
  twilio: Compile(schemas.twilio),
  http: Compile(schemas.http),
  smtp: Compile(schemas.smtp),
} satisfies Record<Provider['type'], unknown>

/** One entry, or all that is wrong with it, each from its field on. */
function readOne(entry: unknown): Provider | string[] {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return [' must be an object']
  const { type } = entry as { type?: unknown } // any object parses to this
  if (type === undefined) return ['.type is missing']
  if (!isType(type)) return [`.type must be one of ${Object.keys(schemas).join(', ')}`]
  const problems = validators[type].Errors(entry)
  if (problems.length > 0) return describe(problems, Object.keys(schemas[type].properties))
  const provider = entry as Static<(typeof schemas)[Provider['type']]> // checked
  const problem = problemOf(provider)
  return problem === undefined ? provider : [problem]
}

function isType(type: unknown): type is Provider['type'] {
  return typeof type === 'string' && Object.hasOwn(schemas, type)
}

interface Problem {
  readonly instancePath: string
  readonly params: object
  readonly message: string
}

/** The schema's complaints in words; `boolean` ones only repeat another. */
function describe(problems: readonly Problem[], known: readonly string[]): string[] {
  const said = problems.flatMap(({ instancePath, params, message }) => {
    const at = instancePath.replaceAll(/\/([0-9]+)/g, '[$1]').replaceAll('/', '.')
    if ('requiredProperties' in params)
      return [params.requiredProperties].flat().map((name) => `${at}.${name} is missing`)
    if ('additionalProperties' in params) {
      const fields = at === '' ? `: there are ${known.join(', ')}` : ''
      return [params.additionalProperties].flat().map((name) => `${at}.${name} is not known here${fields}`)
    }
    if ('allowedValues' in params) return `${at} must be one of ${[params.allowedValues].flat().join(', ')}`
    return message === 'schema is false' ? [] : `${at} ${message}`
  })
  return said.length > 0 ? [...new Set(said)] : [' is not valid']
}

/** What a schema cannot say. */
function problemOf(provider: Provider): string | undefined {
  if (provider.type === 'twilio' && provider.baseUrl !== undefined) return webProblem('baseUrl', provider.baseUrl)
  if (provider.type === 'http') return webProblem('url', provider.url) ?? httpProblem(provider)
  return
}

function webProblem(field: string, url: string): string | undefined {
  // Filled in twice: where a message goes must not depend on what is in it.
  const [one, other] = ['1', '2'].map((value) => URL.parse(url.replaceAll(placeholder, value)))
  if (!one || !other || !/^https?:$/.test(one.protocol)) return `.${field} must be an http or https address`
  if (one.username || one.password) return `.${field} must not hold a user name: put it into a header`
  return one.origin === other.origin ? undefined : `.${field} must not have a placeholder in its host`
}

function httpProblem(provider: HttpProvider): string | undefined {
  const { successPattern, referencePattern, from } = provider
  const { method, body, headers } = filledRequest(provider, { to: 'a', text: 'a', from: 'a' })
  if (method === 'GET' && body !== undefined) return '.body is not possible with GET'
  if (body !== undefined && /json/i.test(headers['content-type'] ?? '') && parse(body) === undefined) {
    return '.body is not JSON once it is filled in: placeholders stand inside quotes'
  }
  if (from === undefined && JSON.stringify(provider).includes('{from}')) return '.from is missing'
  if (groupsOf(successPattern ?? '') === undefined) return '.successPattern is not a regular expression'
  if (referencePattern !== undefined && !groupsOf(referencePattern)) {
    return '.referencePattern must be a regular expression with a group'
  }
  return
}

/** How many groups a regular expression has; nothing when it is none. */
function groupsOf(source: string): number | undefined {
  try {
    return (new RegExp(`${source}|`).exec('')?.length ?? 1) - 1
  } catch {
    return
  }
}
