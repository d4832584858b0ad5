import { type Command, InvalidArgumentError, Option } from 'commander'
import { readConfig } from '../config.ts'
import { shownCustomers } from '../shown-customers.ts'
import { calls, type Field, fields, type Kind, type Next } from './calls.ts'
import { withStore } from './database.ts'
import { customerKey, example, misuse } from './options.ts'
import { type Act, Refusal, type Report } from './report.ts'
import { type Answered, inboxOf, type SignedRequest, type Signer, send, signed } from './request.ts'

/** Longer texts of an answer, such as a QR code, are cut for people. */
const shownLengthMax = 200

interface Where {
  readonly url?: string
  readonly customerKey?: number
  readonly apiKey?: string
}

type Options = Where & { readonly idempotencyKey?: string } & { readonly [Name in Field]?: string }

export function call(program: Command, act: Act): void {
  const noun = program
    .command('call')
    .description('Sign a call of the API, send it to a running server, and show both')
    .addHelpText('after', example(`call challenge ${calls.challenge.example}`))
  for (const [name, kind] of Object.entries<Kind>(calls)) {
    const command = noun
      .command(name)
      .description(kind.about)
      .option('--url <url>', 'address of the server (default: by the settings)', serverUrl)
      .addOption(
        new Option(
          '--customer-key <key>',
          'who signs (default: the oldest customer that is not one to test with)',
        ).argParser(customerKey),
      )
      .option('--api-key <key>', 'and its API key (default: from the database)')
      .addHelpText('after', example(`call ${name} ${kind.example}`))
      .action(act((options: Options) => run(kind, options)))
    if (kind.takesIdempotencyKey)
      command.option(
        '--idempotency-key <key>',
        'repeat a call with the same one to have its answer again',
        idempotencyKey,
      )
    for (const field of kind.required) command.addOption(new Option(...fields[field]).makeOptionMandatory())
    for (const field of kind.optional) command.addOption(new Option(...fields[field]))
  }
}

function serverUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) throw new InvalidArgumentError('Write it as http://127.0.0.1:8080.')
  return text.replace(/\/+$/, '')
}

function idempotencyKey(text: string): string {
  if (!/^[A-Za-z0-9_-]{16,64}$/.test(text))
    throw new InvalidArgumentError('It has 16–64 letters, digits, hyphens and underscores.')
  return text
}

async function run(kind: Kind, options: Options): Promise<Report> {
  const signer = await signerOf(options)
  const url = options.url ?? urlOfSettings()
  const given = [...kind.optional, ...kind.required].filter((field) => options[field] !== undefined)
  const body = {
    customerKey: String(signer.customerKey),
    ...Object.fromEntries(given.map((field) => [field, options[field]])),
  }
  const request = signed(url + kind.path, JSON.stringify(body), signer, Date.now(), options.idempotencyKey)
  const answer = await send(request)
  const said: Readonly<Record<string, unknown>> = Object(answer.body) // a text, or null, has no fields
  const next = said['status'] === 'SUCCESS' && kind.next ? nextLine(kind.next(said), options, said) : null
  const isDelivered = 'phoneDelivery' in said || 'emailDelivery' in said
  const inbox = isDelivered ? await inboxOf(url) : null
  return {
    text: shown(request, answer, next, inbox),
    json: { request: { ...request, body }, answer, next, inbox },
    isFine: said['status'] === 'SUCCESS' || said['status'] === 'IN_PROGRESS',
  }
}

/** Complete options need no setting and no database: a copied line works anywhere. */
async function signerOf({ customerKey: wanted, apiKey }: Options): Promise<Signer> {
  if (wanted !== undefined && apiKey !== undefined) return { customerKey: wanted, apiKey }
  if (apiKey !== undefined) throw misuse('Give --customer-key with --api-key')
  return withStore(async (store) => {
    const customer = wanted === undefined ? (await shownCustomers(store))[0] : await store.read.customers.find(wanted)
    if (customer) return { customerKey: customer.id, apiKey: customer.apiKey }
    const what = wanted === undefined ? 'no customer' : `no customer ${wanted}`
    throw new Refusal(`There is ${what} in the local database: give --customer-key with --api-key.`)
  })
}

function urlOfSettings(): string {
  const { baseUrl, port } = readConfig(process.env)
  if (port === 0 && baseUrl.endsWith(':0'))
    throw misuse('The server listens on a free port: give its address with --url')
  return baseUrl
}

/** The whole next line to copy, with the same server and signer as this one. */
function nextLine(next: Next, options: Options, said: Readonly<Record<string, unknown>>): string {
  const where = [
    ['--url', options.url],
    ['--customer-key', options.customerKey],
    ['--api-key', options.apiKey],
  ] as const
  const what = next.options.map((field) => [fields[field][0].split(' ')[0], options[field] ?? said[field]] as const)
  const words = [...where, ...what].flatMap(([flag, value]) => (value === undefined ? [] : [flag, quoted(`${value}`)]))
  return ['npx countersign call', next.call, ...words, ...(next.needsCode ? ['--token <code>'] : [])].join(' ')
}

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

function shown(
  { method, url, headers, body }: SignedRequest,
  answer: Answered,
  next: string | null,
  inbox: string | null,
) {
  const parts = [
    `${method} ${url}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    '',
    body,
    '',
    answer.isRepeat ? `HTTP ${answer.code}, as it was answered before` : `HTTP ${answer.code}`,
    typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body, shortened, 2),
  ]
  if (inbox !== null) parts.push('', `The message is in the inbox: ${inbox}`)
  if (next !== null) parts.push('', 'Next:', `  ${next}`)
  return parts.join('\n')
}

function shortened(_name: string, value: unknown): unknown {
  if (typeof value !== 'string' || value.length <= shownLengthMax) return value
  return `${value.slice(0, 40)}… (${value.length} characters; --json shows them)`
}
