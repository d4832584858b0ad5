import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { request as ask, createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { type OpenPage, startBrowser, type TestBrowser } from '../support/browser.ts'
import { testKey, wrongCode } from '../support/caller.ts'
import { pairedPhone } from '../support/device.ts'
import { newPhone } from '../support/links.ts'
import { linkTo } from '../support/passkeys.ts'
import { setPolicy } from '../support/risk.ts'
import { startServer, type TestServer } from '../support/server.ts'

/** The page of document 002, with nothing but our address, our key and its own blanks filled in. */
const countries = fileURLToPath(
  import.meta.resolve('@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb'),
)
const document002 = readFileSync(new URL('../samples/adaptive/page.txt', import.meta.url), 'utf8')

interface Told {
  readonly call: string
  readonly heardBy: 'mSuccess' | 'mError'
  readonly customerKey: string
  readonly userKey: string
  readonly status: string
  readonly message: string
  readonly obligationType?: string
  readonly kba?: readonly { readonly question: string }[]
  readonly resultToken?: string
  readonly isAnsweredElsewhere?: boolean
  readonly obligationTypes?: readonly string[]
  readonly matchNumber?: string
}

describe('a page of document 002, in a browser', () => {
  let server: TestServer
  let browser: TestBrowser
  let site: Site
  let here: Proxy
  let elsewhere: Proxy
  before(async () => {
    server = await startServer('SQLite', {
      COUNTERSIGN_TRUSTED_PROXIES: '127.0.0.1',
      COUNTERSIGN_IP_DATABASES: countries,
    })
    process.env['COUNTERSIGN_URL'] = server.baseUrl
    process.env['CUSTOMER_KEY'] = String(testKey.customerKey)
    process.env['API_KEY'] = testKey.apiKey
    here = await startProxy(server.baseUrl, '81.193.10.20') // Portugal
    elsewhere = await startProxy(server.baseUrl, '133.242.0.3') // Japan
    site = await startSite()
    browser = await startBrowser()
  })
  after(async () => {
    await browser.close()
    for (const one of [site, here, elsewhere]) await one.close()
    await server.close()
  })

  /** A visit of a user who has given his password: a new page with a new session. */
  async function visit(page: Page, username: string, by = here, path = '/', at = site.origin): Promise<void> {
    const query = new URLSearchParams({ user: username, by: by.origin })
    await page.goto(`${at}${path}?${query}`)
  }

  /** Runs a function of the page and waits for what the last call behind it tells. */
  async function does(page: Page, job: string, call: string): Promise<Told> {
    const before = (await told(page)).length
    await page.evaluate(job)
    await page.waitForFunction(`told.slice(${before}).some(({ call }) => call === ${JSON.stringify(call)})`, null, {
      timeout: 10_000,
    })
    return (await told(page)).findLast((one) => one.call === call) ?? assert.fail()
  }

  const told = (page: Page) => page.evaluate('told') as Promise<Told[]>
  const isRegistered = (page: Page, username: string) =>
    does(page, `fp.isUserRegistered(customerKey, ${JSON.stringify(username)}, tell, tell)`, 'isUserRegistered')
  const register = (page: Page) => does(page, 'register()', 'registerUser')
  const evaluate = (page: Page) => does(page, 'evaluateAndChallenge()', 'evaluateRisk')
  const evaluateAndChallenge = (page: Page) => does(page, 'evaluateAndChallenge()', 'challenge')

  async function validate(page: Page, answer: { code?: string; answers?: readonly string[]; save?: boolean }) {
    await page.locator('#saveDevice').setChecked(answer.save ?? false)
    await page.locator('#otpToken').fill(answer.code ?? '')
    await page.evaluate(
      `type = ${answer.answers ? "'KBA'" : "'SMS'"}; answers = ${JSON.stringify(answer.answers ?? [])}`,
    )
    return does(page, 'validate()', 'validate')
  }

  const abroad: BrowserContextOptions = {
    locale: 'ja-JP',
    timezoneId: 'Asia/Tokyo',
    viewport: { width: 1024, height: 600 },
  }

  /** A user whom the page has registered, and a first visit of his that is about to be weighed. */
  async function newcomer(): Promise<OpenPage & { username: string; phone: string }> {
    const username = `demo${Math.random().toString(36).slice(2)}@gmail.com`
    const phone = newPhone()
    site.people.set(username, phone)
    const opened = await browser.open('about:blank')
    await visit(opened.page, username)
    return { ...opened, username, phone }
  }

  it('S201 S203 S211 S224 S231 S232 S240 S250 S254 S255 goes from an unknown user to a remembered device, and asks again where that is missing', async () => {
    const { page, context, complaints, username, phone } = await newcomer()
    const hosts = new Set<string>()
    page.on('request', (request) => hosts.add(new URL(request.url()).origin))
    assert.equal((await isRegistered(page, username)).status, 'USER_NOT_REGISTERED')
    assert.equal((await register(page)).status, 'SUCCESS')
    assert.equal((await isRegistered(page, username)).status, 'USER_REGISTERED')

    const asked = await evaluateAndChallenge(page)
    assert.equal(asked.status, 'WAIT_FOR_INPUT', asked.message)
    assert.equal((await told(page)).find(({ call }) => call === 'evaluateRisk')?.status, 'WAIT_FOR_INPUT')
    assert.equal(asked.obligationType, 'SMS')
    const code = await server.codeFor(phone)
    assert.equal((await validate(page, { code: wrongCode(code) })).status, 'INVALID_OTP')
    const proved = await validate(page, { code, save: true })
    assert.equal(proved.status, 'SUCCESS', proved.message)
    assert.equal(await site.redeem(username, proved.resultToken), true)
    assert.equal(await site.redeem(username, proved.resultToken), false, 'a second time')

    await visit(page, username)
    const known = await evaluate(page)
    assert.equal(known.status, 'SUCCESS', JSON.stringify(known))
    assert.equal(await site.redeem(username, known.resultToken), true)

    await visit(page, username)
    assert.equal((await evaluate(page)).status, 'SUCCESS', 'the token changed, and was kept')

    await page.evaluate("new Promise((done) => { indexedDB.deleteDatabase('countersign').onsuccess = done })")
    await visit(page, username)
    const cleared = await evaluateAndChallenge(page)
    assert.equal(cleared.status, 'WAIT_FOR_INPUT')
    for (const { call, customerKey, userKey, heardBy } of await told(page))
      assert.deepEqual([customerKey, userKey, heardBy], [String(testKey.customerKey), username, 'mSuccess'], call)
    assert.deepEqual(complaints, [])
    assert.deepEqual(hosts, new Set([site.origin, here.origin]), 'nobody else is asked anything')
    await context.close()
  })

  it('S220 S221 S223 registers with first and last name before the phone, and without other contacts', async () => {
    const { page, context, username } = await newcomer()
    const questions = JSON.stringify(['One?', 'Two?'].map((question) => ({ question, answer: `to ${question}` })))
    const given = `customerKey, ${JSON.stringify(username)}, 'Ann', 'Lee', '', '', ${questions}, tell, tell`
    const registered = await does(page, `fp.registerUser(${given})`, 'registerUser')
    assert.deepEqual([registered.status, registered.userKey], ['SUCCESS', username], registered.message)
    const user = await server.assembled.store.read.users.find(testKey.customerKey, username)
    assert.deepEqual([user?.firstName, user?.lastName], ['Ann', 'Lee'])
    await context.close()
  })

  it('S252 S255 remembers nothing when the user does not want it', async () => {
    const { page, context, phone, username } = await newcomer()
    await register(page)
    await evaluateAndChallenge(page)
    assert.equal((await validate(page, { code: await server.codeFor(phone) })).status, 'SUCCESS')
    await visit(page, username)
    assert.equal((await evaluate(page)).status, 'WAIT_FOR_INPUT')
    await context.close()
  })

  it('S222 S241 S251 S253 asks by security questions where the policy counts no messages', async () => {
    await setPolicy(server, { refused: ['message-code', 'message-link'] })
    const { page, context, username } = await newcomer()
    await register(page)
    const asked = await evaluateAndChallenge(page)
    assert.equal(asked.obligationType, 'KBA', asked.message)
    const right = asked.kba?.map(({ question }) => (question.includes('color') ? 'red' : 'FL12548')) ?? []
    assert.equal((await validate(page, { answers: ['blue', 'FL1'] })).status, 'KBA_ANSWERS_INVALID')
    const proved = await validate(page, { answers: right, save: true })
    assert.equal(proved.status, 'SUCCESS', proved.message)
    assert.equal(await site.redeem(username, proved.resultToken), true)
    await setPolicy(server, {})
    await context.close()
  })

  it('S233 S256 is denied in another browser in another country, under a policy', async () => {
    const { page, context, phone, username } = await newcomer()
    await register(page)
    await evaluateAndChallenge(page)
    assert.equal((await validate(page, { code: await server.codeFor(phone), save: true })).status, 'SUCCESS')
    await setPolicy(server, { countries: { allowed: ['PT'] } })
    const away = await browser.open('about:blank', abroad)
    await visit(away.page, username, elsewhere)
    assert.equal((await evaluate(away.page)).status, 'DENY')
    await visit(page, username)
    assert.equal((await evaluate(page)).status, 'SUCCESS')
    await setPolicy(server, {})
    await away.context.close()
    await context.close()
  })

  it('works the same as a module, with promises', async () => {
    const { page, context, username, phone } = await newcomer()
    await register(page)
    await visit(page, username, here, '/module')
    const step = (job: string) => page.evaluate(`countersign.then((one) => ${job})`) as Promise<Told>
    assert.equal((await step('one.evaluateRisk()')).status, 'WAIT_FOR_INPUT')
    assert.equal((await step("one.challenge('SMS')")).obligationType, 'SMS')
    const response = JSON.stringify({ token: await server.codeFor(phone), saveDevice: true })
    assert.equal((await step(`one.validate(${response})`)).status, 'SUCCESS')
    await page.reload()
    assert.equal((await step('one.evaluateRisk()')).status, 'SUCCESS')
    await context.close()
  })

  it('waits for what the user answers elsewhere, until he has, is stopped or has waited long enough', async () => {
    const { page, context, username } = await newcomer()
    await register(page)
    const phone = await pairedPhone(server.baseUrl, server.call, username)
    await visit(page, username, here, '/module')
    const step = (job: string) => page.evaluate(`countersign.then((one) => ${job})`) as Promise<Told>
    await step('one.evaluateRisk()')
    const asked = await step("one.challenge('PUSH NOTIFICATIONS', { showsMatchNumber: true })")
    assert.equal(asked.isAnsweredElsewhere, true)
    const short = await step('one.validate({ saveDevice: true }, { timeLimitMs: 1 })')
    assert.equal(short.status, 'WAIT_FOR_INPUT')
    const stopped = await step(`{
      const waiting = new AbortController()
      setTimeout(() => waiting.abort(), 50)
      return one.validate({ saveDevice: true }, { signal: waiting.signal })
    }`)
    assert.deepEqual([stopped.status, stopped.message], ['ERROR', 'The page stopped waiting.'])
    const waiting = step('one.validate({ saveDevice: true })')
    await page.waitForResponse((answer) => answer.url().endsWith('/validate'))
    await context.setOffline(true) // a phone puts a page to sleep while its owner looks elsewhere
    await phone.answer(await phone.prompt(), 'approve', { proof: asked.matchNumber ?? '' })
    await page.waitForEvent('requestfailed')
    await context.setOffline(false)
    const proved = await waiting
    assert.equal(proved.status, 'SUCCESS', proved.message)
    assert.equal(await site.redeem(username, proved.resultToken), true)

    await visit(page, username)
    assert.equal((await evaluate(page)).status, 'SUCCESS', 'the device was remembered')
    await page.evaluate("new Promise((done) => { indexedDB.deleteDatabase('countersign').onsuccess = done })")
    await visit(page, username)
    assert.equal((await evaluate(page)).status, 'WAIT_FOR_INPUT')
    // The drop-in, by its callbacks; what is typed is not sent.
    // The page itself has just asked by a code; that answer is not the one that is waited for.
    const isAsked = page.waitForResponse(
      async (answer) =>
        answer.url().endsWith('/challenge') && ((await answer.json()) as Told).isAnsweredElsewhere === true,
    )
    const ended = page.evaluate(`new Promise((heard) => {
      const of = [customerKey, ${JSON.stringify(username)}]
      const next = () => unwatched.validate(...of, '000000', [], 'TRUE', heard, heard)
      unwatched.challenge(...of, next, heard, 'PUSH NOTIFICATIONS')
    })`) as Promise<Told>
    await isAsked
    await phone.answer(await phone.prompt(), 'deny')
    assert.equal((await ended).status, 'DENY')
    await context.close()
  })

  it('asks for a passkey on pages of the passkeys’ own domain, and offers none to others', async () => {
    const named = site.origin.replace('127.0.0.1', 'localhost')
    const { page, context, username } = await newcomer()
    await register(page)
    const authenticator = await context.newCDPSession(page)
    await authenticator.send('WebAuthn.enable')
    const kind = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true } as const
    const options = { ...kind, isUserVerified: true, automaticPresenceSimulation: true }
    const { authenticatorId } = await authenticator.send('WebAuthn.addVirtualAuthenticator', { options })
    await page.goto((await linkTo(server, username)).link)
    await page.getByRole('button').click()
    await page.getByRole('heading', { name: 'Passkey set up' }).waitFor()
    const step = (job: string) => page.evaluate(`countersign.then((one) => ${job})`) as Promise<Told>
    const offers = async (origin: string) => {
      await visit(page, username, here, '/module', origin)
      return (await step('one.evaluateRisk()')).obligationTypes
    }
    assert.ok(!(await offers(named))?.includes('PASSKEY'), 'not named by the customer')
    await server.set('passkeyOrigins', named)
    assert.ok(!(await offers(site.origin))?.includes('PASSKEY'), 'another page')
    assert.equal((await offers(named))?.[0], 'PASSKEY')
    assert.equal((await step("one.challenge('PASSKEY')")).status, 'WAIT_FOR_INPUT')
    await authenticator.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
    await authenticator.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled: false })
    const unused = await step('one.validate({ saveDevice: true }, { timeLimitMs: 500 })')
    assert.deepEqual([unused.status, unused.message], ['WAIT_FOR_INPUT', 'No passkey was used.'])
    await authenticator.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true })
    await authenticator.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled: true })
    const proved = await step('one.validate({ saveDevice: true })')
    assert.equal(proved.status, 'SUCCESS', proved.message)
    assert.equal(await site.redeem(username, proved.resultToken), true)
    await server.set('passkeyOrigins', '')
    await context.close()
  })

  it('S210 S212 S230 warns and cannot call where there is no session, and says so to the second callback', async () => {
    const { page, context } = await browser.open('about:blank')
    const warnings: string[] = []
    page.on('console', (line) => line.type() === 'warning' && warnings.push(line.text()))
    await visit(page, 'someone@example.com', here, '/bare')
    for (const refused of [await evaluate(page), await isRegistered(page, 'someone@example.com')])
      assert.deepEqual([refused.status, refused.heardBy], ['ERROR', 'mError'])
    assert.match(warnings.join(), /no session/)
    await context.close()
  })
})

interface Site {
  readonly origin: string
  /** Who gave his password here, and the phone that the site has verified. */
  readonly people: Map<string, string>
  redeem(username: string, resultToken: string | undefined): Promise<boolean>
  close(): Promise<void>
}

/** What the sample exports. */
interface Backend {
  openSession(username: string, origin: string, more?: object): Promise<string>
  isProved(username: string, resultToken: string): Promise<boolean>
}

/** The site of an integrator: his page, and the backend of docs/adaptive.md. */
async function startSite(): Promise<Site> {
  const backend = new URL('../samples/adaptive/backend.mjs', import.meta.url)
  const { isProved, openSession } = (await import(backend.href)) as Backend
  const people = new Map<string, string>()
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', origin)
    const [username = '', countersign = ''] = ['user', 'by'].map((name) => searchParams.get(name) ?? '')
    if (username === '') return void response.writeHead(204).end() // its icon
    const phone = people.get(username)
    const more = { mayRegister: true, ...(phone ? { phone } : {}) }
    const session = pathname === '/bare' ? '' : await openSession(username, `http://${request.headers.host}`, more)
    const page =
      pathname === '/module'
        ? modulePage(countersign, username, session)
        : filledIn(countersign, username, phone, session)
    response.setHeader('content-type', 'text/html; charset=utf-8').end(page)
  })
  const origin = await listen(server)
  return {
    origin,
    people,
    redeem: (username, resultToken = '') => isProved(username, resultToken),
    close: () => closed(server),
  }
}

interface Proxy {
  readonly origin: string
  close(): Promise<void>
}

/** What stands before Countersign and tells it where people come from. */
async function startProxy(target: string, address: string): Promise<Proxy> {
  const server = createServer((incoming, response) => {
    const headers = { ...incoming.headers, 'x-forwarded-for': address }
    const forwarded = ask(target + incoming.url, { method: incoming.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
    incoming.pipe(forwarded)
  })
  return { origin: await listen(server), close: () => closed(server) }
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => void server.close(() => resolve()))
}

/** Document 002's page with its blanks filled in; what its functions are told is kept for the test to read. */
function filledIn(countersign: string, username: string, phone = '', session = ''): string {
  const watching = `<script>
    var customerKey = '${testKey.customerKey}', type, answers, told = [], unwatched = { ...fp }
    function tell() {}
    for (const name of Object.keys(fp)) {
      const real = fp[name]
      fp[name] = (...given) => {
        const callbacks = given.splice(-2)
        const kept = callbacks.map((hear, at) => (one) => {
          told.push({ call: name, heardBy: ['mSuccess', 'mError'][at], ...one })
          hear(one)
        })
        real(...given, ...kept)
      }
    }
    function asked(at) { return told.findLast(({ call }) => call === 'challenge').kba[at].question }
  </script>`
  const meta = session ? `<meta name="countersign-session" content="${session}">` : ''
  const controls = '<input id="otpToken"><input type="checkbox" id="saveDevice"><link rel="icon" href="data:,">'
  return document002
    .replace('<!--   Your content here  -->', controls)
    .replace('<title>', `${meta}<title>`)
    .replaceAll('src="js/', `src="${countersign}/js/`)
    .replace('    <script>\n', () => `${watching}\n    <script>\n`)
    .replaceAll('<YOUR_CUSTOMER_KEY>', String(testKey.customerKey))
    .replaceAll('demo@gmail.com', username)
    .replace('+19xxxxxxxxx', phone)
    .replace('of the user */)', 'of the user */') // a slip of the document: no browser could read it
    .replace("'<QUESTION_1_ANSWERED_BY_USER>'", 'asked(0)')
    .replace("'<QUESTION_2_ANSWERED_BY_USER>'", 'asked(1)')
    .replace("'ANSWER_TO_QUESTION_1'", 'answers[0]')
    .replace("'ANSWER_TO_QUESTION_2'", 'answers[1]')
}

function modulePage(countersign: string, userKey: string, session: string): string {
  const options = JSON.stringify({ customerKey: String(testKey.customerKey), userKey, session })
  return `<!doctype html><title>A page</title><link rel="icon" href="data:,"><script>
    countersign = import('${countersign}/js/countersign.mjs').then((sdk) => sdk.createCountersign(${options}))
  </script>`
}
