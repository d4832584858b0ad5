import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Answered, type CallOptions, inbox, type Key, post, testKey } from './caller.ts'
import { type DatabaseName, newPlace } from './databases.ts'
import { startProcess } from './process.ts'
import { startServer, type TestServer } from './server.ts'

/** The two links of a message. */
export interface Links {
  readonly accept: string
  readonly deny: string
}

export function linksIn(text: string): Links {
  const [accept, deny] = text.match(/https?:\/\/\S+\/link\/\S+/g) ?? []
  if (!accept || !deny) throw new Error(`There are no two links in: ${text}`)
  return { accept, deny }
}

/** The links of the newest message to a contact that has some: a notice may come in after it. */
export async function linksFor(baseUrl: string, to: string): Promise<Links> {
  const messages = await inbox(baseUrl, to)
  return linksIn(messages.find(({ text }) => text.includes('/link/'))?.text ?? '')
}

/** The same link, or where a page led, on another node, which people reach under the same name in production. */
export function at(baseUrl: string, link: string): string {
  return baseUrl + new URL(link, baseUrl).pathname
}

/** What a link shows. */
export interface LinkPage {
  readonly code: number
  readonly headers: Headers
  readonly html: string
  readonly title: string
  /** The number the page asks to be typed, when it shows one itself. */
  readonly number: string | null
  readonly mayAccept: boolean
  readonly mayDeny: boolean
}

export async function open(link: string, init: RequestInit = {}): Promise<LinkPage> {
  const response = await fetch(link, { redirect: 'manual', ...init })
  const html = await response.text()
  return {
    code: response.status,
    headers: response.headers,
    html,
    title: /<title>(.*)<\/title>/.exec(html)?.[1] ?? '',
    number: /class="number"[^>]*>(\d\d)</.exec(html)?.[1] ?? null,
    mayAccept: html.includes('value="accept"'),
    mayDeny: html.includes('value="deny"'),
  }
}

/** Posts the form of a link's page. */
export function submit(
  link: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<LinkPage> {
  return open(link, { method: 'POST', body: new URLSearchParams(fields), headers })
}

export const accept = (link: string, number: string) => submit(link, { number, decision: 'accept' })
export const deny = (link: string) => submit(link, { decision: 'deny' })

/** Opens the link to accept and types the number that the page shows. */
export async function acceptAsShown({ accept: link }: Links): Promise<LinkPage> {
  const { number } = await open(link)
  if (number === null) throw new Error('The page shows no number.')
  return accept(link, number)
}

/** Two digits that are surely not the given ones. */
export function wrongNumber(number: string): string {
  return String((Number(number) + 1) % 100).padStart(2, '0')
}

/** A page without a form, which says that the link is over. */
export function isOver({ code, title, mayAccept, mayDeny }: LinkPage): boolean {
  return code === 200 && title === 'This link is no longer valid' && !mayAccept && !mayDeny
}

/** What the tests of links ask of the server of a suite; by the test customer, unless told otherwise. */
export function callsOf(server: () => TestServer) {
  const challenge = (body: object, key: Key = testKey) =>
    server().call('/auth/challenge', { customerKey: key.customerKey, ...body }, { key })
  return {
    challenge,
    asked: (who?: { email?: string; username?: string }, more?: object, key: Key = testKey): Promise<Asked> =>
      ask((body) => challenge(body, key), server().baseUrl, who, more),
    async status(txId: string): Promise<string> {
      return String((await server().call('/auth/auth-status', { txId }, { signed: false })).body.status)
    },
  }
}

/** One place and whoever serves it: on PostgreSQL two processes, on SQLite the one. */
export interface Nodes {
  /** Base URLs; a test sends its calls to both in turn. */
  readonly urls: readonly [string, string]
  /** A server in this process on the same place, for settings and for looking into the store. */
  readonly server: TestServer
  /** Signs and posts a call below `/moas/api` to the first or the second node. */
  call(node: 0 | 1, path: string, body: unknown, options?: CallOptions): Promise<Answered>
  close(): Promise<void>
}

export async function startNodes(name: DatabaseName): Promise<Nodes> {
  const place = await newPlace(name)
  const server = await startServer(place)
  const processes = name === 'PostgreSQL' ? await Promise.all([startProcess(place), startProcess(place)]) : []
  const urls = [processes[0]?.baseUrl ?? server.baseUrl, processes[1]?.baseUrl ?? server.baseUrl] as const
  return {
    urls,
    server,
    call: (node, path, body, options = {}) =>
      post(urls[node], `/moas/api${path}`, body, { timestamp: server.now(), ...options }),
    async close() {
      await Promise.all(processes.map((one) => one.stop()))
      await server.close()
      await place.remove()
    },
  }
}

let count = 0

/** A customer of a test's own: its limits are nobody else's. */
export async function customerWith(
  server: TestServer,
  settings: Record<string, string> = {},
  name?: string,
): Promise<Key> {
  count += 1
  const key = { customerKey: 30_000 + count, apiKey: `the-api-key-of-customer-${30_000 + count}` }
  await server.assembled.store.write(async (tx) => {
    await tx.customers.add(key.customerKey, name ?? `Customer ${key.customerKey}`, key.apiKey, server.now())
    for (const [setting, value] of Object.entries(settings))
      await tx.settings.set(key.customerKey, setting, value, server.now())
  })
  return key
}

/** An address that no other test uses. */
export function newAddress(): string {
  count += 1
  return `somebody${count}@example.com`
}

/** A number that no other test uses, each with four other digits after the country code than the one before. */
export function newPhone(): string {
  count += 1
  const area = ['415', '212', '303', '512', '617', '702', '808', '907'][count % 8]
  return `+1${area}${String((count % 8) + 2)}55${String(count).padStart(4, '0')}`
}

/** Ten minutes, the shortest span in which sends are counted. */
const windowMs = 600_000
const dayMs = 24 * 3_600_000

/** Waits, on a real clock, until a day in UTC has some time to go, so that what follows is of one budget. */
export async function withinDay(msLeft = 20_000): Promise<void> {
  const left = dayMs - (Date.now() % dayMs)
  if (left < msLeft) await sleep(left + 100)
}

/** Moves a server's clock on until what was sent before counts no more, but for the day. */
export function nextWindow(server: TestServer): void {
  server.advance(windowMs)
}

export interface Signing {
  readonly key: Key
  readonly path: string
  readonly timestamp: string
  readonly nonce: string
  readonly body: string
}

/** The headers of version 2: written again here from its description, so that the server is not judged by itself. */
export function signBody({ key, path, timestamp, nonce, body }: Signing): Record<string, string> {
  const digest = createHash('sha256').update(body).digest('hex')
  const mac = createHmac('sha256', key.apiKey)
  for (const part of ['POST', path, String(key.customerKey), timestamp, nonce, digest])
    mac.update(`${Buffer.byteLength(part)}:${part}`)
  return {
    'Customer-Key': String(key.customerKey),
    Timestamp: timestamp,
    'X-Signature-Version': '2',
    'X-Nonce': nonce,
    'X-Signature': mac.digest('hex'),
  }
}

/** Looks again until it is true; false when it never becomes so. */
export async function eventually(isTrue: () => boolean | Promise<boolean>, waitMs = 8_000): Promise<boolean> {
  const untilMs = performance.now() + waitMs
  while (!(await isTrue())) {
    if (performance.now() > untilMs) return false
    await sleep(50)
  }
  return true
}

/** A question that waits behind its links. */
export interface Asked {
  readonly txId: string
  readonly links: Links
  /** What accepting means typing. */
  readonly number: string
}

/** Asks by e-mail with a match number, on any server. */
export async function ask(
  send: (body: object) => Promise<Answered>,
  baseUrl: string,
  who: { email?: string; username?: string } = { email: newAddress() },
  more: object = {},
): Promise<Asked> {
  const { body, text } = await send({ ...who, authType: 'OUT OF BAND EMAIL', showsMatchNumber: true, ...more })
  assert.equal(body.status, 'SUCCESS', text)
  const links = await linksFor(baseUrl, who.email ?? who.username ?? '')
  return { txId: String(body.txId), links, number: String(body['matchNumber']) }
}
