import { foldUsername } from '../../engine/contacts.ts'
import { byOf, maskedContacts, searchPeople } from '../../engine/people.ts'
import { importUsers } from '../../engine/user-import.ts'
import { correctUser, createUser, deleteUser } from '../../engine/users.ts'
import type { Handlers } from './asked.ts'
import { invalid, notFound } from './problem.ts'
import { asHimself, helping, refusals, userOf } from './user-asked.ts'
import { detailOf, rowOf } from './user-detail.ts'

const limitUsual = 50
/** As `foundMax` and `countedMax` of the store: beyond these only "more than" is known. */
const [foundMax, countedMax] = [1_000, 10_000]

type Names = 'users.list' | 'users.look' | 'users.add' | 'users.change' | 'users.erase' | 'users.import'

/** People: finding, adding, changing and erasing them. */
export const users = {
  'users.list': async ({ engine, customer, query }) => {
    const { q = '', state = 'all', offset = 0 } = query
    const found = await searchPeople(engine, { customer, text: q, state, offset, limit: query.limit ?? limitUsual })
    const most = q.trim() === '' ? countedMax : foundMax
    return {
      items: found.people.map(rowOf),
      total: Math.min(found.total, most),
      isTotalExact: found.total <= most,
    }
  },

  'users.look': ({ engine, customer, params }) => detailOf(engine, customer.id, params.id),

  'users.add': async (asked) => {
    const { engine, customer, body, actor } = asked
    if (/\p{C}/u.test(body.username)) return invalid('The username has invisible characters.', 'username')
    const by = { by: actor.name, byId: actor.adminId }
    const outcome = await createUser(
      engine,
      { customer, username: body.username, ...asHimself(asked), by },
      fieldsOf(body),
    )
    if (!outcome.ok) return refusals[outcome.reason]
    const user = await engine.store.read.users.find(customer.id, foldUsername(body.username))
    return user ? detailOf(engine, customer.id, user.id) : notFound('user')
  },

  'users.change': async (asked) => {
    const { engine, customer, body, params } = asked
    const user = await userOf(asked)
    if (!user) return notFound('user')
    const before = { ...maskedContacts(user), firstName: user.firstName, lastName: user.lastName }
    const by = { ...byOf(helping(asked)), before }
    const request = { customer, username: user.username, ...asHimself(asked), by }
    const { reason: _, ...fields } = body
    const corrections = Object.entries(fields).map(([name, text]) => [name, text || null])
    const outcome = await correctUser(engine, request, Object.fromEntries(corrections))
    return outcome.ok ? detailOf(engine, customer.id, params.id) : refusals[outcome.reason]
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
} satisfies Handlers<Names>

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
