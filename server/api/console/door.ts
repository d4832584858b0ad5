import type { FastifyReply, FastifyRequest } from 'fastify'
import { type ConsoleRoute, mayDo, type Permission } from '../../../contract/console/route.ts'
import { type CallName, consoleRoutes } from '../../../contract/console.ts'
import type { Actor } from '../../engine/admin-links.ts'
import { confirmedUntil, csrfTokenOf, readSession, type Working } from '../../engine/admin-sessions.ts'
import type { Engine } from '../../engine/ports.ts'
import type { Visitor } from '../../engine/visits.ts'
import { same } from '../../security/digest.ts'
import { type Customer, serverScope } from '../../vocabulary/customer.ts'
import { isOwnSite } from '../origin.ts'
import { Problem } from './problem.ts'

/** Who stands at the door of one call, and what he may do with it. */
export interface Entered {
  readonly visitor: Visitor
  /** Undefined only where nobody need have signed in. */
  readonly working: Working | undefined
  readonly actor: Actor
  /** Undefined where the call is not about a customer. */
  readonly customer: Customer | undefined
}

/** Lets a call in, or says why not: another site's, nobody's, not this role's, or not proved again. */
export async function enter(engine: Engine, name: CallName, request: FastifyRequest): Promise<Entered | Problem> {
  const route: ConsoleRoute = consoleRoutes[name]
  const visitor = { address: request.ip, requestId: request.id }
  if (!isOwnSite(engine, request)) return new Problem('cross-site', 'This call came from another site.')
  const working = await readSession(engine, cookieOf(request, isSecure(engine)))
  const actor = {
    adminId: working?.admin.id ?? null,
    name: working?.admin.name ?? 'nobody',
    requestId: visitor.requestId,
  }
  if (route.needs === 'nobody') return { visitor, working, actor, customer: undefined }
  if (!working || !isFarEnough(route.needs, working)) return new Problem('signed-out', 'Sign in first.')
  if (!hasToken(request, working)) return new Problem('cross-site', 'The call has no token of this session.')
  const entered = { visitor, working, actor, customer: undefined }
  if (isPermission(route.needs)) {
    const { role } = working.admin
    if (!isAllowed(role, route.needs)) {
      await tellRefusal(engine, name, entered)
      return new Problem('not-allowed', `Your role (${role}) does not allow this.`)
    }
  }
  const isConfirmed = working.session.step !== 'in' || confirmedUntil(working.session, engine.clock()) !== null
  if (route.isDangerous && !isConfirmed)
    return new Problem('confirm-needed', 'Prove your second factor again, then repeat this.')
  if (!isPermission(route.needs)) return entered
  const customer = await customerOf(engine, working, request.headers[customerHeader])
  return customer instanceof Problem ? customer : { ...entered, customer }
}

export const customerHeader = 'x-console-customer'
const tokenHeader = 'x-csrf-token'

function isPermission(needs: ConsoleRoute['needs']): needs is Permission {
  return needs !== 'nobody' && needs !== 'begun' && needs !== 'enrolling' && needs !== 'self'
}

function isAllowed(role: keyof typeof mayDo, permission: Permission): boolean {
  return mayDo[role].some((one) => one === permission)
}

function isFarEnough(needs: ConsoleRoute['needs'], { session }: Working): boolean {
  if (needs === 'begun') return true
  if (needs === 'enrolling') return session.step !== 'factor'
  return session.step === 'in'
}

function hasToken({ headers }: FastifyRequest, working: Working): boolean {
  const given = headers[tokenHeader]
  return typeof given === 'string' && same(Buffer.from(given), Buffer.from(csrfTokenOf(working)))
}

/** The customer that was named, of those the admin may see; unnamed, his own or the oldest. */
export async function customerOf(engine: Engine, { admin }: Working, named: unknown): Promise<Customer | Problem> {
  const text = typeof named === 'string' && /^[1-9][0-9]{0,11}$/.test(named) ? Number(named) : undefined
  if (admin.customerId !== serverScope && text !== undefined && text !== admin.customerId)
    return new Problem('not-allowed', 'You look after another customer.')
  const own = admin.customerId === serverScope ? undefined : admin.customerId
  const wanted = text ?? own ?? (await customersOf(engine, admin))[0]?.id
  const customer = wanted === undefined ? undefined : await engine.store.read.customers.find(wanted)
  return customer ?? new Problem('not-found', 'There is no such customer.')
}

/** The customers that an admin may see, the oldest first. */
export async function customersOf(engine: Engine, { customerId }: Working['admin']) {
  const all = await engine.store.read.customers.list()
  const mine = customerId === serverScope ? all : all.filter(({ id }) => id === customerId)
  return mine.sort((left, right) => left.createdAtMs - right.createdAtMs)
}

async function tellRefusal(engine: Engine, name: CallName, { working, actor }: Entered): Promise<void> {
  const detail = JSON.stringify({ by: actor.name, byId: actor.adminId, call: name })
  const subject = `admin:${actor.adminId}`
  const note = { kind: 'console', subject, method: null, challengeId: null, requestId: actor.requestId, detail }
  const scope = working?.admin.customerId ?? serverScope
  await engine.store.write((tx) => tx.audit.append(scope, note, 'not-allowed', engine.clock()))
}

export function isSecure({ baseUrl }: Engine): boolean {
  return baseUrl.startsWith('https:')
}

/** A browser takes the `__Host-` form only over https, from this very host and for all of it. */
function cookieName(secure: boolean): string {
  return secure ? '__Host-countersign-console' : 'countersign-console'
}

function cookieOf({ headers }: FastifyRequest, secure: boolean): string | undefined {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='))
  return pairs.find(([name]) => name === cookieName(secure))?.[1]
}

/** Keeps the session in the browser, out of reach of scripts and other sites; null: forgets it. */
export function setCookie(reply: FastifyReply, secret: string | null, secure: boolean): void {
  const rest = `Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`
  reply.header('set-cookie', `${cookieName(secure)}=${secret ?? ''}; ${rest}${secret === null ? '; Max-Age=0' : ''}`)
}
