import type { Group as ShownGroup } from '../../../contract/console/groups.ts'
import {
  changeMembers,
  foldGroupName,
  type GroupOutcome,
  type GroupRefusal,
  putGroups,
  removeGroup,
} from '../../engine/groups.ts'
import type { Group } from '../../vocabulary/group.ts'
import type { Asked, Handlers } from './asked.ts'
import { invalid, notFound, Problem } from './problem.ts'

type Names = 'groups.list' | 'groups.look' | 'groups.members' | 'groups.save' | 'groups.changeMembers' | 'groups.remove'

/** Groups of users. */
export const groups = {
  'groups.list': async ({ engine, customer, query }) => {
    const { offset = 0, limit = 50, q = '' } = query
    const searchFolded = foldGroupName(q)
    const { groups: kept } = engine.store.read
    const page = await kept.page(customer.id, { searchFolded, offset, limit })
    const items = page.map((group) => shown(group, group.members))
    return { items, total: await kept.count(customer.id, searchFolded), isTotalExact: true }
  },

  'groups.look': (asked) => withGroup(asked, (group) => counted(asked, group)),

  'groups.members': (asked) =>
    withGroup(asked, async ({ id }) => {
      const { engine, customer, query } = asked
      const { offset = 0, limit = 50 } = query
      const { groups: kept } = engine.store.read
      const members = await kept.members(customer.id, id, offset, limit)
      const items = members.map(({ userId, username }) => ({ id: userId, username }))
      return { items, total: await kept.countMembers(customer.id, id), isTotalExact: true }
    }),

  'groups.save': async (asked) => {
    const { engine, customer, body } = asked
    const { name, isDefault, attributes, methods } = body
    const fields = {
      name,
      ...(isDefault === undefined ? {} : { isDefault }),
      ...(attributes ? { attributes } : {}),
      // Words that are no methods are refused by name.
      ...(methods === undefined ? {} : { methods: methods as Group['methods'] }),
    }
    const outcome = await putGroups(engine, requestOf(asked), [fields])
    if (!outcome.ok) return refusalOf(outcome)
    const group = await engine.store.read.groups.find(customer.id, foldGroupName(name))
    return group ? counted(asked, group) : notFound('group')
  },

  'groups.changeMembers': (asked) =>
    withGroup(asked, async (group) => {
      const { add, remove } = asked.body
      const changes = [
        ...add.map((username) => ({ username, isMember: true })),
        ...remove.map((username) => ({ username, isMember: false })),
      ]
      const outcome = await changeMembers(asked.engine, requestOf(asked), group.name, changes)
      return outcome.ok ? counted(asked, group) : refusalOf(outcome)
    }),

  'groups.remove': (asked) =>
    withGroup(asked, async ({ name }) => {
      const outcome = await removeGroup(asked.engine, requestOf(asked), name)
      return outcome.ok ? ({ removed: true } as const) : refusalOf(outcome)
    }),
} satisfies Handlers<Names>

type Looking = Pick<Asked<'groups.look'>, 'engine' | 'customer' | 'params'>

async function withGroup<T>(
  { engine, customer, params }: Looking,
  job: (group: Group) => Promise<T | Problem>,
): Promise<T | Problem> {
  const id = /^[0-9]{1,15}$/.test(params.id) ? Number(params.id) : 0
  const group = await engine.store.read.groups.byId(customer.id, id)
  return group ? job(group) : notFound('group')
}

async function counted({ engine, customer }: Pick<Looking, 'engine' | 'customer'>, group: Group): Promise<ShownGroup> {
  return shown(group, await engine.store.read.groups.countMembers(customer.id, group.id))
}

function shown(
  { id, name, isDefault, isBuiltIn, attributes, methods, createdAtMs, updatedAtMs }: Group,
  members: number,
): ShownGroup {
  return {
    ...{ id: String(id), name, isDefault, isBuiltIn, members },
    attributes: Object.entries(attributes).map(([number, value]) => ({ number: Number(number), value })),
    methods,
    createdAtMs: isBuiltIn ? null : createdAtMs,
    updatedAtMs: isBuiltIn ? null : updatedAtMs,
  }
}

function requestOf({ customer, actor, visitor }: Pick<Asked<'groups.save'>, 'customer' | 'actor' | 'visitor'>) {
  return { customer, request: null, requestId: visitor.requestId, by: actor.name }
}

function refusalOf({ reason, item }: Extract<GroupOutcome, { ok: false }>): Problem {
  const { code, message, more } = refusals[reason]
  return new Problem(code, item === '' ? message : `${item}: ${message}`, more)
}

const conflict = (message: string) => new Problem('conflict', message)

const refusals = {
  repeated: conflict('This was done before.'),
  'bad-name': invalid('A name has 1–100 visible characters.', 'name'),
  'bad-attribute': invalid('An attribute has a number, 1–50, and at most 255 visible characters.', 'attributes'),
  'bad-methods': invalid('Name at least one method, or none to allow all.', 'methods'),
  'same-name': invalid('This name is there twice.', 'name'),
  'two-defaults': invalid('Only one group can be the default.', 'isDefault'),
  'no-default': conflict('This is the default group. Make another one the default instead.'),
  'too-many': conflict('There are as many groups as there may be.'),
  taken: conflict('Another group has this name.'),
  'unknown-group': notFound('group'),
  'built-in': conflict('Every customer keeps this group.'),
  'is-default': conflict('This is the default group. Make another one the default first.'),
  'named-by-app': conflict('An app names this group. Take it from the app first.'),
  'unknown-user': invalid('There is no such user.', 'add'),
  'in-and-out': invalid('This user would be put in and taken out.', 'remove'),
} as const satisfies Record<GroupRefusal, Problem>
