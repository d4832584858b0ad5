import { readFileSync, statSync } from 'node:fs'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { EngineCore } from '../engine/ports.ts'
import { resyncToken } from '../engine/token-codes.ts'
import { exportTokens, importTokens } from '../engine/token-files.ts'
import {
  assignToken,
  disableToken,
  enableToken,
  type ListedToken,
  listTokens,
  type TokenOutcome,
  type TokenRefusal,
  type TokenRequest,
  unassignToken,
} from '../engine/tokens.ts'
import { formatNames, type TokenFormat } from '../tokens/read.ts'
import { fileLimits } from '../tokens/rows.ts'
import type { Customer } from '../vocabulary/customer.ts'
import { reasonOf } from '../why-not-started.ts'
import { customerOf, nowOf, withStore } from './database.ts'
import { customerOption, example, limitOption, misuse, offsetOption } from './options.ts'
import { type Act, Refusal, type Report } from './report.ts'
import { columns, shownTime } from './terminal.ts'

const exportSizeMax = 100_000
/** Of problems of a file, for people. */
const shownErrorsMax = 50

export function tokens(program: Command, act: Act): void {
  const noun = program
    .command('tokens')
    .description('Hardware tokens of a customer; docs/tokens.md explains them')
    .addHelpText('after', example('tokens import seeds.xml --password "correct horse"', 'tokens list'))
  addImport(noun, act)
  noun
    .command('list')
    .description('List tokens by serial number, with who has them')
    .addOption(customerOption())
    .addOption(limitOption('tokens to show'))
    .addOption(offsetOption('tokens to skip'))
    .addHelpText('after', example('tokens list --limit 100'))
    .action(act(list))
  noun
    .command('assign')
    .description('Give a token to a user')
    .argument('<serial>', 'serial number')
    .argument('<name>', 'name of the user')
    .addOption(customerOption())
    .addHelpText('after', example('tokens assign 2308612345 alice@example.com'))
    .action(
      act((serial: string, username: string, options: Options) =>
        one(serial, options, `is assigned to ${username}`, (engine, request) =>
          assignToken(engine, { ...request, username }),
        ),
      ),
    )
  for (const [name, about, done, job] of changes)
    noun
      .command(name)
      .description(about)
      .argument('<serial>', 'serial number')
      .addOption(customerOption())
      .addHelpText('after', example(`tokens ${name} 2308612345`))
      .action(act((serial: string, options: Options) => one(serial, options, done, job)))
  noun
    .command('resync')
    .description('Find an assigned token again by two codes that it shows one after the other')
    .argument('<serial>', 'serial number')
    .argument('<code>', 'a code')
    .argument('<next-code>', 'the one after it')
    .addOption(customerOption())
    .addHelpText('after', example('tokens resync 2308612345 755224 287082'))
    .action(
      act((serial: string, first: string, second: string, options: Options) =>
        one(serial, options, 'is found again; both codes are used up', (engine, request) =>
          resyncToken(engine, { ...request, codes: [first, second] }),
        ),
      ),
    )
  addExport(noun, act)
}

interface Options {
  readonly customer?: number
}

/** Commands that take a serial number and nothing else. */
const changes: readonly (readonly [
  name: string,
  about: string,
  done: string,
  job: (engine: EngineCore, request: TokenRequest) => Promise<TokenOutcome>,
])[] = [
  ['unassign', 'Take a token back', 'is assigned to nobody', unassignToken],
  ['disable', 'Refuse the codes of a token, as when it is lost', 'is disabled', disableToken],
  ['enable', 'Take the codes of a disabled token again', 'is enabled', enableToken],
]

const refusals = {
  'unknown-token': 'There is no token of this serial number. This lists them: npx countersign tokens list',
  'unknown-user': 'There is no user of this name. This lists them: npx countersign users list',
  'disabled-user': 'This user is disabled.',
  'turned-off': 'The groups of this user allow no hardware token. See their methods: npx countersign groups list',
  taken: 'This token is assigned. Take it back first: npx countersign tokens unassign <serial>',
  unassigned: 'This token is assigned to nobody.',
  'disabled-token': 'This token is disabled. Enable it first: npx countersign tokens enable <serial>',
  'too-many': 'This user has as many tokens as one may have.',
  changed: 'Somebody else changed this token just now. Look at it and try again.',
  'no-resync': 'A YubiKey tells its counter itself and needs no resync.',
  wrong: 'These are not two codes in a row of this token, or it is too far off.',
  used: 'The codes were used before. Wait for the next two.',
  locked: 'There were too many wrong answers. This forgets them: npx countersign users unlock <name>',
  disabled: 'There were too many wrong answers. This forgets them: npx countersign users unlock <name>',
  repeated: 'This was done already.',
} as const satisfies Record<TokenRefusal, string>

async function one(
  serial: string,
  { customer: key }: Options,
  done: string,
  job: (engine: EngineCore, request: TokenRequest) => Promise<TokenOutcome>,
): Promise<Report> {
  return withTokens(key, async (engine, customer) => {
    const outcome = await job(engine, { customer, serial, request: null, requestId: null })
    if (!outcome.ok) throw new Refusal(refusals[outcome.reason])
    const { username } = outcome
    return { text: `The token ${serial} ${done}.`, json: { customerKey: customer.id, serial, username } }
  })
}

/** The engine's view of the database that the settings name. */
function withTokens<T>(
  key: number | undefined,
  job: (engine: EngineCore, customer: Customer) => Promise<T>,
): Promise<T> {
  return withStore(async (store) => {
    const customer = await customerOf(store, key)
    const nowMs = await nowOf(store)
    return job({ store, clock: () => nowMs, observe: () => undefined }, customer)
  })
}

async function list({ customer: key, limit, offset }: Options & { limit: number; offset: number }): Promise<Report> {
  return withTokens(key, async (engine, customer) => {
    const { tokens: page, total } = await listTokens(engine, { customer, offset, limit })
    const range = page.length === 0 ? 'None' : `${offset + 1}–${offset + page.length}`
    const head = `${range} of ${total} tokens of customer ${customer.id}`
    const rows = page.map((token) => [
      token.serial,
      kindOf(token),
      token.state,
      token.username ?? '-',
      token.lastUsedAtMs === null ? 'never' : shownTime(token.lastUsedAtMs),
    ])
    const table = columns([['serial', 'kind', 'state', 'user', 'last used'], ...rows])
    return {
      text: page.length === 0 ? head : `${head}\n\n${table}`,
      json: { customerKey: customer.id, total, offset, limit, tokens: page },
    }
  })
}

function kindOf({ kind, digits, algorithm, periodSeconds, isWeak }: ListedToken): string {
  const clock = periodSeconds === null ? '' : ` ${periodSeconds} s`
  const oath = digits === null ? '' : ` ${algorithm?.toUpperCase()} ${digits} digits${clock}`
  return `${kind.toUpperCase()}${oath}${isWeak ? ', weak' : ''}`
}

interface Secrets {
  readonly key?: Buffer
  readonly password?: string
}

/** Both read an encrypted file and write one. */
function addSecrets(command: Command): Command {
  return command
    .addOption(new Option('--key <hex>', 'pre-shared AES key').argParser(aesKey))
    .addOption(new Option('--password <password>', 'password').argParser(password).conflicts('key'))
}

function aesKey(text: string): Buffer {
  if (/^[0-9a-f]*$/i.test(text) && [32, 48, 64].includes(text.length)) return Buffer.from(text, 'hex')
  throw new InvalidArgumentError('It must be 32, 48 or 64 hexadecimal digits.')
}

function password(text: string): string {
  if (text.length >= 1 && text.length <= 256) return text
  throw new InvalidArgumentError('It must have 1–256 characters.')
}

function addImport(noun: Command, act: Act): void {
  const command = noun
    .command('import')
    .description('Import tokens from a file of their maker: OATH CSV, PSKC (RFC 6030) or Yubico CSV')
    .argument('<file>', 'path of the file')
    .addOption(new Option('--format <format>', 'kind of file').choices(['auto', ...formatNames]).default('auto'))
    .option('--dry-run', 'say what would come of it, and keep nothing')
    .addOption(customerOption())
  addSecrets(command)
    .addHelpText(
      'after',
      example('tokens import seeds.csv --dry-run', 'tokens import seeds.xml --key 12345678901234567890123456789012'),
    )
    .action(act(importFile))
}

type ImportOptions = Options & Secrets & { readonly format: TokenFormat | 'auto'; readonly dryRun?: boolean }

async function importFile(path: string, options: ImportOptions): Promise<Report> {
  const file = {
    text: contentOf(path),
    format: options.format,
    key: options.key ?? null,
    password: options.password ?? null,
  }
  const isDryRun = options.dryRun ?? false
  return withTokens(options.customer, async (engine, customer) => {
    const outcome = await importTokens(engine, { customer, file, isDryRun, request: null, requestId: null })
    if (!outcome.ok) throw new Refusal(outcome.reason === 'unreadable' ? outcome.message : refusals.repeated)
    const { format, added, weak, errors } = outcome
    const text = [
      `${added} of ${added + errors.length} tokens ${isDryRun ? 'would be' : 'were'} imported (${format}).`,
      ...(weak.length > 0 ? [`Weak, with fewer than 128 bits: ${weak.join(', ')}`] : []),
      ...errors.slice(0, shownErrorsMax).map(({ row, serial, message }) => `Row ${row} (${serial ?? '-'}): ${message}`),
      ...(errors.length > shownErrorsMax ? [`… and ${errors.length - shownErrorsMax} more; --json shows them.`] : []),
    ].join('\n')
    const json = { customerKey: customer.id, format, isDryRun, added, weak, errors }
    return { text, json, isFine: errors.length === 0 }
  })
}

function contentOf(path: string): string {
  try {
    if (statSync(path).size > fileLimits.lettersMax) throw new Error('it is larger than 16 MiB')
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new Refusal(`The file cannot be read: ${reasonOf(error)}.`)
  }
}

function addExport(noun: Command, act: Act): void {
  const command = noun
    .command('export')
    .description('Print tokens as PSKC (RFC 6030) with their seeds, encrypted')
    .option('--plain', 'do not encrypt: whoever reads the file has every seed')
    .addOption(limitOption('tokens to export', exportSizeMax, 10_000))
    .addOption(offsetOption('tokens to skip'))
    .addOption(customerOption())
  addSecrets(command).addHelpText('after', example('tokens export --password "correct horse"')).action(act(exportFile))
}

type ExportOptions = Options & Secrets & { readonly plain?: boolean; readonly limit: number; readonly offset: number }

async function exportFile({ key, password: word, plain, ...options }: ExportOptions): Promise<Report> {
  const isProtected = key !== undefined || word !== undefined
  if (isProtected === (plain ?? false)) throw misuse('Give --key or --password, or else --plain')
  const protection = key ? { key } : word === undefined ? null : { password: word }
  return withTokens(options.customer, async (engine, customer) => {
    const { limit, offset } = options
    const asked = { customer, protection, limit, offset, request: null, requestId: null }
    const outcome = await exportTokens(engine, asked)
    if (!outcome.ok) throw new Refusal(refusals[outcome.reason])
    const { file, exported, total } = outcome
    return { text: file.trimEnd(), json: { customerKey: customer.id, exported, total, file } }
  })
}
