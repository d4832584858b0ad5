import type { ConsoleProblem, Role } from '../../contract/console/route.ts'
import type { SessionState } from '../../contract/console/session.ts'
import { type Answered, type CallName, consoleRoutes, type Given } from '../../contract/console.ts'
import { bootstrapAdmin } from '../../server/bootstrap.ts'
import { readConfig } from '../../server/config.ts'
import { inviteAdmin } from '../../server/engine/admin-links.ts'
import { serverScope } from '../../server/vocabulary/customer.ts'
import { environmentOf, type TestServer } from './server.ts'
import { totp } from './totp.ts'

/** What a call of the console came to. */
export interface Said<Name extends CallName> {
  readonly code: number
  readonly headers: Headers
  readonly body: Answered<Name> & Partial<ConsoleProblem>
}

/** A browser without a page: keeps the cookie and the token of its session. */
export class ConsoleClient {
  readonly server: TestServer
  cookie: string | null = null
  token: string | null = null
  /** Of an authenticator app, once one is set up. */
  totpSecret: string | null = null
  customerId: number | null = null

  constructor(server: TestServer) {
    this.server = server
  }

  /** Makes one call of the contract; `headers` replace those that a page of ours would send. */
  async call<Name extends CallName>(
    name: Name,
    given: Given<Name> | undefined = undefined,
    headers: Record<string, string> = {},
  ): Promise<Said<Name>> {
    const { method, path } = consoleRoutes[name]
    const {
      params = {},
      query = {},
      body,
    } = (given ?? {}) as {
      params?: Record<string, string>
      query?: Record<string, unknown>
      body?: unknown
    } // what each call's type says
    const filled = path.replaceAll(/:([a-z]+)/gi, (_, part: string) => encodeURIComponent(params[part] ?? ''))
    const search = new URLSearchParams(
      Object.entries(query).map(([key, value]): [string, string] => [key, String(value)]),
    )
    const response = await fetch(`${this.server.baseUrl}${filled}${search.size > 0 ? `?${search}` : ''}`, {
      method,
      headers: {
        'sec-fetch-site': 'same-origin',
        ...(this.cookie === null ? {} : { cookie: this.cookie }),
        ...(this.token === null ? {} : { 'x-csrf-token': this.token }),
        ...(this.customerId === null ? {} : { 'x-console-customer': String(this.customerId) }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const cookie = response.headers.get('set-cookie')
    if (cookie) this.cookie = cookie.split(';')[0] ?? null
    const text = await response.text()
    const said = { code: response.status, headers: response.headers, body: readBody(text) as Said<Name>['body'] }
    const { csrfToken } = said.body as Partial<SessionState>
    if (csrfToken !== undefined) this.token = csrfToken
    return said
  }

  /** The same, for calls that must work. */
  async do<Name extends CallName>(name: Name, given: Given<Name> | undefined = undefined): Promise<Answered<Name>> {
    const { code, body } = await this.call(name, given)
    if (code !== 200) throw new Error(`${name} answered ${code}: ${JSON.stringify(body)}`)
    return body
  }

  /** A code that was not used yet; the server's clock goes on to the next step for it. */
  code(): string {
    this.server.advance(30_000)
    return totp(this.totpSecret ?? '', this.server.now())
  }

  /** From a one-time link to a whole session. */
  async setUp(secret: string, password = goodPassword): Promise<SessionState> {
    await this.do('setup.begin', { body: { secret, password } })
    return this.enrolTotp()
  }

  async enrolTotp(): Promise<SessionState> {
    const { id, secretText } = await this.do('factors.newTotp')
    this.totpSecret = secretText
    return this.do('factors.confirmTotp', { body: { id, code: this.code(), name: 'Phone' } })
  }

  async signIn(login: string, password = goodPassword): Promise<SessionState> {
    await this.do('session.password', { body: { login, password } })
    return this.do('session.factor', { body: { kind: 'totp', code: this.code() } })
  }
}

export const goodPassword = 'correct horse battery staple'

function readBody(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** The secret of the link that the start's box shows. */
export async function firstLink(server: TestServer, environment: Record<string, string> = {}): Promise<string> {
  const config = readConfig(environmentOf(server.place, environment))
  const first = await bootstrapAdmin(server.assembled.store, config, server.baseUrl, server.now())
  if (!first || !('link' in first)) throw new Error('There is no link.')
  return first.link.split('#')[1] ?? ''
}

/** An owner of the whole server, signed in. */
export async function owner(server: TestServer): Promise<ConsoleClient> {
  const client = new ConsoleClient(server)
  await client.setUp(await firstLink(server))
  return client
}

/** Somebody of this role, signed in: of one customer, or of the whole server. */
export async function adminOf(
  server: TestServer,
  role: Role,
  customerId: number = serverScope,
  login = `${role}@example.com`,
) {
  const engine = { store: server.assembled.store, clock: server.now }
  const actor = { adminId: null, name: 'test', requestId: null }
  const made = await inviteAdmin(engine, { login, name: role, role, customerId }, 'invited', actor)
  if (!made) throw new Error(`${login} is taken.`)
  const client = new ConsoleClient(server)
  await client.setUp(made.secret)
  return { client, admin: made.admin }
}
