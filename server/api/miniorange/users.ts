import Type from 'typebox'
import { foldUsername } from '../../engine/contacts.ts'
import { recoveryCodesLeft } from '../../engine/recovery-codes.ts'
import {
  createUser,
  deleteUser,
  setEnabled,
  type UserFields,
  type UserOutcome,
  updateUser,
} from '../../engine/users.ts'
import type { User } from '../../vocabulary/user.ts'
import { line } from '../line.ts'
import {
  authType,
  batchesOf,
  batchNo,
  batchSize,
  customerKey,
  email,
  ignored,
  phone,
  transactionName,
  username,
} from './bodies.ts'
import { type Call, endpoint, type Reply } from './endpoint.ts'
import { userRefusals } from './user-words.ts'
import { said } from './words.ts'

/** The users API, as clients call it (docs/miniorange.md). */

const who = { customerKey: Type.Optional(customerKey), username, transactionName: Type.Optional(transactionName) }

const fields = {
  email: Type.Optional(email),
  phone: Type.Optional(phone),
  phoneNumber: Type.Optional(phone),
  mobileNumber: Type.Optional(phone),
  firstName: Type.Optional(line(100, 'First name.')),
  lastName: Type.Optional(line(100, 'Last name.')),
  authType: Type.Optional(authType),
  adminLoginSecondFactor: Type.Optional(ignored),
}

const changeBody = Type.Object({ ...who, ...fields })
const whoBody = Type.Object({ ...who, email: Type.Optional(ignored) })

type ChangeBody = Type.Static<typeof changeBody>

function fieldsOf(body: ChangeBody): UserFields {
  return {
    email: body.email ?? null,
    phone: body.phone ?? body.phoneNumber ?? body.mobileNumber ?? null,
    firstName: body.firstName ?? null,
    lastName: body.lastName ?? null,
    // Any word is kept and given back in upper case, also of methods that are not enrolled yet.
    preferredMethod: body.authType?.trim().toUpperCase() ?? null,
  }
}

function requestOf({ caller: { customer, mark }, body, requestId }: Call<{ username: string }>) {
  return { customer, username: body.username, request: mark, requestId }
}

function replyTo(outcome: UserOutcome, name: string): Reply {
  return outcome.ok ? { username: name, ...said.done } : userRefusals[outcome.reason]
}

export const createCall = endpoint({
  path: '/api/admin/users/create',
  summary: 'Add a user',
  refusal: 'ERROR',
  body: changeBody,
  handle: async (call) =>
    replyTo(await createUser(call.engine, requestOf(call), fieldsOf(call.body)), call.body.username),
})

export const updateCall = endpoint({
  path: '/api/admin/users/update',
  summary: 'Change a user; another e-mail address also becomes his name',
  refusal: 'ERROR',
  body: changeBody,
  handle: async (call) =>
    replyTo(await updateUser(call.engine, requestOf(call), fieldsOf(call.body)), call.body.username),
})

export const deleteCall = endpoint({
  path: '/api/admin/users/delete',
  summary: 'Remove a user with all that belongs to him',
  refusal: 'ERROR',
  body: whoBody,
  handle: async (call) => replyTo(await deleteUser(call.engine, requestOf(call)), call.body.username),
})

export const enableCall = endpoint({
  path: '/api/admin/users/enable',
  summary: 'Let a disabled user in again',
  refusal: 'ERROR',
  body: whoBody,
  handle: async (call) => replyTo(await setEnabled(call.engine, requestOf(call), true), call.body.username),
})

export const disableCall = endpoint({
  path: '/api/admin/users/disable',
  summary: 'Refuse a user until he is enabled again',
  refusal: 'ERROR',
  body: whoBody,
  handle: async (call) => replyTo(await setEnabled(call.engine, requestOf(call), false), call.body.username),
})

export const searchCall = endpoint({
  path: '/api/admin/users/search',
  summary: 'Whether a user exists',
  refusal: 'ERROR',
  body: whoBody,
  async handle({ engine, caller: { customer }, body }) {
    const folded = foldUsername(body.username)
    if (await engine.store.read.users.find(customer.id, folded)) return said.found
    if ((await engine.selfService()).isForStrangers) return said.notFound
    return (await engine.store.read.users.existsElsewhere(customer.id, folded)) ? said.foundElsewhere : said.notFound
  },
})

export const getCall = endpoint({
  path: '/api/admin/users/get',
  summary: 'A user with contacts and method',
  refusal: 'ERROR',
  body: whoBody,
  async handle({ engine, caller: { customer }, body }) {
    const user = await engine.store.read.users.find(customer.id, foldUsername(body.username))
    if (!user) return userRefusals['unknown-user']
    const { username: name, email: address, authType: method, phone: number } = shownUser(user)
    const left = await recoveryCodesLeft(engine, customer.id, user.id)
    const shown = { username: name, email: address, phone: number, authType: method, recoveryCodesLeft: left }
    return { ...shown, users: [shownUser(user)], ...said.done }
  },
})

export const getAllCall = endpoint({
  path: '/api/admin/users/getall',
  summary: 'Users, a batch at a time, from batch 1',
  refusal: 'ERROR',
  body: Type.Object({
    customerKey: Type.Optional(customerKey),
    batchNo,
    batchSize: batchSize('Users'),
  }),
  async handle({ engine, caller: { customer }, body }) {
    const { offset, limit, shown } = batchesOf(body)
    const { list, ...batch } = shown(await engine.store.read.users.page(customer.id, offset, limit))
    return { users: list.map(shownUser), ...batch, ...said.done }
  },
})

function shownUser(user: User) {
  return {
    username: user.username,
    primaryEmail: user.email ?? user.username,
    email: user.email,
    phone: user.phone,
    firstName: user.firstName,
    lastName: user.lastName,
    authType: user.preferredMethod ?? 'NONE',
    isEnabled: user.isEnabled,
    creationDttm: user.createdAtMs,
  }
}
