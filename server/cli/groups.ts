import { type Command, InvalidArgumentError, Option } from 'commander'
import { methodIds } from '../engine/allowed-methods.ts'
import {
  changeMembers,
  foldGroupName,
  type GroupFields,
  type GroupOutcome,
  type GroupRefusal,
  groupsMax,
  putGroups,
  removeGroup,
  renameGroup,
} from '../engine/groups.ts'
import type { Store } from '../store/open.ts'
import type { Customer } from '../vocabulary/customer.ts'
import type { Group } from '../vocabulary/group.ts'
import type { MethodId } from '../vocabulary/method.ts'
import { customerOf, nowOf, withStore } from './database.ts'
import { customerOption, example, limitOption, misuse, offsetOption } from './options.ts'
import { type Act, Refusal, type Report } from './report.ts'
import { columns, shownTime } from './terminal.ts'

export function groups(program: Command, act: Act): void {
  const noun = program
    .command('groups')
    .description('Groups of users; new users join the one that is the default')
    .addHelpText('after', example('groups list', 'groups add Staff', 'groups join Staff alice@example.com'))
  paged(noun.command('list').description('List groups in the order they were made'))
    .option('--search <text>', 'only those whose name holds it')
    .addHelpText('after', example('groups list --search staff'))
    .action(act(list))
  chosen(noun.command('add').description('Add a group'))
    .addHelpText('after', example('groups add Staff --attribute "1=Head office"'))
    .action(act((group: string, options: Choice) => put(group, true, options)))
  chosen(noun.command('change').description('Change a group'))
    .option('--rename <name>', 'another name')
    .addHelpText(
      'after',
      example(
        'groups change Staff --default',
        'groups change Staff --methods passkey,push',
        'groups change Staff --rename Employees',
      ),
    )
    .action(act((group: string, options: Choice) => put(group, false, options)))
  noun
    .command('remove')
    .description('Remove a group; its members stay users')
    .argument('<group>', 'name of the group')
    .addOption(customerOption())
    .addHelpText('after', example('groups remove Staff'))
    .action(act(remove))
  paged(noun.command('members').description('List who is in a group').argument('<group>', 'name of the group'))
    .addHelpText('after', example('groups members Staff'))
    .action(act(members))
  for (const [verb, about, isMember] of [
    ['join', 'Put users into a group; all of them or none', true],
    ['leave', 'Take users out of a group; all of them or none', false],
  ] as const)
    noun
      .command(verb)
      .description(about)
      .argument('<group>', 'name of the group')
      .argument('<users...>', 'names of the users')
      .addOption(customerOption())
      .addHelpText('after', example(`groups ${verb} Staff alice@example.com bob@example.com`))
      .action(act((group: string, users: readonly string[], options: Chosen) => move(group, users, isMember, options)))
}

interface Chosen {
  readonly customer?: number
}

interface Choice extends Chosen {
  readonly default?: true
  readonly attribute: Attributes
  readonly methods?: readonly MethodId[] | 'all'
  readonly rename?: string
}

interface Part extends Chosen {
  readonly limit: number
  readonly offset: number
}

function chosen(command: Command): Command {
  return command
    .argument('<group>', 'name of the group')
    .addOption(
      new Option(
        '--methods <list>',
        'methods that its members may use, such as "passkey,push"; "all": it names none',
      ).argParser(methodsOf),
    )
    .option('--default', 'new users join it from now on, and no longer the one before')
    .addOption(
      new Option('--attribute <number=text>', 'attribute 1–50, a text of your own; "3=" removes it; repeat it for more')
        .argParser(attribute)
        .default({}, 'none'),
    )
    .addOption(customerOption())
}

function paged(command: Command): Command {
  return command
    .addOption(customerOption())
    .addOption(limitOption('lines to show'))
    .addOption(offsetOption('lines to skip'))
}

type Attributes = NonNullable<GroupFields['attributes']>

function attribute(text: string, before: Attributes): Attributes {
  const [, number, value] = /^([1-9]|[1-4][0-9]|50)=(.*)$/s.exec(text) ?? []
  if (number === undefined) throw new InvalidArgumentError('It must be a number, 1–50, with = and a text.')
  return { ...before, [number]: value || null }
}

/** Unknown words are refused with the list of those that are known. */
function methodsOf(text: string): Choice['methods'] {
  if (text === 'all') return text // Commander makes an empty text of null
  const words = text.split(',').map((word) => word.trim())
  const known = methodIds.filter((method) => words.includes(method))
  if (words.every((word) => known.some((method) => method === word))) return known
  throw new InvalidArgumentError(`It must be "all", or of these, with commas: ${methodIds.join(', ')}.`)
}

async function list({ customer: key, search = '', limit, offset }: Part & { search?: string }): Promise<Report> {
  return withStore(async (store) => {
    const { id } = await customerOf(store, key)
    const searchFolded = foldGroupName(search)
    const total = await store.read.groups.count(id, searchFolded)
    const page = await store.read.groups.page(id, { searchFolded, offset, limit })
    const rows = page.map((group) => [
      group.name,
      group.isDefault ? 'default' : '-',
      String(group.members),
      timeOf(group),
    ])
    const head = rangeOf(page, offset, `${total} groups of customer ${id}`)
    const table = columns([['name', 'default', 'members', 'added'], ...rows])
    return {
      text: page.length === 0 ? head : `${head}\n\n${table}`,
      json: {
        customerKey: id,
        total,
        offset,
        limit,
        groups: page.map((group) => ({ ...told(group), members: group.members })),
      },
    }
  })
}

async function put(name: string, isNew: boolean, options: Choice): Promise<Report> {
  const { rename, attribute: attributes, methods } = options
  const isOther = options.default || methods !== undefined || Object.keys(attributes).length > 0
  if (!isNew && !isOther && rename === undefined) throw misuse('Give --default, --attribute, --methods or --rename')
  if (isOther && rename !== undefined) throw misuse('Rename a group alone')
  return withStore(async (store) => {
    const who = await requestOf(store, options)
    const found = await store.read.groups.find(who.customer.id, foldGroupName(name))
    if (isNew && found) throw new Refusal(refusals.taken(found.name))
    if (!isNew && !found) throw new Refusal(refusals['unknown-group'](name, who.customer))
    const fields = fieldsOf(name, options)
    const engine = engineOf(store, who.nowMs)
    const outcome = rename === undefined ? putGroups(engine, who, [fields]) : renameGroup(engine, who, name, rename)
    check(who.customer, await outcome)
    const group = await groupOf(store, who.customer, rename ?? name)
    const text = `"${group.name}" is ${isNew ? 'added' : 'changed'}.`
    return { text: options.default ? `${text} New users join it.` : text, json: told(group) }
  })
}

function fieldsOf(name: string, { attribute: attributes, methods, default: isDefault }: Choice): GroupFields {
  return {
    name,
    attributes,
    ...(isDefault && { isDefault }),
    ...(methods && { methods: methods === 'all' ? null : methods }),
  }
}

async function remove(name: string, options: Chosen): Promise<Report> {
  return withStore(async (store) => {
    const who = await requestOf(store, options)
    check(who.customer, await removeGroup(engineOf(store, who.nowMs), who, name))
    return { text: `"${name}" is removed.`, json: { customerKey: who.customer.id, removed: name } }
  })
}

async function members(name: string, { customer: key, limit, offset }: Part): Promise<Report> {
  return withStore(async (store) => {
    const customer = await customerOf(store, key)
    const group = await groupOf(store, customer, name)
    const total = await store.read.groups.countMembers(customer.id, group.id)
    const page = await store.read.groups.members(customer.id, group.id, offset, limit)
    const head = rangeOf(page, offset, `${total} members of "${group.name}"`)
    const table = columns([
      ['user', 'since'],
      ...page.map(({ username, createdAtMs }) => [username, shownTime(createdAtMs)]),
    ])
    const shown = page.map(({ username, createdAtMs }) => ({ username, since: shownTime(createdAtMs) }))
    return {
      text: page.length === 0 ? head : `${head}\n\n${table}`,
      json: { customerKey: customer.id, group: group.name, total, offset, limit, members: shown },
    }
  })
}

async function move(name: string, users: readonly string[], isMember: boolean, options: Chosen): Promise<Report> {
  return withStore(async (store) => {
    const who = await requestOf(store, options)
    const changes = users.map((username) => ({ username, isMember }))
    const changed = check(who.customer, await changeMembers(engineOf(store, who.nowMs), who, name, changes))
    const rest =
      changed === users.length ? '' : ` ${users.length - changed} already ${isMember ? 'was in it' : 'was not'}.`
    const text = `${changed} ${changed === 1 ? 'user is' : 'users are'} ${isMember ? 'in' : 'out of'} "${name}" now.${rest}`
    return { text, json: { customerKey: who.customer.id, group: name, changed } }
  })
}

async function requestOf(store: Store, { customer: key }: Chosen) {
  const customer = await customerOf(store, key)
  return { customer, request: null, requestId: null, by: 'command line', nowMs: await nowOf(store) }
}

function engineOf(store: Store, nowMs: number) {
  return { store, clock: () => nowMs }
}

async function groupOf(store: Store, customer: Customer, name: string): Promise<Group> {
  const group = await store.read.groups.find(customer.id, foldGroupName(name))
  if (group) return group
  throw new Refusal(refusals['unknown-group'](name, customer))
}

function check(customer: Customer, outcome: GroupOutcome): number {
  if (outcome.ok) return outcome.changed
  throw new Refusal(refusals[outcome.reason](outcome.item, customer))
}

const refusals = {
  repeated: () => 'This was done already.',
  'bad-name': () => 'The name must have 1–100 visible characters.',
  'bad-attribute': () => 'An attribute must have 1–255 visible characters.',
  'bad-methods': (name) => `"${name}" must name one of our methods at least, or none.`,
  'same-name': (name) => `"${name}" stands there twice.`,
  'two-defaults': (name) => `Only one group can be the default: "${name}" is a second one.`,
  'no-default': (name) => `There must be a default group. Make another one the default instead of "${name}".`,
  'too-many': () => `A customer has ${groupsMax} groups at most.`,
  taken: (name) => `There is a group "${name}" already.`,
  'unknown-group': (name, { id }) =>
    `Customer ${id} has no group "${name}". This lists them: npx countersign groups list`,
  'built-in': (name) => `"${name}" is there from the beginning and stays as it is.`,
  'is-default': (name) =>
    `New users join "${name}". Make another one the default first: npx countersign groups change <name> --default`,
  'named-by-app': (name) => `An app serves the users of "${name}" only. This lists them: npx countersign apps list`,
  'unknown-user': (name, { id }) => `Customer ${id} has no user ${name}. Nothing was changed.`,
  'in-and-out': (name) => `${name} cannot be added and taken out at once.`,
} as const satisfies Record<GroupRefusal, (item: string, customer: Customer) => string>

function rangeOf(page: readonly unknown[], offset: number, of: string): string {
  return `${page.length === 0 ? 'None' : `${offset + 1}–${offset + page.length}`} of ${of}`
}

/** The group that is there from the beginning was never added. */
function timeOf({ isBuiltIn, createdAtMs }: Group): string {
  return isBuiltIn ? '-' : shownTime(createdAtMs)
}

function told({ id, customerId, name, isDefault, isBuiltIn, attributes, methods, createdAtMs, updatedAtMs }: Group) {
  const times = { addedAt: shownTime(createdAtMs), changedAt: shownTime(updatedAtMs) }
  return { id, customerKey: customerId, name, isDefault, isBuiltIn, attributes, methods, ...(isBuiltIn ? {} : times) }
}
