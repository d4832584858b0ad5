import Type, { type TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import type { CallName } from '../../../contract/console.ts'
import { temporaryHoursMax } from '../../engine/temporary-code.ts'
import { invalid, type Problem } from './problem.ts'

const text = (most: number, least = 0) => Type.String({ minLength: least, maxLength: most })
/** With nothing in it that nobody sees: it passes into messages, logs and other pages. */
const line = (most: number, least = 0) =>
  Type.String({ minLength: least, maxLength: most, pattern: '^[^\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]*$' })
const maybe = Type.Optional
const object = (fields: Record<string, TSchema>) => Type.Object(fields, { additionalProperties: false })
const choice = (...words: string[]) => Type.Union(words.map((word) => Type.Literal(word)))
const whole = (least: number, most: number) => Type.Integer({ minimum: least, maximum: most })

const secret = text(64)
const password = text(1_000)
const code = text(20, 1)
const name = line(60, 1)
const reason = line(200, 3)
const json = Type.Record(Type.String(), Type.Unknown())
const role = choice('owner', 'admin', 'helpdesk', 'auditor')
const paging = { offset: maybe(whole(0, 1_000_000)), limit: maybe(whole(1, 200)) }
const q = { q: maybe(text(200)) }
const contact = {
  email: maybe(text(254)),
  phone: maybe(text(40)),
  firstName: maybe(line(60)),
  lastName: maybe(line(60)),
}
const proof = Type.Union([
  object({ kind: Type.Literal('totp'), code }),
  object({ kind: Type.Literal('passkey'), assertion: json }),
])
const app = {
  signatureOrder: choice('node', 'java', 'php', 'table', 'framed'),
  trustedAddresses: Type.Array(text(60, 1), { maxItems: 50 }),
  factors: whole(1, 2),
}
const grace = object({ graceMinutes: whole(0, 10_080) })
const activity = {
  before: maybe(whole(0, Number.MAX_SAFE_INTEGER)),
  after: maybe(whole(0, Number.MAX_SAFE_INTEGER)),
  limit: maybe(whole(1, 200)),
  kind: maybe(text(40)),
  outcome: maybe(text(40)),
  method: maybe(text(40)),
  userId: maybe(text(40)),
  requestId: maybe(text(40)),
  sinceMs: maybe(whole(0, Number.MAX_SAFE_INTEGER)),
  untilMs: maybe(whole(0, Number.MAX_SAFE_INTEGER)),
}

/** What each call may be given. A call that is not here is given nothing. */
const schemas: { readonly [Name in CallName]?: { readonly body?: TSchema; readonly query?: TSchema } } = {
  'session.password': { body: object({ login: text(254, 1), password }) },
  'session.factor': { body: proof },
  'session.confirm': { body: proof },
  'setup.look': { body: object({ secret }) },
  'setup.begin': { body: object({ secret, login: maybe(text(254, 1)), name: maybe(name), password }) },
  'factors.confirmTotp': { body: object({ id: text(40), code, name }) },
  'factors.confirmPasskey': { body: object({ attestation: json, name }) },
  'account.password': { body: object({ current: password, next: password }) },
  'home.test': { body: object({ via: choice('sms', 'email', 'call'), to: text(254, 3) }) },
  'users.list': { query: object({ ...paging, ...q, state: maybe(choice('all', 'disabled', 'locked')) }) },
  'users.timeline': {
    query: object({ before: maybe(whole(0, Number.MAX_SAFE_INTEGER)), limit: maybe(whole(1, 200)) }),
  },
  'users.add': { body: object({ username: line(254, 1), ...contact }) },
  'users.change': { body: object({ reason, ...contact, preferredMethod: maybe(text(60)) }) },
  'users.act': {
    body: Type.Union([
      object({ reason, act: choice('unlock', 'disable', 'enable') }),
      object({ reason, act: Type.Literal('temporary-code'), hours: maybe(whole(1, temporaryHoursMax)) }),
      object({ reason, act: Type.Literal('reset-method'), method: text(40, 1), credentialId: maybe(text(64)) }),
      object({ reason, act: Type.Literal('remove-phone'), deviceId: text(64, 1) }),
      object({ reason, act: Type.Literal('end-trust'), deviceId: Type.Union([text(64), Type.Null()]) }),
    ]),
  },
  'users.erase': { body: object({ reason, username: text(254, 1) }) },
  'users.import': { body: object({ csv: Type.String(), isDryRun: Type.Boolean() }) },
  'users.invite': { body: object({ reason, send: Type.Boolean() }) },
  'users.invitePasskey': { body: object({ reason, send: Type.Boolean() }) },
  'groups.list': { query: object({ ...paging, ...q }) },
  'groups.members': { query: object(paging) },
  'groups.save': {
    body: object({
      name: text(100, 1),
      isDefault: maybe(Type.Boolean()),
      attributes: maybe(Type.Record(Type.String(), Type.Union([text(500), Type.Null()]))),
      methods: maybe(Type.Union([Type.Array(text(40, 1), { maxItems: 50 }), Type.Null()])),
    }),
  },
  'groups.changeMembers': {
    body: object({
      add: Type.Array(text(254, 1), { maxItems: 500 }),
      remove: Type.Array(text(254, 1), { maxItems: 500 }),
    }),
  },
  'tokens.list': { query: object({ ...paging, ...q, state: maybe(choice('unassigned', 'assigned', 'disabled')) }) },
  'tokens.import': {
    body: object({ text: Type.String(), key: maybe(text(200)), password: maybe(text(200)), isDryRun: Type.Boolean() }),
  },
  'tokens.assign': { body: object({ reason, username: text(254, 1) }) },
  'tokens.act': { body: object({ reason, act: choice('unassign', 'disable', 'enable') }) },
  'tokens.resync': { body: object({ codes: Type.Tuple([code, code]) }) },
  'apps.add': { body: object({ name, ...app }) },
  'apps.change': { body: object(app) },
  'apps.rotate': { body: grace },
  'keys.rotate': { body: grace },
  'keys.rotateSecrets': { body: grace },
  'delivery.setProviders': { body: object({ providers: Type.Array(json, { maxItems: 20 }) }) },
  'delivery.log': { query: object({ limit: maybe(whole(1, 200)), challengeId: maybe(text(40)) }) },
  'templates.preview': { body: object({ id: text(40), language: choice('en', 'es'), text: maybe(text(4_000)) }) },
  'templates.set': { body: object({ text: Type.Union([text(4_000), Type.Null()]) }) },
  'risk.set': { body: object({ scope: text(100), policy: Type.Union([json, Type.Null()]) }) },
  'risk.replay': { body: object({ scope: text(100), policy: json, days: maybe(whole(1, 90)) }) },
  'risk.simulate': {
    body: object({
      username: text(254, 1),
      address: maybe(text(45)),
      userAgent: maybe(text(512)),
      deviceId: maybe(text(64)),
      policy: maybe(json),
    }),
  },
  'activity.list': { query: object(activity) },
  'activity.export': { query: object({ ...activity, limit: maybe(whole(1, 10_000)), format: choice('csv', 'json') }) },
  'activity.reports': {
    query: object({ days: maybe(Type.Union([Type.Literal(7), Type.Literal(30), Type.Literal(90)])) }),
  },
  'developers.webhooks': { query: object({ limit: maybe(whole(1, 200)) }) },
  'settings.set': { body: object({ value: Type.Union([Type.String({ maxLength: 20_000 }), Type.Null()]) }) },
  'settings.rename': { body: object({ name: text(100, 1) }) },
  'settings.setLogo': { body: object({ image: Type.String() }) },
  'admins.invite': {
    body: object({ login: text(254, 3), name, role, isServerWide: maybe(Type.Boolean()), send: Type.Boolean() }),
  },
  'admins.change': { body: object({ role: maybe(role), name: maybe(name), isEnabled: maybe(Type.Boolean()) }) },
}

type Checker = ReturnType<typeof Compile>
const checkers = new Map<TSchema, Checker>()

/** A body or query that is of its form, or the first thing that is wrong with it. */
export function check(name: CallName, part: 'body' | 'query', given: unknown): unknown | Problem {
  const schema = schemas[name]?.[part]
  if (!schema) return {}
  let checker = checkers.get(schema)
  if (!checker) {
    checker = Compile(schema)
    checkers.set(schema, checker)
  }
  const value = part === 'query' ? withNumbers(given) : given
  if (checker.Check(value)) return value
  const [error] = checker.Errors(value)
  const what = error?.keyword === 'pattern' ? 'has characters that nobody sees' : error?.message
  const path =
    error?.instancePath
      .split('/')
      .filter((one) => one !== '')
      .join('.') ?? ''
  return path === ''
    ? invalid(`The ${part} ${what ?? 'is not what this call takes'}.`)
    : invalid(`${path} ${what ?? 'is not what it should be'}.`, path)
}

/** A query string has texts alone; those of our numbers are read. */
function withNumbers(given: unknown): unknown {
  const numbers = ['offset', 'limit', 'before', 'after', 'sinceMs', 'untilMs', 'days']
  const entries = Object.entries(given as Record<string, unknown>) // any query string parses to this
  return Object.fromEntries(
    entries.map(([name, value]) => {
      const isNumber = numbers.includes(name) && typeof value === 'string' && /^[0-9]{1,15}$/.test(value)
      return [name, isNumber ? Number(value) : value]
    }),
  )
}
