import type {
  TimelineEntry,
  UserAct,
  UserDetail,
  UserDevice,
  UserMethod,
  UserRow,
} from '../../../contract/console/users.ts'
import { forgetDevice } from '../../engine/adaptive-devices.ts'
import { weighedOf } from '../../engine/adaptive-review.ts'
import { removeDevice } from '../../engine/devices.ts'
import { guardLimits } from '../../engine/guard.ts'
import { beginRegistration } from '../../engine/passkey-registration.ts'
import {
  byOf,
  findPerson,
  type Helping,
  historyOf,
  maskedContacts,
  type Person,
  resetMethod,
  searchPeople,
  unlockPerson,
} from '../../engine/people.ts'
import type { Engine } from '../../engine/ports.ts'
import { inviteUser } from '../../engine/self-service.ts'
import { makeTemporaryCode, type TemporaryCodeOutcome, temporaryHoursUsual } from '../../engine/temporary-code.ts'
import { factsOf, methodWords, strengths, tell } from '../../engine/timeline.ts'
import { importUsers } from '../../engine/user-import.ts'
import { createUser, deleteUser, setEnabled, type UserOutcome, updateUser } from '../../engine/users.ts'
import type { MethodId } from '../../vocabulary/method.ts'
import type { User } from '../../vocabulary/user.ts'
import type { Asked, Handlers } from './asked.ts'
import { invalid, notFound, Problem } from './problem.ts'

const limitOf = (limit: number | undefined) => limit ?? 50
/** As `foundMax` and `countedMax` of the store: beyond these only "more than" is known. */
const [foundMax, countedMax] = [1_000, 10_000]

type Names =
  | 'users.list'
  | 'users.look'
  | 'users.timeline'
  | 'users.add'
  | 'users.change'
  | 'users.act'
  | 'users.erase'
  | 'users.import'
  | 'users.invite'
  | 'users.invitePasskey'

/** People: who they are, what befell them, and what helps them. */
export const users = {
  'users.list': async ({ engine, customer, query }) => {
    const { q = '', state = 'all', offset = 0 } = query
    const found = await searchPeople(engine, { customer, text: q, state, offset, limit: limitOf(query.limit) })
    const most = q.trim() === '' ? countedMax : foundMax
    return {
      items: found.people.map(rowOf),
      total: Math.min(found.total, most),
      isTotalExact: found.total <= most,
    }
  },

  'users.look': ({ engine, customer, params }) => detailOf(engine, customer.id, params.id),

  'users.timeline': async ({ engine, customer, params, query }) => {
    if (!(await findPerson(engine, customer.id, params.id))) return notFound('user')
    const limit = limitOf(query.limit)
    const history = await historyOf(engine, customer.id, params.id, { before: query.before, limit: limit + 1 })
    const weighed = await weighedOf(engine, customer, params.id)
    const items = history.slice(0, limit).flatMap(({ entry, challenge }): TimelineEntry[] => {
      // Of an answer that is judged slowly, its end is told and not its beginning.
      if (entry.outcome === 'judging') return []
      const { group, tone, text, why } = tell(entry, challenge, weighed.get(entry.challengeId ?? ''))
      const { id, atMs, method, challengeId, requestId } = entry
      return [
        { id: String(id), atMs, kind: group, tone, text, why, method, challengeId, requestId, details: factsOf(entry) },
      ]
    })
    return { items, total: items.length, isTotalExact: history.length <= limit }
  },

  'users.add': async (asked) => {
    const { engine, customer, body, actor } = asked
    const by = { by: actor.name, byId: actor.adminId }
    const outcome = await createUser(
      engine,
      { customer, username: body.username, ...asHimself(asked), by },
      fieldsOf(body),
    )
    if (!outcome.ok) return refusals[outcome.reason]
    const { people } = await searchPeople(engine, { customer, text: body.username, state: 'all', offset: 0, limit: 1 })
    const id = people.find(({ user }) => user.username === body.username.trim())?.user.id
    return id === undefined ? notFound('user') : detailOf(engine, customer.id, id)
  },

  'users.change': async (asked) => {
    const { engine, customer, body, params } = asked
    const user = await userOf(asked)
    if (!user) return notFound('user')
    const before = { ...maskedContacts(user), firstName: user.firstName, lastName: user.lastName }
    const by = { ...byOf(helping(asked)), before }
    const request = { customer, username: user.username, ...asHimself(asked), by }
    const outcome = await updateUser(engine, request, {
      ...fieldsOf(body),
      preferredMethod: body.preferredMethod ?? null,
    })
    return outcome.ok ? detailOf(engine, customer.id, params.id) : refusals[outcome.reason]
  },

  'users.act': async (asked) => {
    const user = await userOf(asked)
    if (!user) return notFound('user')
    const done = await act(asked, user)
    if (done instanceof Problem) return done
    const shown = await detailOf(asked.engine, asked.customer.id, user.id)
    return { user: shown instanceof Problem ? null : shown, code: null, ...done }
  },

  'users.erase': async (asked) => {
    const { engine, customer, body } = asked
    const user = await userOf(asked)
    if (!user) return notFound('user')
    if (body.username.trim() !== user.username)
      return invalid('Type the name of the user as it is written.', 'username')
    const by = byOf(helping(asked))
    const outcome = await deleteUser(engine, { customer, username: user.username, ...asHimself(asked), by })
    return outcome.ok
      ? { text: 'The user is gone; the audit keeps what happened, without the name.' }
      : refusals[outcome.reason]
  },

  'users.import': async ({ engine, customer, body, actor }) => {
    const report = await importUsers(engine, { customer, csv: body.csv, isDryRun: body.isDryRun, actor })
    return typeof report === 'string' ? invalid(report, 'csv') : report
  },

  'users.invite': async (asked) => {
    const user = await userOf(asked)
    if (!user) return notFound('user')
    return inviteUser(asked.engine, helping(asked), user, asked.body.send)
  },

  'users.invitePasskey': async (asked) => {
    const { engine, customer, body, visitor } = asked
    const user = await userOf(asked)
    if (!user) return notFound('user')
    const outcome = await beginRegistration(engine, {
      customer,
      username: user.username,
      isMailed: body.send,
      language: null,
      request: null,
      requestId: visitor.requestId,
    })
    if (!outcome.ok && outcome.reason === 'turned-off') return invalid('The groups of this user allow him no passkey.')
    if (!outcome.ok) return invalid(`The invitation could not be made: ${outcome.reason.replaceAll('-', ' ')}.`)
    const sent = outcome.deliveries.find(({ isSent }) => isSent)
    return { link: outcome.link, expiresAtMs: outcome.expiresAtMs, sentTo: sent?.contact ?? null }
  },
} satisfies Handlers<Names>

type Acted = { readonly text: string; readonly code?: string }

async function act(asked: Asked<'users.act'>, user: User): Promise<Acted | Problem> {
  const { engine, customer, body } = asked
  const help = helping(asked)
  const request = { customer, username: user.username, ...asHimself(asked), by: byOf(help) }
  switch (body.act) {
    case 'unlock': {
      const count = await unlockPerson(engine, help, user.id)
      return { text: count === 0 ? 'There was no failure to forget.' : 'The locks are open.' }
    }
    case 'enable':
    case 'disable': {
      const isEnabled = body.act === 'enable'
      const outcome = await setEnabled(engine, request, isEnabled)
      return outcome.ok ? { text: enabled[`${isEnabled}`] } : refusals[outcome.reason]
    }
    case 'reset-method':
      return reset(asked, user, body)
    case 'temporary-code':
      return temporaryCode(await makeTemporaryCode(engine, { ...request, hours: body.hours ?? temporaryHoursUsual }))
    case 'end-trust':
      return endTrust(asked, user, body.deviceId)
    case 'remove-phone': {
      const outcome = await removeDevice(engine, { ...request, deviceId: body.deviceId })
      return outcome.ok ? { text: 'The phone is removed; the user is told.' } : notFound('phone of this user')
    }
  }
}

async function reset(
  asked: Asked<'users.act'>,
  user: User,
  { method, credentialId }: Extract<UserAct, { act: 'reset-method' }>,
): Promise<Acted | Problem> {
  if (method === 'hardware-token') return invalid('Take the token back on the page of tokens.', 'method')
  const known = method as MethodId // unknown ones find nothing
  const count = await resetMethod(asked.engine, helping(asked), user, known, credentialId)
  return count === 0 ? notFound('method of this user') : { text: 'The method is gone; the user is told.' }
}

async function endTrust(asked: Asked<'users.act'>, { username }: User, id: string | null): Promise<Acted | Problem> {
  const { engine, customer } = asked
  const isForgotten = await forgetDevice(engine, customer, username, id, byOf(helping(asked)))
  return isForgotten ? { text: forgotten[id === null ? 'all' : 'one'] } : notFound('device of this user')
}

const forgotten = {
  all: 'No device is remembered any more.',
  one: 'The device is forgotten; it is asked for a second factor again.',
} as const

const enabled = { true: 'The user may sign in.', false: 'The user may not sign in.' } as const

function temporaryCode(outcome: TemporaryCodeOutcome): Acted | Problem {
  if (!outcome.ok) return noCode[outcome.reason]
  const { code, untilMs } = outcome
  return { text: `This code signs in once, until ${new Date(untilMs).toISOString()}.`, code }
}

const noCode = {
  'unknown-user': notFound('user'),
  'disabled-user': invalid('A user who is disabled is given no code.'),
  'turned-off': invalid('The groups of this user allow him no recovery codes, and this is one.'),
} as const satisfies Record<Extract<TemporaryCodeOutcome, { ok: false }>['reason'], Problem>

function helping({
  customer,
  actor,
  body,
}: {
  customer: Helping['customer']
  actor: Helping['actor']
  body: { reason: string }
}): Helping {
  return { customer, actor, reason: body.reason }
}

/** Nobody signed it: the session says who it is. */
function asHimself({ visitor }: Pick<Asked<'users.add'>, 'visitor'>) {
  return { request: null, requestId: visitor.requestId }
}

function userOf({ engine, customer, params }: Pick<Asked<'users.look'>, 'engine' | 'customer' | 'params'>) {
  return engine.store.read.users.byId(customer.id, params.id)
}

function fieldsOf({
  email,
  phone,
  firstName,
  lastName,
}: Partial<Record<'email' | 'phone' | 'firstName' | 'lastName', string>>) {
  return {
    email: email || null,
    phone: phone || null,
    firstName: firstName || null,
    lastName: lastName || null,
    preferredMethod: null,
  }
}

const refusals = {
  'unknown-user': notFound('user'),
  taken: new Problem('conflict', 'Another user has this name.', { field: 'username' }),
  'bad-phone': invalid('This is no phone number. Write it as +15551234567.', 'phone'),
  'bad-email': invalid('This is no e-mail address.', 'email'),
  repeated: new Problem('conflict', 'This was done before.'),
} as const satisfies Record<Extract<UserOutcome, { ok: false }>['reason'], Problem>

function rowOf({ user, credentials, locks }: Person): UserRow {
  const { id, username, firstName, lastName, email, phone, isEnabled, createdAtMs } = user
  const methods = [...new Set([...credentials.map(({ method }) => method), ...byContact(user)])]
  const isLocked = locks.length > 0
  return { id, username, firstName, lastName, email, phone, isEnabled, isLocked, methods, createdAtMs }
}

function byContact({ email, phone }: User): MethodId[] {
  return email === null && phone === null ? [] : ['message-code']
}

async function detailOf(engine: Engine, customerId: number, id: string): Promise<UserDetail | Problem> {
  const person = await findPerson(engine, customerId, id)
  if (!person) return notFound('user')
  const { user, credentials, locks } = person
  const [groups, allowed, devices] = await Promise.all([
    engine.store.read.groups.of(customerId, id),
    engine.store.read.groups.methodsOf(customerId, id),
    devicesOf(engine, customerId, user),
  ])
  return {
    ...rowOf(person),
    preferredMethod: user.preferredMethod,
    methods: methodsOf(person, credentials),
    allowed: allowed && [...allowed],
    locks: locks.map(({ method, failures, lockedUntilMs }) => {
      const isForGood = failures >= guardLimits.failuresMax
      const what = methodWords[method] ?? method
      const text = isForGood
        ? `Locked for good for ${what} after ${failures} wrong answers in a row; unlocking opens it.`
        : `Locked for ${what} after ${failures} wrong answers in a row.`
      return { method, failures, untilMs: isForGood ? null : lockedUntilMs, isForGood, text }
    }),
    groups: groups.map((group) => ({ id: String(group.id), name: group.name })),
    devices,
  }
}

async function devicesOf({ store, clock }: Engine, customerId: number, { id }: User): Promise<UserDevice[]> {
  const nowMs = clock()
  const [phones, browsers] = await Promise.all([
    store.read.devices.list(customerId, id),
    store.read.riskDevices.of(customerId, id),
  ])
  return [
    ...phones.map(({ id: phone, name, createdAtMs, lastUsedAtMs }): UserDevice => {
      const seen = { createdAtMs, lastSeenAtMs: lastUsedAtMs }
      return { id: phone, name, kind: 'phone', isTrusted: false, trustedUntilMs: null, ...seen }
    }),
    ...browsers.map(({ id: browser, label, createdAtMs, lastUsedAtMs, trustedUntilMs }): UserDevice => {
      const isTrusted = trustedUntilMs > nowMs
      const seen = { createdAtMs, lastSeenAtMs: lastUsedAtMs }
      return { id: browser, name: label || 'A browser', kind: 'browser', isTrusted, trustedUntilMs, ...seen }
    }),
  ]
}

/** Recovery codes are one method with so many left; everything else is listed one by one. */
function methodsOf({ user }: Person, credentials: Person['credentials']): UserMethod[] {
  const masked = maskedContacts(user)
  const sent = [masked.phone, masked.email].flatMap((contact): UserMethod[] =>
    contact === null ? [] : [{ ...none, method: 'message-code', label: contact, strength: 'weak' }],
  )
  const codes = credentials.filter(({ method, label }) => method === 'recovery-code' && label === null)
  const left = codes.filter(({ isUsed }) => !isUsed).length
  const [first] = codes
  const recovery: UserMethod[] = first
    ? [{ ...none, method: 'recovery-code', createdAtMs: first.createdAtMs, left, strength: 'fair' }]
    : []
  const others = credentials
    .filter(({ method, label, isUsed }) => method !== 'recovery-code' || (label !== null && !isUsed))
    .map(({ id, method, label, createdAtMs, lastUsedAtMs }): UserMethod => {
      const strength = strengths[method] ?? 'weak'
      return { ...none, id, method, label, createdAtMs, lastUsedAtMs, strength }
    })
  return [...others, ...recovery, ...sent]
}

const none = { id: null, label: null, isActive: true, createdAtMs: null, lastUsedAtMs: null, left: null } as const
