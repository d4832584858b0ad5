import { createHmac } from 'node:crypto'
import { request as overTcp } from 'node:http'
import { request as overTls } from 'node:https'
import { isPrivateLiteral, publicLookup } from './channels/public-hosts.ts'

const timeoutMs = 10_000
const eventsAtOnce = 10
/** After each failed try; after the last one the event is given up and can be sent again by hand. */
const pausesMs = [10_000, 60_000, 300_000, 1_800_000, 7_200_000, 21_600_000]

interface Event {
  readonly id: string
  readonly customerId: number
  readonly body: string
  readonly tries: number
}

/** Where a customer wants events, and the secret that signs them. */
interface Target {
  readonly url: string
  readonly secret: string
  /** A customer's admins choose the address: it leads into the operator's own network only where he wants that. */
  readonly isPrivateAllowed: boolean
}

export interface WebhookPorts {
  readonly clock: () => number
  /** Undefined: nowhere. */
  target(customerId: number): Promise<Target | undefined>
  claimDue(nowMs: number, leaseUntilMs: number, limit: number): Promise<readonly Event[]>
  record(id: string, code: number | null, isDelivered: boolean, nextTryAtMs: number | null): Promise<void>
}

/** Sends what is due and writes down what the sites answered. Any 2xx is taken as received. */
export async function sendWebhooks(ports: WebhookPorts): Promise<void> {
  const nowMs = ports.clock()
  const events = await ports.claimDue(nowMs, nowMs + 2 * timeoutMs, eventsAtOnce)
  await Promise.all(events.map((event) => sendOne(ports, event)))
}

async function sendOne(ports: WebhookPorts, { id, customerId, body, tries }: Event): Promise<void> {
  const target = await ports.target(customerId)
  // Under an empty secret anybody could sign.
  if (!target?.secret) return ports.record(id, null, false, null)
  const code = await post(target, webhookHeaders(target.secret, id, body, ports.clock()), body)
  const isDelivered = code !== null && code >= 200 && code < 300
  const pauseMs = pausesMs[tries - 1]
  await ports.record(id, code, isDelivered, isDelivered || pauseMs === undefined ? null : ports.clock() + pauseMs)
}

/** `Countersign-Signature`: `t=<seconds>,v1=<hex HMAC-SHA-256 of "t.body" under the secret>`. */
function webhookHeaders(secret: string, id: string, body: string, nowMs: number): Record<string, string> {
  const seconds = Math.floor(nowMs / 1000)
  const signature = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')
  return {
    'content-type': 'application/json',
    'countersign-event': id,
    'countersign-signature': `t=${seconds},v1=${signature}`,
  }
}

/** The HTTP status, or null when there was none. Redirects are not followed. */
function post(
  { url, isPrivateAllowed }: Target,
  headers: Record<string, string>,
  body: string,
): Promise<number | null> {
  const site = new URL(url)
  if (!isPrivateAllowed && isPrivateLiteral(site)) return Promise.resolve(null)
  const request = site.protocol === 'https:' ? overTls : overTcp
  const options = {
    method: 'POST',
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    lookup: isPrivateAllowed ? undefined : publicLookup,
    signal: AbortSignal.timeout(timeoutMs),
  }
  const code = new Promise<number | null>((resolve, reject) => {
    const asking = request(site, options, (answer) => {
      resolve(answer.statusCode ?? null)
      answer.destroy() // what it says beyond its status helps nobody
    })
    asking.on('error', reject)
    asking.end(body)
  })
  return code.catch(() => null)
}
