import { type Command, Option } from 'commander'
import { changeAdmin, inviteAdmin, linkOf, resetAdmin, unlockAdmin } from '../engine/admin-links.ts'
import { foldUsername, readEmail } from '../engine/contacts.ts'
import type { Store } from '../store/open.ts'
import type { Admin, AdminRole } from '../vocabulary/admin.ts'
import { serverScope } from '../vocabulary/customer.ts'
import { customerOf, noteOf, nowOf, withStore } from './database.ts'
import { customerKey, example } from './options.ts'
import { type Act, Refusal, type Report } from './report.ts'
import { columns, shownTime } from './terminal.ts'

const roles = ['owner', 'admin', 'helpdesk', 'auditor'] as const satisfies readonly AdminRole[]
const actor = { adminId: null, name: 'command line', requestId: null }

export function admins(program: Command, act: Act): void {
  const noun = program
    .command('admins')
    .description('Who works in the console; the way back in when a password or a phone is lost')
    .addHelpText('after', example('admins list', 'admins reset admin'))
  noun.command('list').description('List the admins').addHelpText('after', example('admins list')).action(act(list))
  noun
    .command('add')
    .description('Add an admin; prints a link to choose a password and set up a second factor, once')
    .argument('<email>', 'what he signs in with')
    .requiredOption('--name <name>', 'his name, as the audit shows it')
    .addOption(new Option('--role <role>', 'what he may do').choices(roles).default('admin'))
    .addOption(new Option('--customer <key>', 'the one customer he looks after (default: all)').argParser(customerKey))
    .addHelpText('after', example('admins add ann@example.com --name "Ann Lee" --role helpdesk'))
    .action(act(add))
  noun
    .command('reset')
    .description('Take password, second factors and sessions from an admin; prints a link to begin anew, for an hour')
    .argument('<login>', 'e-mail address, or admin')
    .addHelpText('after', example('admins reset admin'))
    .action(act(reset))
  noun
    .command('unlock')
    .description('Forget the wrong passwords and codes of an admin')
    .argument('<login>', 'e-mail address, or admin')
    .addHelpText('after', example('admins unlock ann@example.com'))
    .action(act(unlock))
  noun
    .command('role')
    .description('Change what an admin may do; his sessions end')
    .argument('<login>', 'e-mail address, or admin')
    .argument('<role>', roles.join(', '))
    .addHelpText('after', example('admins role ann@example.com auditor'))
    .action(act(setRole))
  noun
    .command('remove')
    .description('Remove an admin')
    .argument('<login>', 'e-mail address, or admin')
    .addHelpText('after', example('admins remove ann@example.com'))
    .action(act(remove))
}

async function list(): Promise<Report> {
  return withStore(async ({ read }) => {
    const all = await read.admins.list()
    const shown = await Promise.all(
      all.map(async (admin) => {
        const factors = (await read.adminFactors.of(admin.id)).filter(({ state }) => state === 'active')
        const state = !admin.isEnabled ? 'disabled' : admin.password && factors.length > 0 ? 'active' : 'invited'
        return {
          ...told(admin),
          state,
          lastSignInAt: admin.lastSignInAtMs === null ? null : shownTime(admin.lastSignInAtMs),
        }
      }),
    )
    const rows = shown.map((one) => [
      one.login,
      one.name,
      one.role,
      one.customerKey === null ? 'all' : String(one.customerKey),
      one.state,
      one.lastSignInAt ?? '-',
    ])
    const text =
      all.length === 0
        ? 'There is no admin yet: the next start of the server makes one, and prints his link.'
        : columns([['login', 'name', 'role', 'customer', 'state', 'last sign-in'], ...rows])
    return { text, json: { admins: shown } }
  })
}

interface AddOptions {
  readonly name: string
  readonly role: AdminRole
  readonly customer?: number
}

async function add(email: string, { name, role, customer: key }: AddOptions): Promise<Report> {
  const login = readEmail(email)
  if (login === undefined) throw new Refusal(`${email} is no e-mail address.`)
  if (!/^[^\p{C}]{1,60}$/u.test(name)) throw new Refusal('A name has 1–60 visible characters.')
  return withStore(async (store, { baseUrl }) => {
    const customerId = key === undefined ? serverScope : (await customerOf(store, key)).id
    const made = await inviteAdmin(await coreOf(store), { login, name, role, customerId }, 'invited', actor)
    if (!made) throw new Refusal(`${login} is an admin already. This lists them: npx countersign admins list`)
    const link = linkOf(baseUrl, made.secret)
    const text = `${name} is added. This link chooses a password and sets up a second factor; it works once, for 72 hours:\n\n${link}`
    return { text, json: { ...told(made.admin), link } }
  })
}

async function reset(login: string): Promise<Report> {
  return withStore(async (store, { baseUrl }) => {
    const admin = await named(store, login)
    const link = linkOf(baseUrl, await resetAdmin(await coreOf(store), admin, actor))
    const text = `Password, second factors and sessions of ${admin.login} are gone. This link begins anew; it works once, for an hour:\n\n${link}`
    return { text, json: { ...told(admin), link } }
  })
}

async function unlock(login: string): Promise<Report> {
  return withStore(async (store) => {
    const admin = await named(store, login)
    const nowMs = await nowOf(store)
    await store.write(async (tx) => {
      await unlockAdmin(tx, admin)
      await tx.audit.append(
        admin.customerId,
        noteOf('admin', `admin:${admin.id}`, { of: admin.name }),
        'unlocked',
        nowMs,
      )
    })
    return { text: `The wrong passwords and codes of ${admin.login} are forgotten.`, json: told(admin) }
  })
}

async function setRole(login: string, wanted: string): Promise<Report> {
  const role = roles.find((one) => one === wanted)
  if (!role) throw new Refusal(`There is no role ${wanted}. There are: ${roles.join(', ')}.`)
  return changed(login, { role }, (admin) => `${admin.login} is ${role} now.`)
}

async function remove(login: string): Promise<Report> {
  return changed(login, null, (admin) => `${admin.login} is removed.`)
}

async function changed(
  login: string,
  change: { readonly role: AdminRole } | null,
  say: (admin: Admin) => string,
): Promise<Report> {
  return withStore(async (store) => {
    const admin = await named(store, login)
    const outcome = await changeAdmin(await coreOf(store), admin.id, change, actor)
    if (!outcome.ok) throw new Refusal('This is the last owner of the server. Make another one first.')
    return { text: say(admin), json: { ...told(admin), ...change } }
  })
}

async function named({ read }: Store, login: string): Promise<Admin> {
  const admin = await read.admins.byLogin(foldUsername(login))
  if (admin) return admin
  throw new Refusal(`There is no admin ${login}. This lists them: npx countersign admins list`)
}

async function coreOf(store: Store) {
  const nowMs = await nowOf(store)
  return { store, clock: () => nowMs }
}

function told({ login, name, role, customerId }: Admin) {
  return { login, name, role, customerKey: customerId === serverScope ? null : customerId }
}
