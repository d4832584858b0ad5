import { type Command, Option } from 'commander'
import { defaultCustomerKeys } from '../api/miniorange/default-customers.ts'
import { randomCustomerKey } from '../bootstrap.ts'
import { randomApiKey } from '../security/random.ts'
import type { Store } from '../store/open.ts'
import { customerOf, noteOf, nowOf, withStore } from './database.ts'
import { customerKey, customerName, example, graceOption, shownEnd } from './options.ts'
import { addDefault, defaultKey, publicKey, rotatePluginSecrets, setLogin } from './plugin-customers.ts'
import { type Act, Refusal, type Report } from './report.ts'
import { columns, shownTime } from './terminal.ts'

/** How often a random key that is taken is thrown again. */
const triesMax = 20
const minuteMs = 60_000

export function customers(program: Command, act: Act): void {
  const noun = program
    .command('customers')
    .description('Customers: sites that share nothing, each with a key of its own')
    .addHelpText('after', example('customers list'))
  noun
    .command('add')
    .description('Add a customer; prints its API key, once')
    .requiredOption('--name <name>', 'name that messages and authenticator apps show')
    .addOption(
      new Option('--key <key>', 'customer key, decimal digits (default: six random ones)').argParser(customerKey),
    )
    .addHelpText('after', example('customers add --name "Acme"'))
    .action(act(add))
  noun
    .command('list')
    .description('List the customers')
    .addHelpText('after', example('customers list'))
    .action(act(list))
  noun
    .command('rotate-key')
    .description('Give a customer a new API key; the old one ends within about a second, or after a while')
    .argument('<key>', 'customer key', customerKey)
    .addOption(graceOption())
    .addHelpText('after', example('customers rotate-key 482913', 'customers rotate-key 482913 --grace 60'))
    .action(act(rotateKey))
  noun
    .command('rotate-secrets')
    .description('Give a customer a new token and appSecret, which plugins of miniOrange ask for beside the API key')
    .argument('<key>', 'customer key', customerKey)
    .addOption(graceOption('how long the old appSecret still counts'))
    .addHelpText('after', example('customers rotate-secrets 482913 --grace 60'))
    .action(act(rotatePluginSecrets))
  noun
    .command('add-default')
    .description(
      'Let plugins ask for sign-up codes before their site has a customer; the key is printed in each plugin',
    )
    .addArgument(defaultKey)
    .requiredOption('--api-key <key>', 'the API key as the plugin prints it', publicKey)
    .option('--name <name>', 'name that messages show', 'Sign-up')
    .addHelpText('after', example('customers add-default 16555 --api-key the-key-that-the-plugin-prints'))
    .action(act(addDefault))
  noun
    .command('set-login')
    .description('Give a customer an account with a new password, which a plugin asks for; prints it, once')
    .argument('<key>', 'customer key', customerKey)
    .requiredOption('--email <address>', 'e-mail address to sign in with')
    .addHelpText('after', example('customers set-login 482913 --email admin@example.com'))
    .action(act(setLogin))
}

async function add({ name, key }: { name: string; key?: number }): Promise<Report> {
  const shown = customerName(name)
  if (key !== undefined && defaultCustomerKeys.has(key))
    throw new Refusal(`${key} is a default customer of plugins: npx countersign customers add-default ${key}`)
  return withStore(async (store) => {
    const apiKey = randomApiKey()
    const id = await addFree(store, key, shown, apiKey)
    const keys = columns([
      ['Customer key', String(id)],
      ['API key', apiKey],
    ])
    const text = `"${shown}" is added. Keep the API key now; it can be replaced and not shown again.\n\n${keys}`
    return { text, json: { customerKey: id, name: shown, apiKey } }
  })
}

/** Takes the wanted key, or random ones until one is free. */
async function addFree(store: Store, wanted: number | undefined, name: string, apiKey: string): Promise<number> {
  const nowMs = await nowOf(store)
  for (let tries = 0; tries < triesMax; tries++) {
    const id = wanted ?? randomCustomerKey()
    const isAdded = await store.write(async (tx) => {
      if (!(await tx.customers.add(id, name, apiKey, nowMs))) return false
      await tx.audit.append(id, noteOf('customer', null), 'created', nowMs)
      return true
    })
    if (isAdded) return id
    if (wanted !== undefined)
      throw new Refusal(`The customer key ${id} is taken. Choose another --key, or leave it away.`)
  }
  throw new Refusal('No free customer key was found by chance. Choose one with --key.')
}

async function list(): Promise<Report> {
  return withStore(async (store) => {
    const all = await store.read.customers.list()
    const rows = all.map(({ id, name, createdAtMs }) => [String(id), name, shownTime(createdAtMs)])
    const text =
      all.length === 0
        ? 'There is no customer yet. Add one: npx countersign customers add --name <name>'
        : columns([['key', 'name', 'added'], ...rows])
    const json = all.map(({ id, name, createdAtMs }) => ({ customerKey: id, name, addedAt: shownTime(createdAtMs) }))
    return { text, json: { customers: json } }
  })
}

async function rotateKey(key: number, { grace }: { grace: number }): Promise<Report> {
  return withStore(async (store) => {
    const { id, name } = await customerOf(store, key)
    const apiKey = randomApiKey()
    const nowMs = await nowOf(store)
    const untilMs = nowMs + grace * minuteMs
    await store.write(async (tx) => {
      await tx.customers.setApiKey(id, apiKey, grace === 0 ? 0 : untilMs)
      await tx.audit.append(id, noteOf('customer', null, { graceMinutes: grace }), 'key-rotated', nowMs)
    })
    const text = `"${name}" (${id}) has a new API key. Keep it now; the old one ends ${shownEnd(grace, untilMs)}.\n\nAPI key  ${apiKey}`
    return { text, json: { customerKey: id, apiKey, oldUntil: shownTime(untilMs) } }
  })
}
