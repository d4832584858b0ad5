import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { forgetDevice } from '../../engine/adaptive-devices.ts'
import { confirm, enrol } from '../../engine/enrol.ts'
import { namedCustomer } from '../../engine/named-customer.ts'
import { readBelongings, removeOwnPhone } from '../../engine/own-devices.ts'
import { offerPairing } from '../../engine/pairing.ts'
import { beginRegistration } from '../../engine/passkey-registration.ts'
import { pageBase } from '../../engine/passkey-site.ts'
import { historyOf } from '../../engine/people.ts'
import type { Engine } from '../../engine/ports.ts'
import { makeRecoveryCodes } from '../../engine/recovery-codes.ts'
import {
  askForLink,
  enterByCode,
  enterByLink,
  leave,
  mayChange,
  provable,
  prove,
  readLinkToSelf,
  readSelf,
  removeOwn,
  reportNotMe,
  type Self,
  tokenOf,
} from '../../engine/self-service.ts'
import type { Language } from '../../engine/templates.ts'
import { factsOf, type Told, tell } from '../../engine/timeline.ts'
import { beginVoiceEnrolment, eraseVoice } from '../../engine/voice-enrolment.ts'
import { same } from '../../security/digest.ts'
import type { AuditEntry } from '../../vocabulary/audit.ts'
import { isOwnSite } from '../origin.ts'
import { formOf, hidden, languageOf, openedBySelf, servePages } from '../page.ts'
import { appPage, codesPage, endingPage, entryPage, linkPage, phonePage } from './pages.ts'
import type { Said } from './parts.ts'
import { selfPage } from './self-page.ts'
import { words } from './words.ts'

const formBytesMax = 4 * 1_024
const shownMax = 15

/** The pages where users look after their own ways in: a GET only shows, a POST does, by a form of ours alone. */
export function selfPages(engine: Engine): FastifyPluginAsync {
  return async (app) => {
    servePages(app, { formBytesMax })
    app.addHook('preHandler', async (request, reply) => {
      if (request.method !== 'POST' || isOwnSite(engine, request)) return
      return reply.code(403).send(entryPage(languageOf(request), undefined))
    })
    entering(app, engine)
    inside(app, engine)
  }
}

interface LinkParams {
  readonly secret: string
}

/** Before anybody is known. */
function entering(app: FastifyInstance, engine: Engine): void {
  app.get('/me', hidden, async (request, reply) => {
    const elsewhere = namedPlace(engine, request)
    if (elsewhere) return reply.redirect(elsewhere)
    const self = await readSelf(engine, cookieOf(engine, request))
    if (self) return overview(engine, request, self)
    const customer = await namedCustomer(engine, (request.query as { customer?: unknown }).customer) // any query parses to this
    return entryPage(languageOf(request, customer), customer)
  })

  app.post('/me/link', hidden, async (request) => {
    const form = formOf(request.body)
    const customer = await namedCustomer(engine, form.get('customer'))
    const language = languageOf(request, customer)
    const username = form.get('username') ?? ''
    if (!customer) return entryPage(language, undefined, problem(language, 'wrong'), { username })
    const outcome = await askForLink(engine, customer, username, language, visitorOf(request))
    request.outcome = outcome
    return outcome === 'taken'
      ? endingPage(language, 'sent', customer)
      : entryPage(language, customer, problem(language, 'tooMany'), { username })
  })

  app.post('/me/code', hidden, async (request, reply) => {
    const form = formOf(request.body)
    const customer = await namedCustomer(engine, form.get('customer'))
    const language = languageOf(request, customer)
    const method = methodIn(form)
    const typed = { username: form.get('username') ?? '', method }
    if (!customer || !method) return entryPage(language, customer, problem(language, 'wrong'), typed)
    const given = { username: typed.username, method, code: form.get('code') ?? '' }
    const outcome = await enterByCode(engine, customer, given, visitorOf(request))
    if (outcome === 'wrong') return entryPage(language, customer, problem(language, 'wrong'), typed)
    if (outcome === 'too-many') return entryPage(language, customer, problem(language, 'tooMany'), typed)
    return comeIn(engine, reply, outcome)
  })

  app.get<{ Params: LinkParams }>('/me/enter/:secret', hidden, async (request) => {
    const customer = await readLinkToSelf(engine, request.params.secret)
    const language = languageOf(request, customer)
    return customer ? linkPage(language, customer, request.params.secret) : endingPage(language, 'over')
  })

  app.post<{ Params: LinkParams }>('/me/enter/:secret', hidden, async (request, reply) => {
    const secret = await enterByLink(engine, request.params.secret)
    return secret === undefined ? endingPage(languageOf(request), 'over') : comeIn(engine, reply, secret)
  })
}

type Act = (self: Self, form: URLSearchParams, request: FastifyRequest, reply: FastifyReply) => Promise<unknown>

/** What somebody does who is in. */
function inside(app: FastifyInstance, engine: Engine): void {
  const act = (path: string, needs: 'in' | 'proof', job: Act) =>
    app.post(path, hidden, async (request, reply) => {
      const self = await readSelf(engine, cookieOf(engine, request))
      const form = formOf(request.body)
      if (!self || !same(Buffer.from(form.get('token') ?? ''), Buffer.from(tokenOf(self))))
        return reply.redirect('/me', 303)
      if (needs === 'proof' && !mayChange(self)) return overview(engine, request, self, 'proveFirst', true)
      return job(self, form, request, reply)
    })

  act('/me/prove', 'in', async (self, form, request, reply) => {
    const method = methodIn(form)
    const given = method && { method, code: form.get('code') ?? '' }
    const isProved = given && (await prove(engine, self, given, visitorOf(request)))
    return isProved ? reply.redirect('/me', 303) : overview(engine, request, self, 'wrong', true)
  })

  act('/me/app', 'proof', async (self, _form, request) => {
    const made = await enrol(engine, { ...whoOf(self, request), method: 'time-code', issuer: null })
    if (!made.ok) return overview(engine, request, self, whyNot(made), true)
    return appPage(languageOf(request, self.customer), self, { ...made, qr: await qrOf(made.uri) })
  })

  act('/me/app/confirm', 'proof', async (self, form, request) => {
    const [secretText, uri] = [form.get('secret') ?? '', form.get('uri') ?? '']
    const asked = { ...whoOf(self, request), method: 'time-code', secretText, code: form.get('code') ?? '' } as const
    const outcome = await confirm(engine, asked)
    request.outcome = outcome.ok ? 'confirmed' : outcome.reason
    if (outcome.ok) return overview(engine, request, (await readSelf(engine, self.secret)) ?? self, 'appDone', false)
    const language = languageOf(request, self.customer)
    // Shown again only if it is what we offered; a form that was made up gets nothing drawn.
    if (outcome.reason === 'turned-off') return overview(engine, request, self, 'turnedOff', true)
    if (outcome.reason !== 'wrong' || !uri.startsWith('otpauth://totp/') || !uri.includes(`secret=${secretText}&`))
      return overview(engine, request, self, 'wrong', true)
    return appPage(language, self, { secretText, uri, qr: await qrOf(uri) }, problem(language, 'wrong'))
  })

  act('/me/passkey', 'proof', async (self, _form, request, reply) => {
    const outcome = await beginRegistration(engine, { ...linkFor(self, request), isMailed: false, language: null })
    return outcome.ok
      ? reply.redirect(pathOf(outcome.link) + openedBySelf, 303)
      : overview(engine, request, self, whyNot(outcome), true)
  })

  act('/me/codes', 'proof', async (self, _form, request) => {
    const by = { by: 'the user' }
    const outcome = await makeRecoveryCodes(engine, { ...whoOf(self, request), by })
    if (!outcome.ok) return overview(engine, request, self, whyNot(outcome), true)
    return codesPage(languageOf(request, self.customer), outcome.codes)
  })

  act('/me/remove', 'proof', async (self, form, request) => {
    const isRemoved = await removeOwn(engine, self, form.get('id') ?? '', visitorOf(request))
    const now = (await readSelf(engine, self.secret)) ?? self
    return overview(engine, request, now, isRemoved ? 'removed' : 'wrong', !isRemoved)
  })

  act('/me/phone', 'proof', async (self, _form, request) => {
    const offer = await offerPairing(engine, linkFor(self, request))
    if (!offer.ok) return overview(engine, request, self, whyNot(offer), true)
    return phonePage(languageOf(request, self.customer), { link: offer.link, qr: await qrOf(offer.link) })
  })

  act('/me/phone/remove', 'proof', async (self, form, request) => {
    const isRemoved = await removeOwnPhone(engine, self, form.get('id') ?? '', visitorOf(request))
    const now = (await readSelf(engine, self.secret)) ?? self
    return overview(engine, request, now, isRemoved ? 'removed' : 'wrong', !isRemoved)
  })

  act('/me/voice', 'proof', async (self, _form, request, reply) => {
    const outcome = await beginVoiceEnrolment(engine, { ...linkFor(self, request), isMailed: false, language: null })
    return outcome.ok
      ? reply.redirect(pathOf(outcome.link) + openedBySelf, 303)
      : overview(engine, request, self, whyNot(outcome), true)
  })

  // Neither gives anybody anything: whoever reads the user's mail may do both.
  act('/me/voice/erase', 'in', async (self, _form, request) => {
    await eraseVoice(engine, whoOf(self, request))
    return overview(engine, request, (await readSelf(engine, self.secret)) ?? self, 'voiceErased', false)
  })

  act('/me/device/forget', 'in', async (self, form, request) => {
    const isForgotten = await forgetDevice(engine, self.customer, self.user.username, form.get('id') ?? '')
    return overview(engine, request, self, isForgotten ? 'forgotten' : 'wrong', !isForgotten)
  })

  act('/me/not-me', 'in', async (self, form, request) => {
    await reportNotMe(engine, self, form.get('about')?.slice(0, 100) ?? null, visitorOf(request))
    request.outcome = 'not-me'
    return overview(engine, request, self, 'notMeDone', false)
  })

  act('/me/leave', 'in', async (self, _form, request, reply) => {
    await leave(engine, self)
    reply.header('set-cookie', cookie(engine, '', '; Max-Age=0'))
    return endingPage(languageOf(request, self.customer), 'left_', self.customer)
  })
}

async function overview(
  engine: Engine,
  request: FastifyRequest,
  self: Self,
  said?: keyof (typeof words)['en'],
  isProblem = false,
): Promise<string> {
  const language = languageOf(request, self.customer)
  const lines = await historyOf(engine, self.customer.id, self.user.id, { limit: shownMax })
  const history = lines
    .filter(({ entry }) => entry.outcome !== 'judging')
    .map(({ entry, challenge }) => {
      const facts = factsOf(entry)
      const place = facts.find(({ name }) => name === 'ipAddress')?.value ?? challenge?.origin ?? null
      const told = tell(entry, challenge)
      return { ...told, kind: kindOf(entry, told), atMs: entry.atMs, method: entry.method, place }
    })
  const belongings = await readBelongings(engine, self)
  return selfPage(language, self, { ...belongings, history }, said && { text: words[language][said], isProblem })
}

/**
 * Where a browser that came by this computer's own address finds the page under a name: passkeys are set up from it, and
 * no form leads to another origin.
 */
function namedPlace({ baseUrl }: Engine, { headers, url }: FastifyRequest): string | undefined {
  const { host, origin } = new URL(baseUrl)
  const named = pageBase(baseUrl)
  const isBrowser = headers['sec-fetch-mode'] === 'navigate'
  return isBrowser && headers.host === host && named !== origin ? named + url : undefined
}

/** A form may lead to this site alone, under the name that it was opened by. */
function pathOf(link: string): string {
  return new URL(link).pathname
}

/** An enrolment that was not finished is no refused sign-in. */
function kindOf({ kind, outcome }: AuditEntry, { group }: Told): string {
  if (outcome.endsWith('offered')) return 'offered'
  return kind === 'enrolment' && group === 'refused' ? 'unconfirmed' : kind
}

/** What a user can do about it that something was not set up. */
function whyNot({ reason }: { readonly reason: string }) {
  const reasons = {
    'turned-off': 'turnedOff',
    'too-many-devices': 'tooManyPhones',
    'too-many-passkeys': 'tooManyPasskeys',
    'no-domain': 'noPasskeys',
  } as const
  return reason in reasons ? reasons[reason as keyof typeof reasons] : 'wrong' // as `in` has just seen
}

function problem(language: Language, word: 'wrong' | 'tooMany'): Said {
  return { text: words[language][word], isProblem: true }
}

function methodIn(form: URLSearchParams): (typeof provable)[number] | undefined {
  return provable.find((method) => method === form.get('method'))
}

function whoOf({ customer, user }: Self, { id: requestId }: FastifyRequest) {
  return { customer, username: user.username, request: null, requestId }
}

/** The same for what is finished later, by a link or a code. */
function linkFor(self: Self, request: FastifyRequest) {
  return { ...whoOf(self, request), isFirst: !self.session.isProved }
}

/** Drawn as an element of the page: it may load no picture. */
async function qrOf(uri: string): Promise<string> {
  const { default: qrcode } = await import('qrcode')
  return qrcode.toString(uri, { type: 'svg', margin: 2 })
}

function comeIn(engine: Engine, reply: FastifyReply, secret: string) {
  reply.header('set-cookie', cookie(engine, secret, ''))
  return reply.redirect('/me', 303)
}

/** Over https of the `__Host-` form, which browsers take from this very host alone: no neighbour gives anybody another session. */
function cookieName({ baseUrl }: Engine): string {
  return baseUrl.startsWith('https:') ? '__Host-countersign-me' : 'countersign-me'
}

function cookie(engine: Engine, value: string, more: string): string {
  const secure = engine.baseUrl.startsWith('https:') ? '; Secure' : ''
  return `${cookieName(engine)}=${value}; Path=/; HttpOnly; SameSite=Strict${secure}${more}`
}

function cookieOf(engine: Engine, { headers }: FastifyRequest): string | undefined {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='))
  return pairs.find(([name]) => name === cookieName(engine))?.[1]
}

function visitorOf({ ip, id }: FastifyRequest) {
  return { address: ip, requestId: id }
}
