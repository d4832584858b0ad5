import { isIP } from 'node:net'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Config } from '../config.ts'
import { listDevices } from '../engine/adaptive-devices.ts'
import { readPolicies, setPolicy } from '../engine/adaptive-policy.ts'
import { eraseRisk, explain, exportRisk, replay, simulate } from '../engine/adaptive-review.ts'
import type { RiskCore } from '../engine/ports.ts'
import { openNetworks } from '../networks.ts'
import type { Finding } from '../risk/facts.ts'
import type { KeptEvaluation } from '../risk/kept.ts'
import { defaultPolicy, type Policy, readPolicy } from '../risk/policy-file.ts'
import type { Store } from '../store/open.ts'
import type { Customer } from '../vocabulary/customer.ts'
import { customerOf, nowOf, withStore } from './database.ts'
import { jsonOf } from './json-file.ts'
import { customerOption, example, wholeNumber } from './options.ts'
import { type Act, Refusal, type Report } from './report.ts'
import { shownTime } from './terminal.ts'

const replayMax = 100_000
/** Of changes, for people. */
const shownMax = 50

export function risk(program: Command, act: Act): void {
  const noun = program
    .command('risk')
    .description('How sign-ins are weighed, and why; docs/risk-model.md explains it')
    .addHelpText('after', example('risk explain alice@example.com', 'risk replay draft.json'))
  noun
    .command('explain')
    .description('Show what was decided of the last sign-ins of a user, and why')
    .argument('<name>', 'name of the user')
    .addOption(customerOption())
    .addOption(new Option('--limit <n>', 'sign-ins to show').argParser(wholeNumber(1, 1_000)).default(5))
    .addHelpText('after', example('risk explain alice@example.com --limit 20'))
    .action(act(explainUser))
  noun
    .command('simulate')
    .description('Say what would come of a sign-in, and keep nothing of it')
    .argument('<name>', 'name of the user')
    .addOption(customerOption())
    .addOption(new Option('--address <address>', 'IP address that it comes from').argParser(address))
    .option('--user-agent <text>', 'what the browser says of itself')
    .option('--device <id>', 'one of the remembered devices, which this command lists')
    .option('--policy <file>', 'a draft, as JSON, instead of the policy that counts')
    .addHelpText(
      'after',
      example(
        'risk simulate alice@example.com --address 203.0.113.7',
        'risk simulate alice@example.com --policy draft.json',
      ),
    )
    .action(act(simulateSignIn))
  noun
    .command('replay')
    .description('Try a draft of a policy on the last sign-ins of the customer')
    .argument('<file>', 'the draft, as JSON')
    .addOption(customerOption())
    .addOption(new Option('--limit <n>', 'sign-ins to try it on').argParser(wholeNumber(1, replayMax)).default(1_000))
    .addHelpText('after', example('risk replay draft.json --limit 10000'))
    .action(act(replayDraft))
  addPolicy(noun, act)
  noun
    .command('export')
    .description('Print all that is kept of a user for weighing risk, as JSON')
    .argument('<name>', 'name of the user')
    .addOption(customerOption())
    .addHelpText('after', example('risk export alice@example.com'))
    .action(act(exportUser))
  noun
    .command('erase')
    .description('Forget all of it: the next sign-in of the user is his first')
    .argument('<name>', 'name of the user')
    .addOption(customerOption())
    .addHelpText('after', example('risk erase alice@example.com'))
    .action(act(eraseUser))
}

function addPolicy(noun: Command, act: Act): void {
  const policy = noun
    .command('policy')
    .description('Policies: of the customer, of an app, of a group')
    .addHelpText('after', example('risk policy show', 'risk policy set policy.json'))
  policy
    .command('show')
    .description('Show a policy with its defaults, as JSON')
    .addOption(scopeOption())
    .addOption(customerOption())
    .addHelpText('after', example('risk policy show', 'risk policy show --scope app:7a0e5b'))
    .action(act(showPolicy))
  policy
    .command('set')
    .description('Set a policy from a file')
    .argument('<file>', 'the policy, as JSON; what it leaves out is as by default')
    .addOption(scopeOption())
    .addOption(customerOption())
    .addHelpText('after', example('risk policy set policy.json'))
    .action(act(changePolicy))
  policy
    .command('unset')
    .description('Take a policy away')
    .addOption(scopeOption())
    .addOption(customerOption())
    .addHelpText('after', example('risk policy unset --scope group:7'))
    .action(act((options: Options & Scoped) => writePolicy(options, null)))
}

function scopeOption(): Option {
  return new Option('--scope <scope>', 'app:<id> or group:<id> (default: the customer)').default('')
}

interface Options {
  readonly customer?: number
}

interface Scoped {
  readonly scope: string
}

function address(text: string): string {
  if (isIP(text) !== 0) return text
  throw new InvalidArgumentError('It must be a complete IPv4 or IPv6 address.')
}

/** The engine's view of the database and files that the settings name. */
function withRisk<T>(
  { customer: key }: Options,
  job: (engine: RiskCore & { readonly store: Store }, customer: Customer) => Promise<T>,
): Promise<T> {
  return withStore(async (store, config: Config) => {
    const customer = await customerOf(store, key)
    const nowMs = await nowOf(store)
    const networks = openNetworks(config.networks)
    const policies = (id: number) => readPolicies(store.read.riskPolicies.all, id)
    return job(
      { store, clock: () => nowMs, observe: () => undefined, networkOf: (one) => networks.of(one), policies },
      customer,
    )
  })
}

const noUser = 'There is no user of this name. This lists them: npx countersign users list'

async function explainUser(username: string, options: Options & { readonly limit: number }): Promise<Report> {
  return withRisk(options, async (engine, customer) => {
    const all = await explain(engine, customer, username, options.limit)
    if (!all) throw new Refusal(noUser)
    const json = all.map(({ id, atMs, state, record }) => ({ id, atMs, state, ...record.assessment }))
    const text = all.length === 0 ? `No sign-in of ${username} was weighed yet.` : all.map(shownEvaluation).join('\n\n')
    return { text, json: { customerKey: customer.id, username, evaluations: json } }
  })
}

function shownEvaluation({ id, atMs, state, score, decision, record }: KeptEvaluation): string {
  return `${shownTime(atMs)}  ${decision} at ${score} of 100, ${state} (${id})\n${shownFindings(record.assessment.findings)}`
}

function shownFindings(findings: readonly Finding[]): string {
  return findings
    .map(({ points, because }) => `  ${(points > 0 ? `+${points}` : String(points)).padStart(4)}  ${because}`)
    .join('\n')
}

interface SimulateOptions extends Options {
  readonly address?: string
  readonly userAgent?: string
  readonly device?: string
  readonly policy?: string
}

async function simulateSignIn(username: string, options: SimulateOptions): Promise<Report> {
  const policy = options.policy === undefined ? null : policyIn(options.policy)
  return withRisk(options, async (engine, customer) => {
    const devices = await listDevices(engine, customer, username)
    if (options.device !== undefined && !devices.some(({ id }) => id === options.device))
      throw new Refusal(
        `The user has no such device. He has: ${devices.map(({ id, label }) => `${id} (${label})`).join(', ') || 'none'}.`,
      )
    const outcome = await simulate(engine, {
      ...{ customer, username, policy, app: null, groups: [], atMs: engine.clock() },
      facts: {
        ...{ address: options.address ?? null, userAgent: options.userAgent ?? null, hints: {}, components: {} },
        roundTripMs: null,
      },
      deviceId: options.device ?? null,
    })
    const { score, unenforced, findings, evidence, freeman } = outcome
    const known = devices.map(
      ({ id, label, lastUsedAtMs }) => `  ${id}  ${label}, last used ${shownTime(lastUsedAtMs)}`,
    )
    const text = [
      `${unenforced} at ${score} of 100${freeman === null ? '' : ` (model freeman: ${freeman.toPrecision(3)})`}`,
      shownFindings(findings),
      ...(known.length === 0 ? [] : ['Remembered devices, for --device:', ...known]),
    ].join('\n')
    return { text, json: { decision: unenforced, score, findings, freeman, evidence, devices } }
  })
}

async function replayDraft(file: string, options: Options & { readonly limit: number }): Promise<Report> {
  const policy = policyIn(file)
  return withRisk(options, async (engine, customer) => {
    const outcome = await replay(engine, { customer, policy, limit: options.limit })
    const { total, would, changes, changed } = outcome
    const text = [
      `Of ${total} sign-ins it would allow ${would.allow}, challenge ${would.challenge} and deny ${would.deny}.`,
      ...Object.entries(changes).map(([change, count]) => `${change}: ${count}`),
      ...changed
        .slice(0, shownMax)
        .map(
          (one) =>
            `  ${shownTime(one.atMs)}  ${one.username}  ${one.was.decision} → ${one.would.decision} (${one.would.score})`,
        ),
      ...(changed.length > shownMax ? [`  … and ${changed.length - shownMax} more; --json shows them.`] : []),
    ].join('\n')
    return { text, json: outcome }
  })
}

async function showPolicy({ scope, ...options }: Options & Scoped): Promise<Report> {
  return withRisk(options, async (engine, customer) => {
    const all = await engine.policies(customer.id)
    if (scope !== '' && !all.has(scope))
      throw new Refusal(`There is no policy of ${scope}. There are: ${[...all.keys()].join(', ') || 'none'}.`)
    const policy = all.get(scope) ?? defaultPolicy
    const others = [...all.keys()].filter((one) => one !== scope).map((one) => one || 'the customer')
    const aside = others.length === 0 ? {} : { aside: `There are also policies of ${others.join(', ')}.` }
    return { text: JSON.stringify(policy, null, 2), json: { scope, isDefault: !all.has(scope), policy }, ...aside }
  })
}

async function changePolicy(file: string, options: Options & Scoped): Promise<Report> {
  return writePolicy(options, jsonOf(file))
}

async function writePolicy({ scope, ...options }: Options & Scoped, policy: unknown): Promise<Report> {
  return withRisk(options, async (engine, customer) => {
    const outcome = await setPolicy(engine, { customer, scope, policy, requestId: null })
    if (!outcome.ok) throw new Refusal(outcome.problems.join('\n'))
    const of = scope === '' ? `customer ${customer.id}` : scope
    return {
      text: policy === null ? `The policy of ${of} is taken away.` : `The policy of ${of} is set.`,
      json: { customerKey: customer.id, scope, isSet: policy !== null },
    }
  })
}

function policyIn(file: string): Policy {
  const read = readPolicy(jsonOf(file))
  if ('problems' in read) throw new Refusal(read.problems.join('\n'))
  return read.policy
}

async function exportUser(username: string, options: Options): Promise<Report> {
  return withRisk(options, async (engine, customer) => {
    const all = await exportRisk(engine, customer, username)
    if (!all) throw new Refusal(noUser)
    return { text: JSON.stringify(all, null, 2), json: all }
  })
}

async function eraseUser(username: string, options: Options): Promise<Report> {
  return withRisk(options, async (engine, customer) => {
    if (!(await eraseRisk(engine, customer, username))) throw new Refusal(noUser)
    return {
      text: `Nothing of ${username} is known to the risk engine any more.`,
      json: { customerKey: customer.id, username, isErased: true },
    }
  })
}
