import type { App } from '../vocabulary/app.ts'
import type { Customer } from '../vocabulary/customer.ts'
import type { Group, GroupAttributes } from '../vocabulary/group.ts'
import type { RequestMark } from '../vocabulary/request-mark.ts'
import type { User } from '../vocabulary/user.ts'
import { methodIds } from './allowed-methods.ts'
import { foldUsername } from './contacts.ts'
import type { Engine } from './ports.ts'
import type { Records } from './records.ts'

/** Groups of one customer at most. */
export const groupsMax = 1_000
/** Attributes of one group, numbered from 1. */
const attributesMax = 50
export const attributeLettersMax = 255
export const groupNameLettersMax = 100

/** What a caller wants of a group, by its name: made if it is not there. What is absent stays as it is. */
export interface GroupFields {
  readonly name: string
  /** `false` of the default gives that back to the built-in group. */
  readonly isDefault?: boolean
  /** By number; null: there is none any more. */
  readonly attributes?: Readonly<Record<number, string | null>>
  /** The methods that its members may use; null: it names none any more. */
  readonly methods?: Group['methods']
}

/** Whether somebody should be in a group. */
export interface MemberChange {
  readonly username: string
  readonly isMember: boolean
}

/** Who changes what of a customer. */
export interface GroupRequest {
  readonly customer: Customer
  /** Null: nobody signed it, as on the command line. */
  readonly request: RequestMark | null
  readonly requestId: string | null
  /** For the audit, where it is not the customer himself: such as `command line`. */
  readonly by?: string
}

export type GroupRefusal =
  | 'repeated'
  | 'bad-name'
  | 'bad-attribute'
  | 'bad-methods'
  | 'same-name'
  | 'two-defaults'
  | 'no-default'
  | 'too-many'
  | 'taken'
  | 'unknown-group'
  | 'built-in'
  | 'is-default'
  | 'named-by-app'
  | 'unknown-user'
  | 'in-and-out'

/** `changed`: how much is other than before. `item`: the name of what was refused; then nothing changed. */
export type GroupOutcome =
  | { readonly ok: true; readonly changed: number }
  | { readonly ok: false; readonly reason: GroupRefusal; readonly item: string }

type Refused = Extract<GroupOutcome, { ok: false }>

/** Groups are told apart as users are: without regard to case, and to spelling in Unicode. */
export const foldGroupName = foldUsername

/** Makes groups and changes those that are there; all of them or none. The customer keeps exactly one default group. */
export async function putGroups(
  engine: Pick<Engine, 'store' | 'clock'>,
  request: GroupRequest,
  list: readonly GroupFields[],
): Promise<GroupOutcome> {
  return unreadable(list) ?? change(engine, request, (job) => put(job, list))
}

async function put(job: Job, list: readonly GroupFields[]): Promise<GroupOutcome> {
  const { tx, customer } = job
  const known = await knownOf(job, list)
  const added = list.filter(({ name }) => !known.has(foldGroupName(name)))
  const excess = added.length > 0 ? added[groupsMax - (await tx.groups.count(customer.id))] : undefined
  if (excess) return refused('too-many', excess.name)
  const current = await tx.groups.defaultOf(customer.id)
  if (!current) throw new Error(`Customer ${customer.id} has no default group.`)
  const chosen = list.find(({ isDefault }) => isDefault)
  const given = list.find((one) => one.isDefault === false && isNamed(current, one))
  if (given && !chosen && current.isBuiltIn) return refused('no-default', given.name)

  let changed = 0
  for (const fields of list) {
    const group = known.get(foldGroupName(fields.name))
    if (await (group ? changeCarried(job, group, fields) : addGroup(job, fields))) changed += 1
  }
  const next = chosen
    ? await tx.groups.find(customer.id, foldGroupName(chosen.name))
    : given && (await tx.groups.builtInOf(customer.id))
  if (next && (await moveDefault(job, current, next))) changed += 1
  return { ok: true, changed }
}

/** The groups that are there, by their folded names. */
async function knownOf({ tx, customer }: Job, list: readonly GroupFields[]): Promise<Map<string, Group>> {
  const known = new Map<string, Group>()
  for (const name of list.map((one) => foldGroupName(one.name))) {
    const group = await tx.groups.find(customer.id, name)
    if (group) known.set(name, group)
  }
  return known
}

function isNamed({ name }: Group, fields: GroupFields): boolean {
  return foldGroupName(name) === foldGroupName(fields.name)
}

async function addGroup({ tx, customer, nowMs, tell }: Job, fields: GroupFields): Promise<boolean> {
  const name = fields.name.trim()
  const carried = carriedBy({ attributes: {}, methods: null }, fields)
  const id = await tx.groups.add(customer.id, { name, nameFolded: foldGroupName(name), ...carried }, nowMs)
  await tell('created', { group: id, name, before: null, after: toldOf(carried) })
  return true
}

async function changeCarried({ tx, customer, nowMs, tell }: Job, group: Group, fields: GroupFields): Promise<boolean> {
  const { id, name, attributes, methods } = group
  const before = { attributes, methods }
  const after = carriedBy(before, fields)
  if (JSON.stringify(after) === JSON.stringify(before)) return false
  await tx.groups.change(customer.id, id, after, nowMs)
  await tell('updated', { group: id, name, before: toldOf(before), after: toldOf(after) })
  return true
}

async function moveDefault({ tx, customer, nowMs, tell }: Job, before: Group, after: Group): Promise<boolean> {
  if (after.id === before.id) return false
  await tx.groups.makeDefault(customer.id, after.id, nowMs)
  await tell('made-default', { group: after.id, name: after.name, before: before.name, after: after.name })
  return true
}

/** What a group carries, as it is after a change; methods in our own order. */
type Carried = Pick<Group, 'attributes' | 'methods'>

function carriedBy(before: Carried, { attributes, methods = before.methods }: GroupFields): Carried {
  const ordered = methods && methodIds.filter((method) => methods.includes(method))
  return { attributes: merged(before.attributes, attributes), methods: ordered }
}

/** For the audit: methods only where some are named. */
function toldOf({ attributes, methods }: Carried) {
  return { attributes, ...(methods && { methods }) }
}

/** In the order of their numbers, which is also that of an object's keys. */
function merged(before: GroupAttributes, given: GroupFields['attributes'] = {}): GroupAttributes {
  const all = Object.entries({ ...before, ...given })
  return Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== null))
}

/** Gives a group another name. The built-in one keeps its own: callers know it by that. */
export async function renameGroup(
  engine: Pick<Engine, 'store' | 'clock'>,
  request: GroupRequest,
  name: string,
  newName: string,
): Promise<GroupOutcome> {
  if (!isName(newName)) return refused('bad-name', newName)
  return change(engine, request, async ({ tx, customer, nowMs, tell }) => {
    const group = await tx.groups.find(customer.id, foldGroupName(name))
    if (!group) return refused('unknown-group', name)
    if (group.isBuiltIn) return refused('built-in', group.name)
    const set = { name: newName.trim(), nameFolded: foldGroupName(newName) }
    const other = await tx.groups.find(customer.id, set.nameFolded)
    if (other && other.id !== group.id) return refused('taken', newName)
    if (set.name === group.name) return { ok: true, changed: 0 }
    await tx.groups.change(customer.id, group.id, set, nowMs)
    await tell('renamed', { group: group.id, before: group.name, after: set.name })
    return { ok: true, changed: 1 }
  })
}

/** Removes a group; who was in it stays a user. */
export async function removeGroup(
  engine: Pick<Engine, 'store' | 'clock'>,
  request: GroupRequest,
  name: string,
): Promise<GroupOutcome> {
  return change(engine, request, async ({ tx, customer, tell }) => {
    const group = await tx.groups.find(customer.id, foldGroupName(name))
    if (!group) return refused('unknown-group', name)
    if (group.isBuiltIn) return refused('built-in', group.name)
    if (group.isDefault) return refused('is-default', group.name)
    const { id, attributes } = group
    const members = await tx.groups.countMembers(customer.id, id)
    if (!(await tx.groups.remove(customer.id, id))) return refused('named-by-app', group.name)
    await tell('deleted', { group: id, before: { name: group.name, attributes, members }, after: null })
    return { ok: true, changed: 1 }
  })
}

/** Puts users into a group and takes others out; all of them or none. Who is already where he should be stays there. */
export async function changeMembers(
  engine: Pick<Engine, 'store' | 'clock'>,
  request: GroupRequest,
  name: string,
  changes: readonly MemberChange[],
): Promise<GroupOutcome> {
  const wanted = new Map<string, MemberChange>()
  for (const one of changes) {
    const folded = foldUsername(one.username)
    if ((wanted.get(folded)?.isMember ?? one.isMember) !== one.isMember) return refused('in-and-out', one.username)
    wanted.set(folded, one)
  }
  return change(engine, request, async (job) => {
    const { tx, customer } = job
    const group = await tx.groups.find(customer.id, foldGroupName(name))
    if (!group) return refused('unknown-group', name)
    const users: (readonly [User, boolean])[] = []
    for (const [folded, { username, isMember }] of wanted) {
      const user = await tx.users.find(customer.id, folded)
      if (!user) return refused('unknown-user', username)
      users.push([user, isMember])
    }
    let changed = 0
    for (const [user, isMember] of users) if (await setMember(job, group, user, isMember)) changed += 1
    return { ok: true, changed }
  })
}

async function setMember(
  { tx, customer, nowMs, tell }: Job,
  group: Group,
  user: User,
  isMember: boolean,
): Promise<boolean> {
  const isDone = isMember
    ? await tx.groups.addMember(customer.id, group.id, user.id, nowMs)
    : await tx.groups.removeMember(customer.id, group.id, user.id)
  const detail = { group: group.id, name: group.name, before: { isMember: !isMember }, after: { isMember } }
  if (isDone) await tell(isMember ? 'member-added' : 'member-removed', detail, user.id)
  return isDone
}

/** Whether an app may name a user. One who is not there is in no group, as is one of a group that it does not name. */
export async function mayName({ store }: Pick<Engine, 'store'>, app: App, username: string): Promise<boolean> {
  const ids = app.allowedGroups.map(({ id }) => id)
  return ids.length === 0 || store.read.groups.holdUser(app.customerId, ids, foldUsername(username))
}

/** One write, in which nobody else changes groups of the customer. */
interface Job {
  readonly tx: Records
  readonly customer: Customer
  readonly nowMs: number
  /** Writes a line of the audit. */
  tell(outcome: string, detail: object, userId?: string): Promise<void>
}

function change(
  { store, clock }: Pick<Engine, 'store' | 'clock'>,
  { customer, request, requestId, by }: GroupRequest,
  job: (job: Job) => Promise<GroupOutcome>,
): Promise<GroupOutcome> {
  const nowMs = clock()
  return store.write(async (tx): Promise<GroupOutcome> => {
    if (request && !(await tx.marks.claim(request))) return refused('repeated', '')
    await tx.groups.alone(customer.id)
    const tell: Job['tell'] = (outcome, detail, userId) => {
      const text = JSON.stringify({ ...(by === undefined ? {} : { by }), ...detail })
      const note = { kind: 'group', subject: userId ?? null, method: null, challengeId: null, requestId, detail: text }
      return tx.audit.append(customer.id, note, outcome, nowMs)
    }
    return job({ tx, customer, nowMs, tell })
  })
}

/** What is wrong with a list whatever groups there are. */
function unreadable(list: readonly GroupFields[]): Refused | undefined {
  const seen = new Set<string>()
  for (const { name, attributes = {}, methods = null } of list) {
    if (!isName(name)) return refused('bad-name', name)
    if (seen.has(foldGroupName(name))) return refused('same-name', name)
    seen.add(foldGroupName(name))
    if (!Object.entries(attributes).every(([number, text]) => isAttribute(Number(number), text)))
      return refused('bad-attribute', name)
    if (methods && !(methods.length > 0 && methods.every((method) => methodIds.includes(method))))
      return refused('bad-methods', name)
  }
  const [, second] = list.filter(({ isDefault }) => isDefault)
  return second && refused('two-defaults', second.name)
}

/** Something to see, and no control, format or line-separating character. */
const visible = /^(?=.*[^\p{Z}])[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]*$/u

function isName(text: string): boolean {
  return text.length <= groupNameLettersMax && visible.test(text)
}

function isAttribute(number: number, text: string | null): boolean {
  if (!(Number.isInteger(number) && number >= 1 && number <= attributesMax)) return false
  return text === null || (text.length <= attributeLettersMax && visible.test(text))
}

function refused(reason: GroupRefusal, item: string): Refused {
  return { ok: false, reason, item }
}
