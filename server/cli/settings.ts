import type { Command } from 'commander'
import { customerSettings, type Setting, serverSettings } from '../settings.ts'
import { serverScope } from '../store/keys.ts'
import type { Store } from '../store/open.ts'
import { customerOf, noteOf, nowOf, withStore } from './database.ts'
import { customerOption, example } from './options.ts'
import { type Act, Refusal, type Report } from './report.ts'
import { columns } from './terminal.ts'

interface Known {
  readonly name: string
  readonly setting: Setting<unknown>
  readonly isServers: boolean
}

/** Every setting that lives in the database. */
const known: readonly Known[] = [
  ...Object.entries<Setting<unknown>>(serverSettings).map(([name, setting]) => ({ name, setting, isServers: true })),
  ...Object.entries<Setting<unknown>>(customerSettings).map(([name, setting]) => ({ name, setting, isServers: false })),
]

export function settings(program: Command, act: Act): void {
  const noun = program
    .command('settings')
    .description('Settings of the server and of each customer, kept in the database; docs/operating.md explains them')
    .addHelpText('after', example('settings get', 'settings set codeLength 8'))
  noun
    .command('get')
    .description('Show settings, or one; a secret is shown as (set)')
    .argument('[name]', 'name of the setting')
    .addOption(customerOption())
    .addHelpText('after', example('settings get', 'settings get codeTtlSeconds --customer 482913'))
    .action(act(get))
  noun
    .command('set')
    .description('Change a setting; servers follow within about a second')
    .argument('<name>', 'name of the setting')
    .argument('<value>', 'new value; "" returns to the default')
    .addOption(customerOption())
    .addHelpText(
      'after',
      example(
        'settings set smtpUrl smtps://user:password@mail.example.com:465',
        'settings set codeLength 8 --customer 482913',
      ),
    )
    .action(act(set))
  noun
    .command('unset')
    .description('Return a setting to its default')
    .argument('<name>', 'name of the setting')
    .addOption(customerOption())
    .addHelpText('after', example('settings unset codeLength'))
    .action(act((name: string, options: Options) => set(name, '', options)))
}

interface Options {
  readonly customer?: number
}

interface Shown {
  readonly name: string
  /** Null: of the server. */
  readonly customerKey: number | null
  readonly value: unknown
  readonly isDefault: boolean
  readonly meaning: string
}

async function get(name: string | undefined, options: Options): Promise<Report> {
  return withStore(async (store) => {
    if (name === undefined) return getAll(store, options)
    const one = find(name)
    const scope = await scopeOf(store, one, options)
    const shown = shownOf(one, scope, await store.read.settings.all(scope))
    return { text: shownValue(shown), json: shown }
  })
}

/** Those of the server; and those of the customer that was named, or of the only one there is. */
async function getAll(store: Store, { customer }: Options): Promise<Report> {
  const [first, second] = await store.read.customers.list()
  const only = second ? undefined : first?.id
  const id = customer === undefined ? only : (await customerOf(store, customer)).id
  const all = [
    ...(customer === undefined ? await read(store, serverScope) : []),
    ...(id === undefined ? [] : await read(store, id)),
  ]
  const rows = all.map((shown) => [
    shown.name,
    shownValue(shown),
    shown.isDefault ? 'default' : '',
    shown.customerKey === null ? 'server' : `customer ${shown.customerKey}`,
  ])
  const hint = id === undefined ? '\n\nThe settings of a customer: add --customer <key>.' : ''
  return { text: columns([['name', 'value', '', 'of'], ...rows]) + hint, json: { settings: all } }
}

async function set(name: string, text: string, options: Options): Promise<Report> {
  const one = find(name)
  const { setting } = one
  if (text !== '' && setting.parse(text) === undefined) {
    const value = setting.isSecret ? 'this value' : `"${text}"`
    throw new Refusal(`${name} cannot be ${value}. It means: ${setting.meaning}`)
  }
  return withStore(async (store) => {
    const scope = await scopeOf(store, one, options)
    const nowMs = await nowOf(store)
    const detail = { name, ...(setting.isSecret || text === '' ? {} : { value: text }) }
    await store.write(async (tx) => {
      if (text === '') await tx.settings.unset(scope, name)
      else await tx.settings.set(scope, name, text, nowMs)
      await tx.audit.append(scope, noteOf('setting', null, detail), text === '' ? 'unset' : 'set', nowMs)
    })
    const shown = shownOf(one, scope, await store.read.settings.all(scope))
    const owner = scope === serverScope ? 'the server' : `customer ${scope}`
    const risk = setting.risk && !shown.isDefault ? `\nMind: ${setting.risk}` : ''
    const value = `${shownValue(shown)}${shown.isDefault ? ', the default' : ''}`
    return { text: `${name} of ${owner} is now ${value}. Servers follow within about a second.${risk}`, json: shown }
  })
}

function find(name: string): Known {
  const one = known.find((candidate) => candidate.name === name)
  if (one) return one
  throw new Refusal(`There is no setting ${name}. There are: ${known.map((each) => each.name).join(', ')}.`)
}

/** The server, or the customer that was named or is the only one. */
async function scopeOf(store: Store, { name, isServers }: Known, { customer }: Options): Promise<number> {
  if (!isServers) return (await customerOf(store, customer)).id
  if (customer === undefined) return serverScope
  throw new Refusal(`${name} is a setting of the whole server: leave --customer away.`)
}

/** Every setting of a scope. */
async function read(store: Store, scope: number): Promise<Shown[]> {
  const stored = await store.read.settings.all(scope)
  const own = known.filter(({ isServers }) => isServers === (scope === serverScope))
  return own.map((one) => shownOf(one, scope, stored))
}

function shownOf({ name, setting }: Known, scope: number, stored: ReadonlyMap<string, string>): Shown {
  const text = stored.get(name)
  const value = text === undefined ? undefined : setting.parse(text)
  const isDefault = value === undefined || value === setting.fallback
  return {
    name,
    customerKey: scope === serverScope ? null : scope,
    value: setting.isSecret && !isDefault ? '(set)' : (value ?? setting.fallback),
    isDefault,
    meaning: setting.meaning,
  }
}

function shownValue({ value }: Shown): string {
  return value === '' ? '(empty)' : String(value)
}
