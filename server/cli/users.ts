import type { Command } from 'commander'
import { foldEmail, foldUsername, readEmail, readPhone } from '../engine/contacts.ts'
import { listPasskeys, removePasskey } from '../engine/passkeys.ts'
import { makeRecoveryCodes } from '../engine/recovery-codes.ts'
import { contactSubject, strangerSubject, userSubject } from '../engine/subject.ts'
import type { Store } from '../store/open.ts'
import type { Subject } from '../vocabulary/challenge.ts'
import type { Customer } from '../vocabulary/customer.ts'
import { customerOf, noteOf, noUser, nowOf, withStore } from './database.ts'
import { customerOption, example, limitOption, misuse, offsetOption } from './options.ts'
import { type Act, Refusal, type Report } from './report.ts'
import { columns, shownTime } from './terminal.ts'

export function users(program: Command, act: Act): void {
  const noun = program
    .command('users')
    .description('Users of a customer')
    .addHelpText(
      'after',
      example('users list', 'users unlock alice@example.com', 'users recovery-codes alice@example.com'),
    )
  noun
    .command('list')
    .description('List users by name')
    .addOption(customerOption())
    .addOption(limitOption('users to show'))
    .addOption(offsetOption('users to skip'))
    .addHelpText('after', example('users list --customer 482913 --limit 100 --offset 200'))
    .action(act(list))
  noun
    .command('unlock')
    .description('Forget the wrong answers of somebody, and with them every lock')
    .argument('[name]', 'name of the user')
    .option('--contact <contact>', 'instead of a name: phone number or e-mail address of somebody who is not enrolled')
    .addOption(customerOption())
    .addHelpText('after', example('users unlock alice@example.com', 'users unlock --contact +15551234567'))
    .action(act(unlock))
  noun
    .command('recovery-codes')
    .description('Make ten recovery codes for a user and show them this once; those he had before end')
    .argument('<name>', 'name of the user')
    .addOption(customerOption())
    .addHelpText('after', example('users recovery-codes alice@example.com'))
    .action(act(recoveryCodes))
  noun
    .command('passkeys')
    .description('List the passkeys and security keys of a user')
    .argument('<name>', 'name of the user')
    .addOption(customerOption())
    .addHelpText('after', example('users passkeys alice@example.com'))
    .action(act(passkeys))
  noun
    .command('remove-passkey')
    .description('Remove a passkey of a user, who is told')
    .argument('<name>', 'name of the user')
    .argument('<id>', 'id of the passkey, as the list shows it')
    .addOption(customerOption())
    .addHelpText('after', example('users remove-passkey alice@example.com 98f1e143466495beda9f551e265578c3'))
    .action(act(removePasskeyOf))
}

async function list({
  customer,
  limit,
  offset,
}: {
  customer?: number
  limit: number
  offset: number
}): Promise<Report> {
  return withStore(async (store) => {
    const { id } = await customerOf(store, customer)
    const total = await store.read.users.count(id)
    const page = await store.read.users.page(id, offset, limit)
    const rows = page.map((user) => [
      user.username,
      user.email ?? '-',
      user.phone ?? '-',
      user.preferredMethod ?? '-',
      user.isEnabled ? 'enabled' : 'disabled',
      shownTime(user.createdAtMs),
    ])
    const range = page.length === 0 ? 'None' : `${offset + 1}–${offset + page.length}`
    const head = `${range} of ${total} users of customer ${id}`
    const table = columns([['name', 'e-mail', 'phone', 'method', 'state', 'added'], ...rows])
    const json = page.map(({ customerId: _, createdAtMs, ...user }) => ({ ...user, addedAt: shownTime(createdAtMs) }))
    return {
      text: page.length === 0 ? head : `${head}\n\n${table}`,
      json: { customerKey: id, total, offset, limit, users: json },
    }
  })
}

async function unlock(name: string | undefined, options: { contact?: string; customer?: number }): Promise<Report> {
  const { contact } = options
  const who = name ?? contact
  if (who === undefined || (name !== undefined && contact !== undefined)) {
    throw misuse('Give the name of a user, or --contact')
  }
  return withStore(async (store) => {
    const customer = await customerOf(store, options.customer)
    const found = contact === undefined ? await namedSubject(store, customer, who) : contactOf(customer, who)
    const nowMs = await nowOf(store)
    const forgotten = await store.write(async (tx) => {
      const count = await tx.guards.unlock(customer.id, found.key)
      if (count > 0) await tx.audit.append(customer.id, noteOf('unlock', found.key), 'unlocked', nowMs)
      return count
    })
    // A mistyped name must not look like success.
    if (forgotten === 0 && !found.isUser && contact === undefined) {
      throw new Refusal(noUser(customer, who))
    }
    const text =
      forgotten === 0
        ? `${who} had no wrong answers to forget.`
        : `The wrong answers of ${who} are forgotten (${forgotten} ${forgotten === 1 ? 'method' : 'methods'}).`
    return { text, json: { customerKey: customer.id, who, isUser: found.isUser, methodsUnlocked: forgotten } }
  })
}

async function recoveryCodes(name: string, options: { customer?: number }): Promise<Report> {
  return withStore(async (store) => {
    const customer = await customerOf(store, options.customer)
    const nowMs = await nowOf(store)
    const engine = { store, clock: () => nowMs }
    const outcome = await makeRecoveryCodes(engine, { customer, username: name, request: null, requestId: null })
    if (!outcome.ok) throw new Refusal(whyNoCodes[outcome.reason](customer, name))
    const text = `Recovery codes of ${name}, each good for one sign-in. They cannot be shown again:\n\n${outcome.codes.join('\n')}`
    return { text, json: { customerKey: customer.id, username: name, recoveryCodes: outcome.codes } }
  })
}

const whyNoCodes = {
  'unknown-user': noUser,
  'disabled-user': (_: Customer, name: string) =>
    `${name} is disabled. Enable him first, with users/enable of the API.`,
  'turned-off': (_: Customer, name: string) =>
    `The groups of ${name} allow no recovery codes. See their methods: npx countersign groups list`,
  repeated: () => 'These codes were made already.',
}

async function passkeys(name: string, options: { customer?: number }): Promise<Report> {
  return withStore(async (store) => {
    const customer = await customerOf(store, options.customer)
    const outcome = await listPasskeys({ store }, { customer, username: name })
    if (!outcome.ok) throw new Refusal(noUser(customer, name))
    const shown = outcome.passkeys.map(({ id, label, createdAtMs, lastUsedAtMs }) => ({
      id,
      name: label,
      addedAt: shownTime(createdAtMs),
      lastUsedAt: lastUsedAtMs === null ? null : shownTime(lastUsedAtMs),
    }))
    const rows = shown.map((one) => [one.name ?? '-', one.addedAt, one.lastUsedAt ?? '-', one.id])
    const text =
      rows.length === 0 ? `${name} has no passkeys.` : columns([['name', 'added', 'last used', 'id'], ...rows])
    return { text, json: { customerKey: customer.id, username: name, passkeys: shown } }
  })
}

async function removePasskeyOf(name: string, id: string, options: { customer?: number }): Promise<Report> {
  return withStore(async (store) => {
    const customer = await customerOf(store, options.customer)
    const nowMs = await nowOf(store)
    const engine = { store, clock: () => nowMs }
    const outcome = await removePasskey(engine, { customer, username: name, request: null, requestId: null }, id)
    if (!outcome.ok && outcome.reason === 'unknown-user') throw new Refusal(noUser(customer, name))
    if (!outcome.ok)
      throw new Refusal(`${name} has no passkey ${id}. This lists them: npx countersign users passkeys ${name}`)
    return { text: 'The passkey is removed.', json: { customerKey: customer.id, username: name, removed: id } }
  })
}

async function namedSubject(store: Store, customer: Customer, name: string): Promise<Subject> {
  const folded = foldUsername(name)
  const user = await store.read.users.find(customer.id, folded)
  return user ? userSubject(user.id) : strangerSubject(customer, folded)
}

/** Spelled as the engine spells it when it counts. */
function contactOf(customer: Customer, text: string): Subject {
  const email = readEmail(text)
  const contact = email === undefined ? readPhone(text, customer.settings.defaultCountry) : foldEmail(email)
  if (contact !== undefined) return contactSubject(customer, contact)
  throw new Refusal(`${text} is neither a phone number nor an e-mail address. Write a number as +15551234567.`)
}
