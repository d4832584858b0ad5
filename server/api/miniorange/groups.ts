import Type from 'typebox'
import {
  attributeLettersMax,
  changeMembers,
  type GroupFields,
  type GroupOutcome,
  groupNameLettersMax,
  putGroups,
} from '../../engine/groups.ts'
import type { Customer } from '../../vocabulary/customer.ts'
import type { CountedGroup } from '../../vocabulary/group.ts'
import { line } from '../line.ts'
import { batchesOf, batchNo, batchSize, customerId, customerKey } from './bodies.ts'
import { type Call, endpoint, type Reply } from './endpoint.ts'
import { groupRefusals } from './user-words.ts'
import { said } from './words.ts'

/** The groups API (document 003). */

const groupsPerCallMax = 200
const usersPerCallMax = 500

const groupName = line(groupNameLettersMax, 'The name of a group; case does not matter.')

const attributeName = /^groupAttribute([1-9]|[1-4][0-9]|50)$/
const attribute = Type.Union([line(attributeLettersMax, 'A text of your own.'), Type.Literal(''), Type.Null()])

const group = Type.Object(
  {
    groupName,
    // A text in the document; `getall` gives a Boolean, which may come back.
    isDefault: Type.Union([Type.Literal('true'), Type.Literal('false'), Type.Boolean()], {
      description: 'Whether new users join it. Of the default, `false` gives that back to the group DEFAULT.',
    }),
    customerId: Type.Optional(Type.Union([customerId, Type.Literal(''), Type.Null()])),
  },
  { patternProperties: { [attributeName.source]: attribute } },
)

export const getAllGroupsCall = endpoint({
  path: '/api/admin/groups/getall',
  summary: 'Groups, a batch at a time, from batch 1',
  refusal: 'ERROR',
  body: Type.Object({ customerKey, batchSize: batchSize('Groups'), batchNo }),
  async handle({ engine, caller: { customer }, body }) {
    const { offset, limit, shown } = batchesOf(body)
    const page = await engine.store.read.groups.page(customer.id, { offset, limit })
    const { list, ...batch } = shown(page)
    return { customerId: customer.id, ...said.groupsFound, groups: list.map(shownGroup), ...batch }
  },
})

/** The group that every customer has from the beginning shows no times (document 003). */
function shownGroup({ name, customerId: owner, isDefault, isBuiltIn, members, ...more }: CountedGroup) {
  const attributes = Object.entries(more.attributes).map(([number, text]) => [`groupAttribute${number}`, text])
  return {
    groupName: name,
    customerId: owner,
    isDefault,
    ...(isBuiltIn ? {} : { creationDttm: more.createdAtMs, lastUpdatedDttm: more.updatedAtMs }),
    isCustomerDefault: isBuiltIn,
    isUserInviteEnabled: false,
    numOfUsersInGroup: members,
    ...Object.fromEntries(attributes),
  }
}

export const updateGroupsCall = endpoint({
  path: '/api/admin/groups/update',
  summary: 'Add groups and change those that are there; all of them or none',
  refusal: 'ERROR',
  body: Type.Object({
    customerKey,
    groups: Type.Array(group, {
      minItems: 1,
      maxItems: groupsPerCallMax,
      description:
        'Groups by `groupName`, each with `isDefault` (`"true"` or `"false"`) and, where you want, `groupAttribute1` to `groupAttribute50`.',
    }),
  }),
  async handle(call) {
    const { customer } = call.caller
    const stray = call.body.groups.flatMap((one, index) =>
      strayAttributes(one).map((name) => `groups.${index}.${name}`),
    )
    if (stray.length > 0) return { status: 'ERROR', message: `The field ${stray[0]} is not valid.` }
    const foreign = call.body.groups.find(({ customerId: owner }) => owner && String(owner) !== String(customer.id))
    if (foreign)
      return {
        status: 'ERROR',
        message: `customerId of the group ${foreign.groupName} and the Customer-Key header differ.`,
      }
    return replyTo(customer, await putGroups(call.engine, requestOf(call), call.body.groups.map(fieldsOf)))
  },
})

/** Beyond the documented range; not to be lost in silence. */
function strayAttributes(one: object): string[] {
  return Object.keys(one).filter((name) => name.startsWith('groupAttribute') && !attributeName.test(name))
}

function fieldsOf({ groupName: name, isDefault, ...more }: Type.Static<typeof group>): GroupFields {
  const attributes = Object.entries(more).flatMap(([field, text]) => {
    const number = attributeName.exec(field)?.[1]
    return number && typeof text === 'string' && text !== '' ? [[number, text] as const] : []
  })
  return { name, isDefault: String(isDefault) === 'true', attributes: Object.fromEntries(attributes) }
}

export const updateMembersCall = endpoint({
  path: '/api/admin/groups/members/update',
  summary: 'Put users into a group and take others out; all of them or none',
  refusal: 'ERROR',
  body: Type.Object({
    customerKey,
    groupName,
    users: Type.Array(
      Type.Object({
        primaryEmail: line(254, 'The name of the user.'),
        action: Type.Optional(
          Type.Union([Type.String({ pattern: '^[Rr][Ee][Mm][Oo][Vv][Ee]$' }), Type.Literal(''), Type.Null()]),
        ),
      }),
      {
        minItems: 1,
        maxItems: usersPerCallMax,
        description:
          'Users by `primaryEmail`, the name they have with us; with `action` `remove` they leave the group. Also read as `Users`.',
      },
    ),
  }),
  async handle(call) {
    const { groupName: name, users } = call.body
    const changes = users.map(({ primaryEmail, action }) => ({ username: primaryEmail, isMember: !action }))
    return replyTo(call.caller.customer, await changeMembers(call.engine, requestOf(call), name, changes))
  },
})

export const membersCall = endpoint({
  path: '/api/admin/groups/members',
  summary: 'Users with each group they are in, except the group DEFAULT, a batch at a time',
  refusal: 'ERROR',
  body: Type.Object({ customerKey, batchSize: batchSize('Pairs of user and group'), batchNo }),
  async handle({ engine, caller: { customer }, body }) {
    const { offset, limit, shown } = batchesOf(body)
    const page = await engine.store.read.groups.ownMemberships(customer.id, offset, limit)
    const { list, ...batch } = shown(page)
    const groupDetails = list.map(({ username, groupName: name, createdAtMs }) => ({
      primaryEmail: username,
      creationDttm: createdAtMs,
      lastUpdatedDttm: createdAtMs,
      groupName: name,
    }))
    return { customerId: customer.id, ...said.groupsFound, groupDetails, ...batch }
  },
})

function requestOf({ caller: { customer, mark }, requestId }: Call<object>) {
  return { customer, request: mark, requestId }
}

function replyTo(customer: Customer, outcome: GroupOutcome): Reply {
  if (outcome.ok) return { customerId: customer.id, ...said.groupsUpdated }
  return {
    customerId: customer.id,
    status: outcome.reason === 'repeated' ? 'ERROR' : 'FAILED',
    message: groupRefusals[outcome.reason](outcome.item),
  }
}
