import { isDeepStrictEqual } from 'node:util'
import type { Command } from 'commander'
import type { Store } from '../store/open.ts'
import { serverScope } from '../vocabulary/customer.ts'
import { customerOf, nowOf, withStore } from './database.ts'
import { applyChange, type Known, knownSettings, lineOf, shownOf, storedValue } from './known-settings.ts'
import { customerOption, example } from './options.ts'
import { type Act, Refusal, type Report } from './report.ts'
import { exportSettings } from './settings-export.ts'
import { importSettings } from './settings-import.ts'
import { columns } from './terminal.ts'

export function settings(program: Command, act: Act): void {
  const noun = program
    .command('settings')
    .description('Settings of the server and of each customer, kept in the database; docs/operating.md explains them')
    .addHelpText('after', example('settings get', 'settings set codeLength 8', 'settings import settings.json'))
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
  noun
    .command('import')
    .description('Make all changes of a JSON file, or none when anything in it is wrong; what it leaves out stays')
    .argument('<file>', 'the file; - reads standard input')
    .option('--dry-run', 'only say what would change')
    .addHelpText('after', example('settings import settings.json --dry-run', 'settings import -'))
    .action(act(importSettings))
  noun
    .command('export')
    .description('Print what was set as JSON that import reads; secrets are left out')
    .addOption(customerOption('only the settings of this customer (default: the server and all customers)'))
    .addHelpText('after', example('settings export', 'settings export --customer 482913'))
    .action(act(exportSettings))
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
    const shown = settingOf(one, scope, await store.read.settings.all(scope))
    const text = one.setting.parts ? JSON.stringify(shown.value, null, 2) : lineOf(shown.value)
    return { text, json: shown }
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
    lineOf(shown.value),
    shown.isDefault ? 'default' : '',
    shown.customerKey === null ? 'server' : `customer ${shown.customerKey}`,
  ])
  const hint = id === undefined ? '\n\nThe settings of a customer: add --customer <key>.' : ''
  return { text: columns([['name', 'value', '', 'of'], ...rows]) + hint, json: { settings: all } }
}

async function set(name: string, text: string, options: Options): Promise<Report> {
  const one = find(name)
  const { setting } = one
  if (text !== '' && setting.parse(text) === undefined) throw new Refusal(mistakeOf(one, text))
  return withStore(async (store) => {
    const scope = await scopeOf(store, one, options)
    const nowMs = await nowOf(store)
    await store.write((tx) => applyChange(tx, { scope, name, text, isAudited: !setting.isSecret }, nowMs))
    const shown = settingOf(one, scope, await store.read.settings.all(scope))
    const owner = scope === serverScope ? 'the server' : `customer ${scope}`
    const risk = setting.risk && !shown.isDefault ? `\nMind: ${setting.risk}` : ''
    const value = `${lineOf(shown.value)}${shown.isDefault ? ', the default' : ''}`
    return { text: `${name} of ${owner} is now ${value}. Servers follow within about a second.${risk}`, json: shown }
  })
}

function find(name: string): Known {
  const one = knownSettings.find((candidate) => candidate.name === name)
  if (one) return one
  throw new Refusal(`There is no setting ${name}. There are: ${knownSettings.map((each) => each.name).join(', ')}.`)
}

function mistakeOf({ name, setting }: Known, text: string): string {
  const problem = setting.parts?.problems(parsed(text))[0]
  if (problem !== undefined) return `${problem} It means: ${setting.meaning}`
  return `${name} cannot be ${setting.isSecret ? 'this value' : `"${text}"`}. It means: ${setting.meaning}`
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
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
  const own = knownSettings.filter(({ isServers }) => isServers === (scope === serverScope))
  return own.map((one) => settingOf(one, scope, stored))
}

function settingOf(one: Known, scope: number, stored: ReadonlyMap<string, string>): Shown {
  const { name, setting } = one
  const value = storedValue(one, stored)
  const isDefault = value === undefined || isDeepStrictEqual(value, setting.fallback)
  return {
    name,
    customerKey: scope === serverScope ? null : scope,
    value: isDefault ? setting.fallback : shownOf(setting, value),
    isDefault,
    meaning: setting.meaning,
  }
}
