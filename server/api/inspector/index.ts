import type { FastifyPluginAsync } from 'fastify'
import { serveLivePage } from '../live.ts'
import { hidden } from '../page.ts'
import type { InspectorEntry, Seen, Watch } from '../seen.ts'
import { redact } from './redact.ts'

export interface InspectorOptions {
  readonly clock: () => number
  readonly baseUrl: () => string
  /** The keys of all customers, the oldest one's first. */
  readonly keys: () => Promise<readonly CustomerKey[]>
  readonly curl: (call: CurlCall) => string
}

interface CustomerKey {
  readonly customerKey: string
  readonly apiKey: string
}

export interface CurlCall {
  readonly url: string
  readonly body: object
  /** Null: an unsigned call. */
  readonly signer: CustomerKey | null
}

export interface Inspector {
  readonly watch: Watch
  readonly pages: FastifyPluginAsync
  /** The last calls of a customer, or of all; newest first. */
  calls(customerKey: string | null): Promise<readonly InspectorEntry[]>
}

const entriesMax = 200

/**
 * The request inspector: the last calls with what was asked and answered, as a live page and as JSON. The list is kept
 * in the memory of this process and ends with it: an aid for writing a client, in development only, and no record.
 */
export function createInspector(options: InspectorOptions): Inspector {
  const entries: (() => Kept)[] = []
  const calls: Inspector['calls'] = async (wanted) => {
    const kept = entries.map((entry) => entry())
    const shown = wanted ? kept.filter(({ customerKey }) => customerKey === wanted) : kept
    const [oldest] = await options.keys()
    return shown.map((entry) => withCurl(options, entry, signerOf(entry, oldest)))
  }

  return {
    calls,
    async watch(seen) {
      try {
        const customerKey = seen.customerKey?.slice(0, keyLettersMax) ?? null
        const atMs = Math.round(options.clock() - seen.ms)
        const isRefused = seen.outcome === null || seen.outcome.startsWith('refused')
        const reason = isRefused ? await reasonOf(seen, await options.keys()) : null
        // Most calls are never looked at: reading and redacting them waits until somebody does.
        entries.unshift(once(() => keptOf(seen, { atMs, customerKey, reason })))
        entries.length = Math.min(entries.length, entriesMax)
      } catch {
        // Whatever keeps a call from being shown must not keep its answer.
      }
    },
    pages: async (app) => {
      serveLivePage(app, { path: '/dev/requests', files: 'inspector/requests' })
      app.get('/dev/requests.json', hidden, async (request) => {
        const { customerKey } = request.query as { customerKey?: unknown } // any query string parses to this
        return calls(typeof customerKey === 'string' ? customerKey : null)
      })
    },
  }
}

interface Kept extends Omit<InspectorEntry, 'curl'> {
  /** Redacted, to be sent again; null when it is not there as a whole, or we cannot sign it. */
  readonly body: object | null
  readonly isSigned: boolean
}

function keptOf(seen: Seen, { atMs, customerKey, reason }: Pick<Kept, 'atMs' | 'customerKey' | 'reason'>): Kept {
  const request = redact(seen.body)
  const body = request.isWhole ? (JSON.parse(request.text) as Record<string, unknown>) : null // `isWhole`: an object
  return {
    id: seen.id,
    atMs,
    path: seen.path,
    code: seen.code,
    customerKey: customerKey ?? keyIn(body),
    ms: Math.round(seen.ms),
    outcome: seen.outcome,
    reason,
    request: request.text,
    answer: redact(Buffer.from(seen.answer)).text,
    body: seen.isRepeatable ? body : null,
    isSigned: seen.customerKey !== undefined,
  }
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

function withCurl({ baseUrl, curl }: InspectorOptions, kept: Kept, signer: CustomerKey | null): InspectorEntry {
  const { body, isSigned: _, ...entry } = kept
  return { ...entry, curl: body && curl({ url: baseUrl() + entry.path, body, signer }) }
}

async function reasonOf({ customerKey, diagnose }: Seen, keys: readonly CustomerKey[]): Promise<string | null> {
  const own = keys.find((key) => key.customerKey === customerKey)
  return (await diagnose({ own: own?.apiKey, others: keys.filter((key) => key !== own) })) ?? null
}

const keyLettersMax = 40

function keyIn(body: Record<string, unknown> | null): string | null {
  const key = body?.['customerKey']
  return typeof key === 'string' || typeof key === 'number' ? String(key).slice(0, keyLettersMax) : null
}

/** Only the oldest customer's API key is filled in: the start's box shows it too. */
function signerOf({ customerKey, isSigned }: Kept, oldest: CustomerKey | undefined): CustomerKey | null {
  if (!isSigned || customerKey === null) return null
  return { customerKey, apiKey: oldest?.customerKey === customerKey ? oldest.apiKey : 'YOUR_API_KEY' }
}
