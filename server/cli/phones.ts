import type { Command } from 'commander'
import { isForPhones } from '../engine/app-link.ts'
import { listDevices, removeDevice } from '../engine/devices.ts'
import { offerPairing } from '../engine/pairing.ts'
import type { Customer } from '../vocabulary/customer.ts'
import { customerOf, noUser, nowOf, withStore } from './database.ts'
import { customerOption, example } from './options.ts'
import { type Act, Refusal, type Report } from './report.ts'
import { columns, shownTime } from './terminal.ts'

interface Options {
  readonly customer?: number
}

export function phones(program: Command, act: Act): void {
  const noun = program
    .command('phones')
    .description('Phones that users paired with the app (docs/phone-app.md)')
    .addHelpText('after', example('phones pair alice@example.com'))
  noun
    .command('pair')
    .description('Show a QR code that pairs a phone of a user, once, for five minutes')
    .argument('<name>', 'name of the user')
    .addOption(customerOption())
    .addHelpText('after', example('phones pair alice@example.com'))
    .action(act(pair))
  noun
    .command('list')
    .description('List the phones of a user')
    .argument('<name>', 'name of the user')
    .addOption(customerOption())
    .addHelpText('after', example('phones list alice@example.com'))
    .action(act(list))
  noun
    .command('remove')
    .description('Remove a phone of a user, who is told: it is refused at once, with its soft token')
    .argument('<name>', 'name of the user')
    .argument('<id>', 'id of the phone, as the list shows it')
    .addOption(customerOption())
    .addHelpText('after', example('phones remove alice@example.com 0d2e5a0e-5a53-4cde-9d54-8f0a3f6b2c11'))
    .action(act(remove))
}

async function pair(name: string, options: Options): Promise<Report> {
  return withStore(async (store, { baseUrl }) => {
    const customer = await customerOf(store, options.customer)
    const nowMs = await nowOf(store)
    const engine = { store, baseUrl, clock: () => nowMs }
    const outcome = await offerPairing(engine, { customer, username: name, request: null, requestId: null })
    if (!outcome.ok) throw new Refusal(whyNot[outcome.reason](customer, name))
    const { default: qrcode } = await import('qrcode')
    // In colours, a terminal shows it right whether it is dark or light.
    const way = process.stdout.isTTY ? ({ type: 'terminal', small: true } as const) : ({ type: 'utf8' } as const)
    const code = await qrcode.toString(outcome.link, way)
    const text = `Scan this with the phone of ${name}, or open the link on it, by ${shownTime(outcome.expiresAtMs)}:\n\n${code}\n${outcome.link}`
    const aside = `Phones refuse ${baseUrl}: it is not https. See TLS in docs/operating.md.`
    const json = { customerKey: customer.id, username: name, link: outcome.link, until: shownTime(outcome.expiresAtMs) }
    return { text, json, ...(isForPhones(baseUrl) ? {} : { aside }) }
  })
}

const whyNot = {
  'unknown-user': noUser,
  'disabled-user': (_: Customer, name: string) =>
    `${name} is disabled. Enable him first, with users/enable of the API.`,
  'turned-off': (_: Customer, name: string) =>
    `The groups of ${name} allow nothing that a phone is good for. See their methods: npx countersign groups list`,
  'too-many-devices': (_: Customer, name: string) =>
    `${name} has as many phones as one may have. Remove one: npx countersign phones list ${name}`,
  repeated: () => 'This code was made already.',
}

async function list(name: string, options: Options): Promise<Report> {
  return withStore(async (store) => {
    const customer = await customerOf(store, options.customer)
    const outcome = await listDevices({ store }, { customer, username: name })
    if (!outcome.ok) throw new Refusal(noUser(customer, name))
    const shown = outcome.devices.map((one) => ({
      id: one.id,
      name: one.name,
      pairedAt: shownTime(one.createdAtMs),
      lastUsedAt: one.lastUsedAtMs === null ? null : shownTime(one.lastUsedAtMs),
      hasPush: one.push !== null,
    }))
    const rows = shown.map((one) => [
      one.name,
      one.pairedAt,
      one.lastUsedAt ?? '-',
      one.hasPush ? 'push' : 'app must be open',
      one.id,
    ])
    const table = columns([['name', 'paired', 'last used', 'asked by', 'id'], ...rows])
    return {
      text: rows.length === 0 ? `${name} has no phones.` : table,
      json: { customerKey: customer.id, username: name, phones: shown },
    }
  })
}

async function remove(name: string, id: string, options: Options): Promise<Report> {
  return withStore(async (store) => {
    const customer = await customerOf(store, options.customer)
    const nowMs = await nowOf(store)
    const request = { customer, username: name, deviceId: id, request: null, requestId: null }
    const outcome = await removeDevice({ store, clock: () => nowMs }, request)
    if (!outcome.ok && outcome.reason === 'unknown-user') throw new Refusal(noUser(customer, name))
    if (!outcome.ok)
      throw new Refusal(`${name} has no phone ${id}. This lists them: npx countersign phones list ${name}`)
    return { text: 'The phone is removed.', json: { customerKey: customer.id, username: name, removed: id } }
  })
}
