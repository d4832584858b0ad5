import type { AdminRow } from '../../../contract/console/admins.ts'
import { activeFactors } from '../../engine/admin-factors.ts'
import { type AdminRefusal, changeAdmin, inviteAdmin, linkOf, resetAdmin } from '../../engine/admin-links.ts'
import { readEmail } from '../../engine/contacts.ts'
import { keepMail, writeWithMail } from '../../engine/mail.ts'
import type { Admin } from '../../vocabulary/admin.ts'
import { type Customer, serverScope } from '../../vocabulary/customer.ts'
import type { Asked, Handlers } from './asked.ts'
import { invalid, notFound, Problem } from './problem.ts'

type Names = 'admins.list' | 'admins.invite' | 'admins.change' | 'admins.reset' | 'admins.remove'

/** Who works here. An admin of one customer sees and changes those of that customer alone. */
export const admins = {
  'admins.list': async (asked) => {
    const seen = (await asked.engine.store.read.admins.list()).filter((one) => isSeen(asked, one))
    const items = await Promise.all(seen.map((admin) => rowOf(asked, admin)))
    return { items, total: items.length, isTotalExact: true }
  },

  'admins.invite': async (asked) => {
    const { engine, body, actor, customer, working } = asked
    const login = readEmail(body.login)
    if (login === undefined) return invalid('An admin signs in with an e-mail address.', 'login')
    if (body.isServerWide && working.admin.customerId !== serverScope)
      return new Problem('not-allowed', 'Only who looks after the whole server can invite others to that.')
    const customerId = body.isServerWide ? serverScope : customer.id
    const made = await inviteAdmin(engine, { login, name: body.name, role: body.role, customerId }, 'invited', actor)
    if (!made) return new Problem('conflict', 'Another admin signs in with this address.', { field: 'login' })
    const link = linkOf(engine.baseUrl, made.secret)
    if (body.send) await mailInvitation(engine, customer, login, link)
    return { admin: await rowOf(asked, made.admin), link }
  },

  'admins.change': async (asked) => {
    const { engine, params, body, actor } = asked
    if (!(await find(asked))) return notFound('admin')
    const outcome = await changeAdmin(engine, params.id, body, actor)
    return outcome.ok ? rowOf(asked, outcome.admin) : refusals[outcome.reason]
  },

  'admins.reset': async (asked) => {
    const { engine, actor } = asked
    const admin = await find(asked)
    if (!admin) return notFound('admin')
    if (admin.id === actor.adminId) return refusals.self
    const link = linkOf(engine.baseUrl, await resetAdmin(engine, admin, actor))
    return { admin: await rowOf(asked, { ...admin, password: null }), link }
  },

  'admins.remove': async (asked) => {
    const { engine, params, actor } = asked
    if (!(await find(asked))) return notFound('admin')
    const outcome = await changeAdmin(engine, params.id, null, actor)
    return outcome.ok ? { removed: true } : refusals[outcome.reason]
  },
} satisfies Handlers<Names>

/** A mail that is barred is not sent: the link was shown all the same. */
async function mailInvitation(engine: Asked<'admins.invite'>['engine'], customer: Customer, to: string, link: string) {
  const { language } = customer.settings
  const { subject, text } = invitations[language]
  const fill = (words: string) => words.replace('{customer}', () => customer.name).replace('{link}', () => link)
  const mail = { to, subject: fill(subject), text: fill(text), language }
  await writeWithMail(engine, (tx) => keepMail(tx, customer, mail, engine.clock()))
}

const invitations = {
  en: {
    subject: '{customer}: your way into the console',
    text: 'You are invited to the console of {customer}. Choose a password and set up a second factor here:\n\n{link}\n\nThe link works once, for 72 hours.',
  },
  es: {
    subject: '{customer}: su acceso a la consola',
    text: 'Le invitan a la consola de {customer}. Elija una contraseña y configure un segundo factor aquí:\n\n{link}\n\nEl enlace sirve una vez, durante 72 horas.',
  },
} as const

type Looking = Pick<Asked<'admins.list'>, 'engine' | 'customer' | 'working'>

/** Those of the customer, and, for who looks after all, those of the whole server. */
function isSeen({ customer, working }: Looking, { customerId }: Admin): boolean {
  return customerId === customer.id || (customerId === serverScope && working.admin.customerId === serverScope)
}

async function find(asked: Looking & Pick<Asked<'admins.change'>, 'params'>): Promise<Admin | undefined> {
  const admin = await asked.engine.store.read.admins.byId(asked.params.id)
  return admin && isSeen(asked, admin) ? admin : undefined
}

async function rowOf({ engine }: Looking, admin: Admin): Promise<AdminRow> {
  const { id, login, name, role, customerId, isEnabled, password, lastSignInAtMs, createdAtMs } = admin
  const kinds = new Set((await activeFactors(engine.store, id)).map(({ kind }) => kind))
  const state = !isEnabled ? 'disabled' : password === null || kinds.size === 0 ? 'invited' : 'active'
  const shownCustomer = customerId === serverScope ? null : customerId
  return { id, login, name, role, customerId: shownCustomer, state, factors: [...kinds], lastSignInAtMs, createdAtMs }
}

const refusals = {
  unknown: notFound('admin'),
  self: new Problem('conflict', 'Ask another owner to do this to you.'),
  'last-owner': new Problem('conflict', 'This is the last owner of the server. Make another one first.'),
} as const satisfies Record<AdminRefusal, Problem>
