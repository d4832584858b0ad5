import { type Command, InvalidArgumentError, Option } from 'commander'
import { addressList } from '../config.ts'
import { foldGroupName } from '../engine/groups.ts'
import { randomApiKey, randomId, randomSecret } from '../security/random.ts'
import { customerSettings } from '../settings.ts'
import type { Store } from '../store/open.ts'
import type { App, SignatureOrder } from '../vocabulary/app.ts'
import type { Customer } from '../vocabulary/customer.ts'
import type { GroupName } from '../vocabulary/group.ts'
import { customerOf, noteOf, nowOf, withStore } from './database.ts'
import { customerOption, example, graceOption, misuse, shownEnd, wholeNumber } from './options.ts'
import { type Act, Refusal, type Report } from './report.ts'
import { columns, shownTime } from './terminal.ts'

const trustedMax = 50
const groupsMax = 50
const orders = ['node', 'java', 'php', 'table', 'framed'] as const satisfies readonly SignatureOrder[]

interface Choice {
  readonly hmacOrder?: SignatureOrder
  readonly trustedIp?: readonly string[]
  readonly factors?: number
  readonly group?: readonly string[]
}

export function apps(program: Command, act: Act): void {
  const noun = program
    .command('apps')
    .description('Programs that call with an integration key and a secret key of their own (docs/centagate.md)')
    .addHelpText('after', example('apps add --name "Web shop"'))
  chosen(noun.command('add').description('Add an app; prints its secret key, once'))
    .requiredOption('--name <name>', 'name of the app, unique within the customer')
    .addHelpText(
      'after',
      example(
        'apps add --name "Web shop" --hmac-order java --trusted-ip 192.0.2.0/24,2001:db8::1',
        'apps add --name "Till" --group Staff --group Guests',
      ),
    )
    .action(act(add))
  noun
    .command('list')
    .description('List the apps, without their secret keys')
    .addOption(customerOption())
    .addHelpText('after', example('apps list'))
    .action(act(list))
  chosen(
    noun
      .command('change')
      .description('Change how an app signs, where it calls from, what signs a user in, or which users'),
  )
    .argument('<app>', 'name or integration key')
    .addOption(new Option('--any-group', 'serve the users of all groups again').conflicts('group'))
    .addHelpText('after', example('apps change "Web shop" --hmac-order php', 'apps change Till --group Staff'))
    .action(act(change))
  noun
    .command('rotate')
    .description('Give an app a new secret key; the old one ends within about a second, or after a while')
    .argument('<app>', 'name or integration key')
    .addOption(graceOption())
    .addOption(customerOption())
    .addHelpText('after', example('apps rotate "Web shop" --grace 60'))
    .action(act(rotate))
  noun
    .command('remove')
    .description('Remove an app with its sign-ins; its calls are refused within about a second')
    .argument('<app>', 'name or integration key')
    .addOption(customerOption())
    .addHelpText('after', example('apps remove "Web shop"'))
    .action(act(remove))
}

function chosen(command: Command): Command {
  return command
    .addOption(customerOption())
    .addOption(
      new Option('--hmac-order <order>', 'sample its calls are signed like (of a new one: node)').choices(orders),
    )
    .addOption(
      new Option('--trusted-ip <list>', 'addresses and CIDR ranges it may call from; "any" for all').argParser(trusted),
    )
    .addOption(
      new Option('--factors <n>', 'different methods that sign a user in (of a new one: 1)').argParser(
        wholeNumber(1, 2),
      ),
    )
    .addOption(
      new Option(
        '--group <name>',
        'serve the users of this group only; repeat it for more (left out: all users)',
      ).argParser((name: string, before: readonly string[] = []) => [...before, name]),
    )
}

function trusted(text: string): readonly string[] {
  const list = text === 'any' ? [] : addressList(text)
  if (list && list.length <= trustedMax) return list
  throw new InvalidArgumentError(`It must be up to ${trustedMax} addresses or CIDR ranges separated by commas, or any.`)
}

async function add({ name, customer: key, ...choice }: Choice & { name: string; customer?: number }): Promise<Report> {
  const shown = customerSettings.issuer.parse(name.trim())
  if (!shown) throw new Refusal('The name must have 1–60 visible characters and no colon.')
  return withStore(async (store) => {
    const customer = await customerOf(store, key)
    const customerId = customer.id
    const nowMs = await nowOf(store)
    const app: App = {
      id: randomId(),
      customerId,
      name: shown,
      key: randomSecret(32).toString('hex'),
      secret: randomApiKey(),
      oldSecret: null,
      oldSecretUntilMs: 0,
      signatureOrder: choice.hmacOrder ?? 'node',
      trustedAddresses: choice.trustedIp ?? [],
      factors: choice.factors ?? 1,
      allowedGroups: await groupsOf(store, customer, choice.group ?? []),
      createdAtMs: nowMs,
    }
    const isAdded = await store.write(async (tx) => {
      await tx.groups.alone(customerId)
      if (!(await tx.apps.add(app))) return false
      const detail = { app: app.id, name: shown, ...namesOf(app) }
      await tx.audit.append(customerId, noteOf('app', null, detail), 'created', nowMs)
      return true
    })
    if (!isAdded) throw new Refusal(`Customer ${customerId} has an app "${shown}" already. Choose another --name.`)
    const keys = columns([
      ['Integration key', app.key],
      ['Secret key', app.secret],
    ])
    const text = `"${shown}" is added. Keep the secret key now; it can be replaced and not shown again.\n\n${keys}`
    return { text, json: { integrationKey: app.key, secretKey: app.secret, ...told(app) } }
  })
}

async function list({ customer: key }: { customer?: number }): Promise<Report> {
  return withStore(async (store) => {
    const { id } = await customerOf(store, key)
    const all = await store.read.apps.list(id)
    const rows = all.map((app) => [
      app.name,
      app.key,
      app.signatureOrder,
      app.trustedAddresses.join(',') || 'any',
      String(app.factors),
      namesOf(app).groups.join(', ') || 'all',
      shownTime(app.createdAtMs),
    ])
    const text =
      all.length === 0
        ? `Customer ${id} has no app. Add one: npx countersign apps add --name <name>`
        : columns([['name', 'integration key', 'order', 'calls from', 'factors', 'groups', 'added'], ...rows])
    return { text, json: { customerKey: id, apps: all.map((app) => ({ integrationKey: app.key, ...told(app) })) } }
  })
}

async function change(
  which: string,
  { customer: key, anyGroup, ...choice }: Choice & { customer?: number; anyGroup?: true },
): Promise<Report> {
  const { hmacOrder, trustedIp, factors } = choice
  const names = anyGroup ? [] : choice.group
  if (!hmacOrder && !trustedIp && !factors && !names)
    throw misuse('Give --hmac-order, --trusted-ip, --factors, --group or --any-group')
  return withStore(async (store) => {
    const customer = await customerOf(store, key)
    const app = await appOf(store, customer, which)
    const allowedGroups = names && (await groupsOf(store, customer, names))
    const set = {
      ...(hmacOrder ? { signatureOrder: hmacOrder } : {}),
      ...(trustedIp ? { trustedAddresses: trustedIp } : {}),
      ...(factors ? { factors } : {}),
    }
    const changed = { ...app, ...set, ...(allowedGroups ? { allowedGroups } : {}) }
    const detail = {
      changed: [...Object.keys(set), ...(allowedGroups ? ['allowedGroups'] : [])],
      ...(allowedGroups ? { before: namesOf(app), after: namesOf(changed) } : {}),
    }
    await tell(store, app, 'updated', detail, (tx) =>
      tx.apps.change(customer.id, app.id, {
        ...set,
        ...(allowedGroups ? { allowedGroups: allowedGroups.map(({ id }) => id) } : {}),
      }),
    )
    const text = `"${app.name}" is changed, within about a second.`
    return { text, json: { integrationKey: app.key, ...told(changed) } }
  })
}

async function rotate(which: string, { grace, customer: key }: { grace: number; customer?: number }): Promise<Report> {
  return withStore(async (store) => {
    const customer = await customerOf(store, key)
    const app = await appOf(store, customer, which)
    const secret = randomApiKey()
    const untilMs = (await nowOf(store)) + grace * 60_000
    await tell(store, app, 'key-rotated', { graceMinutes: grace }, (tx) =>
      tx.apps.rotate(customer.id, app.id, secret, untilMs),
    )
    const text = `"${app.name}" has a new secret key. Keep it now; the old one ends ${shownEnd(grace, untilMs)}.\n\nSecret key  ${secret}`
    return { text, json: { integrationKey: app.key, secretKey: secret, oldUntil: shownTime(untilMs) } }
  })
}

async function remove(which: string, { customer: key }: { customer?: number }): Promise<Report> {
  return withStore(async (store) => {
    const customer = await customerOf(store, key)
    const app = await appOf(store, customer, which)
    await tell(store, app, 'deleted', {}, (tx) => tx.apps.remove(customer.id, app.id))
    return { text: `"${app.name}" is removed.`, json: { integrationKey: app.key } }
  })
}

async function groupsOf(store: Store, { id }: Customer, names: readonly string[]): Promise<GroupName[]> {
  if (names.length > groupsMax) throw misuse(`Give ${groupsMax} groups at most`)
  const found = new Map<number, GroupName>()
  for (const name of names) {
    const group = await store.read.groups.find(id, foldGroupName(name))
    if (!group) throw new Refusal(`Customer ${id} has no group "${name}". This lists them: npx countersign groups list`)
    found.set(group.id, group)
  }
  return [...found.values()]
}

async function appOf(store: Store, { id }: Customer, which: string): Promise<App> {
  const all = await store.read.apps.list(id)
  const app = all.find(({ name, key }) => name === which || key === which)
  if (app) return app
  throw new Refusal(`Customer ${id} has no app "${which}". This lists them: npx countersign apps list`)
}

/** One write: the change, and the line of the audit that tells of it. */
async function tell(
  store: Store,
  app: App,
  outcome: string,
  detail: object,
  job: (tx: Parameters<Parameters<Store['write']>[0]>[0]) => Promise<boolean>,
): Promise<void> {
  const nowMs = await nowOf(store)
  const isDone = await store.write(async (tx) => {
    await tx.groups.alone(app.customerId)
    if (!(await job(tx))) return false
    await tx.audit.append(app.customerId, noteOf('app', null, { app: app.id, ...detail }), outcome, nowMs)
    return true
  })
  if (!isDone) throw new Refusal(`"${app.name}" was changed by somebody else at the same moment. Try again.`)
}

function namesOf({ allowedGroups }: App): { readonly groups: readonly string[] } {
  return { groups: allowedGroups.map(({ name }) => name) }
}

function told(app: App) {
  const { name, customerId, signatureOrder, trustedAddresses, factors, createdAtMs } = app
  return {
    name,
    customerKey: customerId,
    hmacOrder: signatureOrder,
    trustedIps: trustedAddresses,
    factors,
    ...namesOf(app),
    addedAt: shownTime(createdAtMs),
  }
}
