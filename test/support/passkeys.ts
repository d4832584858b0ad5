import { type Forgery, SoftAuthenticator } from './authenticator.ts'
import type { Answered, CallOptions } from './caller.ts'
import { at, type LinkPage, open, submit } from './links.ts'
import type { TestServer } from './server.ts'

/** Where our own pages are asked from: this computer under its name. */
export function pageOf({ baseUrl }: Pick<TestServer, 'baseUrl'>): { readonly origin: string } {
  return { origin: `http://localhost:${new URL(baseUrl).port}` }
}

/** The options that a page gives its script. */
export function optionsOn({ html }: LinkPage): object {
  const text = /data-public-key="([^"]*)"/.exec(html)?.[1]
  if (!text) throw new Error(`The page asks for no passkey: ${html}`)
  const entities: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' }
  return JSON.parse(text.replaceAll(/&(lt|gt|quot|#39|amp);/g, (_, name: string) => entities[name] ?? ''))
}

/** What the page's script posts. */
export function send(server: TestServer, link: string, credential: object, name = ''): Promise<LinkPage> {
  return submit(at(server.baseUrl, link), { credential: JSON.stringify(credential), name })
}

export function see(server: TestServer, link: string): Promise<LinkPage> {
  return open(at(server.baseUrl, link))
}

/** Asks for a link to set up a passkey. */
export async function linkTo(server: TestServer, username: string, more: object = {}, options: CallOptions = {}) {
  const { body, text } = await server.call('/auth/passkey-registration', { username, ...more }, options)
  if (body.status !== 'SUCCESS') throw new Error(`No link: ${text}`)
  return { link: String(body['link']), txId: String(body.txId), body }
}

/** Sets up a passkey on the page of a link, as its script does. */
export async function setUp(
  server: TestServer,
  link: string,
  authenticator = new SoftAuthenticator(),
  name = 'My key',
  forgery: Forgery = {},
): Promise<LinkPage> {
  const options = optionsOn(await see(server, link))
  return send(server, link, authenticator.create(options, pageOf(server), forgery), name)
}

/** A user's passkey, set up from beginning to end. */
export async function newPasskey(
  server: TestServer,
  username: string,
  authenticator = new SoftAuthenticator(),
  options: CallOptions = {},
): Promise<SoftAuthenticator> {
  const { title } = await setUp(server, (await linkTo(server, username, {}, options)).link, authenticator)
  if (title !== 'Passkey set up') throw new Error(`Not set up: ${title}`)
  return authenticator
}

export interface AskedForPasskey {
  readonly txId: string
  readonly publicKey: object
  readonly promptUrl: string
}

export async function askForPasskey(
  server: TestServer,
  username: string,
  more: object = {},
  options: CallOptions = {},
): Promise<AskedForPasskey> {
  const { body, text } = await server.call(
    '/auth/challenge',
    { username, authType: 'PASSKEY', ...more, customerKey: options.key?.customerKey ?? 11627 },
    options,
  )
  if (body.status !== 'SUCCESS') throw new Error(`Not asked: ${text}`)
  return { txId: String(body.txId), publicKey: body['publicKey'] as object, promptUrl: String(body['promptUrl']) }
}

export function validate(server: TestServer, body: object, options: CallOptions = {}): Promise<Answered> {
  return server.call('/auth/validate', body, options)
}
