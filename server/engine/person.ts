import { methods } from '../methods/index.ts'
import type { Subject } from '../vocabulary/challenge.ts'
import type { Customer } from '../vocabulary/customer.ts'
import type { Via } from '../vocabulary/message.ts'
import type { MethodId } from '../vocabulary/method.ts'
import type { User } from '../vocabulary/user.ts'
import { mayUse } from './allowed-methods.ts'
import { foldEmail, foldUsername, readEmail, readPhone } from './contacts.ts'
import type { Engine } from './ports.ts'
import { contactSubject, userSubject } from './subject.ts'

/** Who is meant, as a caller says it. Absent fields are null. */
export interface PersonRequest {
  readonly customer: Customer
  readonly username: string | null
  /** A contact the caller gives; it goes before the one that is stored. */
  readonly phone: string | null
  readonly email: string | null
  readonly asked: Asked | null
  /** Reads the word that is stored for the user's own method; null when it says that he chose none. */
  readonly readOwnMethod: (label: string) => Asked | null | undefined
  /** The word for a code by e-mail: the method of a user who chose none and whose name is an address. */
  readonly emailMethod: Asked
}

/** A method in the caller's word, and how its message travels. */
export interface Asked {
  readonly method: MethodId
  readonly via: readonly Via[]
  readonly label: string
}

export type PersonRefusal =
  | 'unknown-user'
  | 'disabled-user'
  | 'no-method'
  | 'no-phone'
  | 'no-email'
  | 'bad-phone'
  | 'bad-email'
  | 'not-enrolled'
  | 'turned-off'

type Refused = { readonly ok: false; readonly reason: PersonRefusal }

/** Whom a challenge asks, by which method, and where his messages go. */
export interface Person {
  readonly asked: Asked
  readonly subject: Subject
  readonly userId: string | null
  readonly contacts: Contacts
  /** Contacts that come from our records and not from the caller; they are shown masked. */
  readonly stored: readonly ContactKind[]
  /** Of what the user confirmed for the method; empty when it needs nothing. */
  readonly secrets: readonly string[]
}

export type ContactKind = 'phone' | 'email'
type Contacts = Readonly<Record<ContactKind, string | null>>

/** What a message that travels this way is sent to. */
export const contactKinds = { sms: 'phone', call: 'phone', email: 'email' } as const satisfies Record<Via, ContactKind>

/** Finds the person: an enrolled user by name, or somebody who is known only by the contact the caller gives. */
export async function findPerson(engine: Engine, request: PersonRequest): Promise<Person | Refused> {
  const { customer, username } = request
  const given = readContacts(request)
  if ('reason' in given) return given
  const user = username === null ? undefined : await engine.store.read.users.find(customer.id, foldUsername(username))
  if (user) return findUser(engine, request, user, given)
  if (given.phone === null && given.email === null) return { ok: false, reason: 'unknown-user' }
  return findStranger(customer, request.asked, given)
}

async function findUser(
  engine: Engine,
  request: PersonRequest,
  user: User,
  given: Contacts,
): Promise<Person | Refused> {
  if (!user.isEnabled) return { ok: false, reason: 'disabled-user' }
  const chosen = request.asked ?? ownMethod(request, user)
  if (!chosen) return { ok: false, reason: 'no-method' }
  if (!(await mayUse(engine, request.customer, user.id, chosen.method))) return { ok: false, reason: 'turned-off' }
  const contacts = {
    phone: given.phone ?? user.phone,
    email: given.email ?? user.email ?? readEmail(user.username) ?? null,
  }
  const asked = (await isAskedOnPhones(engine, user, chosen)) ? { ...chosen, via: [] } : withWay(chosen, contacts)
  const needsCredential = methods[asked.method].needs === 'credential'
  const secrets = needsCredential ? await secretsOf(engine, user, asked) : []
  if (needsCredential && secrets.length === 0) return { ok: false, reason: 'not-enrolled' }
  const stored = (['phone', 'email'] as const).filter((kind) => given[kind] === null)
  const subject = userSubject(user.id)
  return missing(asked, contacts) ?? { asked, subject, userId: user.id, contacts, stored, secrets }
}

/** Whether a question that could go by message waits on the user's own phones instead. */
async function isAskedOnPhones(engine: Engine, { customerId, id }: User, { method }: Asked): Promise<boolean> {
  const { asksPhones, askedBy } = methods[method]
  if (!asksPhones || !askedBy) return false
  return (await engine.store.read.devices.list(customerId, id)).length > 0
}

/** The same with the way that the method itself chooses; the first one when the user can be reached by none. */
function withWay(asked: Asked, contacts: Contacts): Asked {
  const { askedBy } = methods[asked.method]
  const via = askedBy?.find((way) => contacts[contactKinds[way]] !== null) ?? askedBy?.[0]
  return via === undefined ? asked : { ...asked, via: [via] }
}

/** What the user chose, available or not; e-mail when he chose nothing and his name is an address. */
function ownMethod({ readOwnMethod, emailMethod }: PersonRequest, user: User): Asked | undefined {
  const own = user.preferredMethod === null ? null : readOwnMethod(user.preferredMethod)
  if (own !== null) return own
  return readEmail(user.username) ? emailMethod : undefined
}

function findStranger(customer: Customer, asked: Asked | null, contacts: Contacts): Person | Refused {
  if (!asked) return { ok: false, reason: 'no-method' }
  if (methods[asked.method].needs === 'credential') return { ok: false, reason: 'unknown-user' }
  const lack = missing(asked, contacts)
  if (lack) return lack
  const isByPhone = asked.via.some((via) => contactKinds[via] === 'phone')
  const contact = isByPhone ? contacts.phone : contacts.email && foldEmail(contacts.email)
  if (!contact) return { ok: false, reason: 'unknown-user' }
  return { asked, subject: contactSubject(customer, contact), userId: null, contacts, stored: [], secrets: [] }
}

function readContacts({ phone, email, customer }: PersonRequest): Contacts | Refused {
  const number = phone === null ? null : readPhone(phone, customer.settings.defaultCountry)
  if (number === undefined) return { ok: false, reason: 'bad-phone' }
  const address = email === null ? null : readEmail(email)
  if (address === undefined) return { ok: false, reason: 'bad-email' }
  return { phone: number, email: address }
}

function missing({ via }: Asked, contacts: Contacts): Refused | undefined {
  const lacks = (kind: ContactKind) => contacts[kind] === null && via.some((way) => contactKinds[way] === kind)
  if (lacks('phone')) return { ok: false, reason: 'no-phone' }
  if (lacks('email')) return { ok: false, reason: 'no-email' }
  return undefined
}

async function secretsOf(engine: Engine, user: User, { method }: Asked): Promise<string[]> {
  const credentials = await engine.store.read.credentials.of(user.customerId, user.id, method)
  return credentials.filter(({ state }) => state === 'active').map(({ secret }) => secret)
}
