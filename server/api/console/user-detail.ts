import type { UserDetail, UserDevice, UserMethod, UserRow } from '../../../contract/console/users.ts'
import { guardLimits } from '../../engine/guard.ts'
import { findPerson, maskedContacts, type Person } from '../../engine/people.ts'
import type { Engine } from '../../engine/ports.ts'
import { methodWords, strengths } from '../../engine/timeline.ts'
import type { MethodId } from '../../vocabulary/method.ts'
import type { User } from '../../vocabulary/user.ts'
import { notFound, type Problem } from './problem.ts'

/** A user as a list shows him. */
export function rowOf({ user, credentials, locks }: Person): UserRow {
  const { id, username, firstName, lastName, email, phone, isEnabled, createdAtMs } = user
  const methods = [...new Set([...credentials.map(({ method }) => method), ...byContact(user)])]
  const isLocked = locks.length > 0
  return { id, username, firstName, lastName, email, phone, isEnabled, isLocked, methods, createdAtMs }
}

function byContact({ email, phone }: User): MethodId[] {
  return email === null && phone === null ? [] : ['message-code']
}

/** All about a user, or that there is none. */
export async function detailOf(engine: Engine, customerId: number, id: string): Promise<UserDetail | Problem> {
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
    .map(({ id, method, label, createdAtMs, lastUsedAtMs, untilMs }): UserMethod => {
      const strength = strengths[method] ?? 'weak'
      const isTemporary = untilMs !== null
      return {
        ...none,
        id,
        method,
        label: isTemporary ? 'Temporary code' : label,
        createdAtMs,
        lastUsedAtMs,
        untilMs,
        strength,
      }
    })
  return [...others, ...recovery, ...sent]
}

const none = {
  id: null,
  label: null,
  isActive: true,
  createdAtMs: null,
  lastUsedAtMs: null,
  left: null,
  untilMs: null,
} as const
