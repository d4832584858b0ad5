import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, it } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { inbox, type Key } from '../support/caller.ts'
import { customerWith, type Links, linksFor, newAddress, newPhone, nextWindow, wrongNumber } from '../support/links.ts'
import { openRaw } from '../support/raw.ts'
import { startServer, type TestServer } from '../support/server.ts'

const phoneWidth = { width: 320, height: 640 }
const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

interface Asked {
  readonly txId: string
  readonly links: Links
  /** The number that the login page shows; empty when the link's own page shows one. */
  readonly number: string
}

describe('the pages of a link, in a browser', () => {
  let server: TestServer
  let browser: Browser
  let profile: string
  let key: Key
  let context: BrowserContext | undefined
  before(async () => {
    server = await startServer()
    key = await customerWith(server, {}, 'Example Bank')
    profile = mkdtempSync(join(tmpdir(), 'countersign-browser-'))
    const env = { ...process.env, HOME: profile, XDG_CONFIG_HOME: profile, XDG_CACHE_HOME: profile }
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: flags, env })
  })
  after(async () => {
    await browser.close()
    await server.close()
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
  })
  beforeEach(() => nextWindow(server))

  async function ask(more: object = {}, by: Key = key): Promise<Asked> {
    const email = newAddress()
    const body = { customerKey: by.customerKey, email, authType: 'OUT OF BAND EMAIL', ...more }
    const answer = await server.call('/auth/challenge', body, { key: by })
    assert.equal(answer.body.status, 'SUCCESS', answer.text)
    const links = await linksFor(server.baseUrl, email)
    return { txId: String(answer.body.txId), links, number: String(answer.body['matchNumber'] ?? '') }
  }

  async function status(txId: string): Promise<string> {
    return String((await server.call('/auth/auth-status', { txId }, { signed: false })).body.status)
  }

  /** As ten wrong answers do it. */
  async function lock(txId: string): Promise<void> {
    const { subject, method, customerId } = (await server.assembled.store.read.challenges.find(txId)) ?? assert.fail()
    const raw = await openRaw(server.place)
    const columns = 'customer_id, subject, method, failures, locked_until_ms, updated_at_ms'
    const [now, until] = [server.now(), server.now() + 1_800_000]
    await raw.run(
      `insert into guards (${columns}) values ($1, $2, $3, 10, $4, $5)`,
      customerId,
      subject.key,
      method,
      until,
      now,
    )
    await raw.close()
  }

  interface Opened {
    readonly page: Page
    /** Errors of the console and of the content security policy. */
    readonly complaints: readonly string[]
    /** Everything that was asked of anybody. */
    readonly requests: readonly string[]
  }

  /** A page in a context of its own, which the next one replaces. */
  async function visit(url: string, options: BrowserContextOptions = {}): Promise<Opened> {
    await context?.close()
    context = await browser.newContext(options)
    const page = await context.newPage()
    const complaints: string[] = []
    const requests: string[] = []
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (line) => line.type() === 'error' && complaints.push(line.text()))
    page.on('request', (request) => requests.push(request.url()))
    await page.goto(url)
    return { page, complaints, requests }
  }

  /** The number that the page itself asks for. */
  const numberOn = async (page: Page) => (await page.locator('.number').textContent()) ?? ''
  const field = (page: Page) => page.getByRole('textbox')
  const accept = (page: Page) => page.getByRole('button', { name: /^(Accept|Aceptar)$/ })
  const deny = (page: Page) => page.getByRole('button', { name: /^(Deny|Rechazar)$/ })

  describe('for a mail scanner, decide nothing in favour', () => {
    /** Posts the form as a script would: without its buttons, or with one of them; never what nobody typed. */
    const tricks: Record<string, (page: Page) => Promise<unknown>> = {
      'every form submitted with its defaults': (page) => eachForm(page, (form) => form.submit()),
      'every form submitted by its own buttons': (page) => eachForm(page, (form) => form.requestSubmit()),
      'every form submitted by its buttons, unchecked': (page) =>
        eachForm(page, (form) => {
          form.noValidate = true
          form.requestSubmit(form.querySelector('button'))
        }),
      'every button clicked': (page) => eachButton(page, (button) => button.click()),
      'every button clicked, unchecked': (page) =>
        eachButton(page, (button) => {
          if (button.form) button.form.noValidate = true
          button.click()
        }),
      'every field filled with what stands on the page': (page) =>
        eachForm(page, (form) => {
          for (const input of form.querySelectorAll('input')) input.value = input.name || input.placeholder || 'test'
          form.noValidate = true
          form.requestSubmit()
        }),
      'every link followed': (page) => page.evaluate('for (const a of document.links) a.click()'),
      'the page reloaded': (page) => page.reload(),
    }
    for (const [name, trick] of Object.entries(tricks))
      for (const showsMatchNumber of [true, false])
        it(`${name}, where ${showsMatchNumber ? 'the login page' : 'this page'} shows the number`, async () => {
          const email = newAddress()
          const body = { customerKey: key.customerKey, email, authType: 'OUT OF BAND EMAIL', showsMatchNumber }
          const { body: answer } = await server.call('/auth/challenge', body, { key })
          const [mail] = await inbox(server.baseUrl, email)
          const targets = [...(mail?.html ?? '').matchAll(/href="([^"]+)"/g)].map(([, target]) => target ?? '')
          assert.equal(targets.length, 2)
          for (const target of targets) {
            const { page } = await visit(target)
            await trick(page)
            assert.notEqual(await status(String(answer.txId)), 'SUCCESS')
          }
        })

    type Form = {
      submit(): void
      requestSubmit(button?: unknown): void
      noValidate: boolean
      querySelector(query: string): unknown
      querySelectorAll(query: string): { name: string; placeholder: string; value: string }[]
    }
    type Button = { click(): void; form: { noValidate: boolean } | null }

    /** Does something to each form of a page in turn, coming back in between. */
    async function eachForm(page: Page, job: (form: Form) => void): Promise<void> {
      await each(page, 'form', job as (element: never) => void)
    }

    async function eachButton(page: Page, job: (button: Button) => void): Promise<void> {
      await each(page, 'button', job as (element: never) => void)
    }

    async function each(page: Page, query: string, job: (element: never) => void): Promise<void> {
      const url = page.url()
      const count = await page.locator(query).count()
      for (let index = 0; index < count; index++) {
        const element = page.locator(query).nth(index)
        if ((await element.count()) === 0) return // the link is over: a form before it has denied
        // The browser itself sends nothing of a form that misses its number: then no page comes.
        const loaded = page.waitForEvent('load', { timeout: 1_000 }).catch(() => undefined)
        await Promise.all([element.evaluate(job), loaded])
        await page.goto(url)
      }
    }
  })

  describe('for a person', () => {
    it('accept by the number of the login page', async () => {
      const { txId, links, number } = await ask({ showsMatchNumber: true, transactionName: 'Transfer 500 €' })
      const { page, complaints, requests } = await visit(links.accept)
      assert.equal(await page.getByRole('heading').textContent(), 'Is this you?')
      await page.getByText('Transfer 500 €').waitFor()
      await page.getByLabel('Type the number that is shown where you sign in').fill(number)
      await accept(page).click()
      await page.getByRole('heading', { name: 'Accepted' }).waitFor()
      assert.equal(await status(txId), 'SUCCESS')
      assert.deepEqual(complaints, [])
      for (const url of requests) assert.ok(url.startsWith(server.baseUrl), url)
    })

    it('accept by the number of the page itself', async () => {
      const { txId, links } = await ask()
      const { page } = await visit(links.accept)
      await field(page).fill(await numberOn(page))
      await accept(page).click()
      await page.getByRole('heading', { name: 'Accepted' }).waitFor()
      assert.equal(await status(txId), 'SUCCESS')
    })

    it('deny, by either link, by one click', async () => {
      for (const which of ['accept', 'deny'] as const) {
        const { txId, links } = await ask({ showsMatchNumber: true })
        const { page, complaints } = await visit(links[which])
        await deny(page).click()
        await page.getByRole('heading', { name: 'Denied' }).waitFor()
        await page.getByText('tell Example Bank').waitFor()
        assert.equal(await status(txId), 'DENIED')
        assert.deepEqual(complaints, [])
      }
    })

    it('work without scripts', async () => {
      const { txId, links, number } = await ask({ showsMatchNumber: true })
      const { page } = await visit(links.accept, { javaScriptEnabled: false })
      await field(page).fill(number)
      await accept(page).click()
      await page.getByRole('heading', { name: 'Accepted' }).waitFor()
      assert.equal(await status(txId), 'SUCCESS')
    })

    it('accept by keyboard alone: to the field, the number, Enter', async () => {
      const { txId, links, number } = await ask({ showsMatchNumber: true })
      const { page } = await visit(links.accept)
      await page.keyboard.press('Tab')
      await page.keyboard.type(number)
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: 'Accepted' }).waitFor()
      assert.equal(await status(txId), 'SUCCESS')
    })

    it('deny by keyboard alone: the third stop, past the field and Accept', async () => {
      const { txId, links } = await ask({ showsMatchNumber: true })
      const { page } = await visit(links.accept)
      for (let stops = 0; stops < 3; stops++) await page.keyboard.press('Tab')
      await page.keyboard.press('Space')
      await page.getByRole('heading', { name: 'Denied' }).waitFor()
      assert.equal(await status(txId), 'DENIED')
    })

    it('show where the keyboard is', async () => {
      const { links } = await ask({ showsMatchNumber: true })
      const { page } = await visit(links.accept)
      for (let stops = 0; stops < 3; stops++) {
        await page.keyboard.press('Tab')
        const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')
        assert.equal(outline, 'solid')
      }
    })

    it('say a wrong number in the title, beside the field and to a screen reader, and take the right one after it', async () => {
      const { txId, links, number } = await ask({ showsMatchNumber: true })
      const { page } = await visit(links.accept)
      await field(page).fill(wrongNumber(number))
      await accept(page).click()
      const said = 'That is not the right number. Please look again.'
      await page.getByRole('alert').filter({ hasText: said }).waitFor()
      assert.ok((await page.title()).startsWith(said))
      assert.equal(await field(page).getAttribute('aria-invalid'), 'true')
      const described = await field(page).getAttribute('aria-describedby')
      assert.equal((await page.locator(`#${described}`).textContent())?.trim(), said)
      assert.equal(await page.evaluate('document.activeElement.id'), 'number', 'the field has the focus')
      assert.equal(await field(page).inputValue(), '', 'and is empty')
      await page.keyboard.type(number)
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: 'Accepted' }).waitFor()
      assert.equal(await status(txId), 'SUCCESS')
    })

    it('end after three wrong numbers', async () => {
      const { txId, links, number } = await ask({ showsMatchNumber: true })
      const { page } = await visit(links.accept)
      for (let tries = 0; tries < 3; tries++) {
        await field(page).fill(wrongNumber(number))
        await accept(page).click()
        await page.waitForLoadState()
      }
      await page.getByRole('heading', { name: 'This link is no longer valid' }).waitFor()
      assert.equal(await status(txId), 'FAILED')
    })

    it('send nothing when nothing, or no number, was typed', async () => {
      const { txId, links } = await ask({ showsMatchNumber: true })
      const { page, requests } = await visit(links.accept)
      const sent = () => requests.filter((url) => url.includes('/link/')).length
      const before = sent()
      for (const typed of ['', '7', 'ab', '1a']) {
        await field(page).fill(typed)
        await accept(page).click()
      }
      assert.equal(sent(), before)
      assert.equal(await status(txId), 'IN_PROGRESS')
    })

    it('take no third digit', async () => {
      const { links } = await ask({ showsMatchNumber: true })
      const { page } = await visit(links.accept)
      await field(page).pressSequentially('123')
      assert.equal(await field(page).inputValue(), '12')
    })

    it('speak Spanish to a Spanish browser', async () => {
      const { links, number } = await ask({ showsMatchNumber: true })
      const { page } = await visit(links.accept, { locale: 'es-MX' })
      assert.equal(await page.evaluate('document.documentElement.lang'), 'es')
      assert.equal(await page.getByRole('heading').textContent(), '¿Es usted?')
      await field(page).fill(wrongNumber(number))
      await accept(page).click()
      await page.getByText('Ese no es el número correcto').waitFor()
      await field(page).fill(number)
      await accept(page).click()
      await page.getByRole('heading', { name: 'Aceptado' }).waitFor()
      assert.doesNotMatch(await page.locator('body').innerText(), /You can|Accepted/)
    })

    it("speak the customer's language to a browser of another", async () => {
      const spanish = await customerWith(server, { language: 'es' }, 'Banco Ejemplo')
      const { links } = await ask({}, spanish)
      assert.equal(await (await visit(links.deny, { locale: 'fr-FR' })).page.title(), '¿Rechazar esta solicitud?')
      assert.equal(await (await visit(links.deny, { locale: 'en-GB' })).page.title(), 'Deny this request?')
    })

    it('show markup in a name as text', async () => {
      const hostile = '<img src=x onerror=alert(1)>'
      const other = await customerWith(server, {}, hostile)
      const { links } = await ask({ transactionName: hostile }, other)
      const { page, complaints, requests } = await visit(links.accept)
      assert.equal(await page.getByText(hostile).count(), 3)
      assert.equal(await page.locator('img').count(), 0)
      assert.deepEqual(complaints, [])
      assert.ok(requests.every((url) => /\/(link\/|page\.css$|favicon\.svg$)/.test(url)))
    })

    it('cannot be put into a frame', async () => {
      const { links } = await ask()
      const { page } = await visit(`${server.baseUrl}/healthz`)
      await page.setContent(`<iframe src="${links.accept}"></iframe>`)
      await page.waitForTimeout(300)
      const frames = await Promise.all(page.frames().map((frame) => frame.locator('button').count()))
      assert.deepEqual(
        frames,
        page.frames().map(() => 0),
      )
    })
  })

  describe('for everybody', () => {
    const facts = { showsMatchNumber: true, transactionName: 'Transfer 500 €', ipAddress: '2001:db8::1' }

    const states: Record<string, () => Promise<Page>> = {
      asking: async () => (await visit((await ask(facts)).links.accept)).page,
      'asking with a number of its own': async () => (await visit((await ask()).links.accept)).page,
      'asking to deny': async () => (await visit((await ask(facts)).links.deny)).page,
      wrong: async () => {
        const { links, number } = await ask(facts)
        const { page } = await visit(links.accept)
        await field(page).fill(wrongNumber(number))
        await accept(page).click()
        await page.getByRole('alert').waitFor()
        return page
      },
      locked: async () => {
        const { txId, links, number } = await ask(facts)
        await lock(txId)
        const { page } = await visit(links.accept, { locale: 'es' })
        await field(page).fill(number)
        await accept(page).click()
        await page.getByRole('alert').filter({ hasText: 'Durante un tiempo no se puede aceptar nada' }).waitFor()
        assert.equal(await accept(page).count(), 0)
        assert.equal(await deny(page).count(), 1)
        await page.getByText('Pedido el').waitFor()
        return page
      },
      accepted: async () => {
        const { links, number } = await ask(facts)
        const { page } = await visit(links.accept)
        await field(page).fill(number)
        await accept(page).click()
        await page.getByRole('heading', { name: 'Accepted' }).waitFor()
        return page
      },
      denied: async () => {
        const { page } = await visit((await ask(facts)).links.deny)
        await deny(page).click()
        await page.getByRole('heading', { name: 'Denied' }).waitFor()
        return page
      },
      over: async () => (await visit(`${(await ask()).links.accept}A`)).page,
      cut: async () => (await visit(`${server.baseUrl}/link`)).page,
    }

    for (const [name, show] of Object.entries(states))
      it(`${name}: drawn by its own style, nothing that axe finds wrong in light or dark, no wider than 320 px`, async () => {
        const page = await show()
        await page.waitForLoadState()
        assert.equal(await page.evaluate('document.styleSheets.length'), 1)
        assert.notEqual(await page.evaluate('getComputedStyle(document.querySelector("main")).maxWidth'), 'none')
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme })
          const { violations } = await new AxeBuilder({ page }).analyze()
          const found = violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
          assert.deepEqual(found, [], colorScheme)
        }
        await page.setViewportSize(phoneWidth)
        assert.equal(await overflow(page), 0)
      })

    it('names without a space and the longest address fit 320 px', async () => {
      const long = await customerWith(server, {}, 'Donaudampfschifffahrtsgesellschaftskapitän'.repeat(2))
      const ipAddress = '2001:0db8:ffff:ffff:ffff:ffff:ffff:ffff'
      const { links } = await ask({ transactionName: 'W'.repeat(30), ipAddress }, long)
      for (const link of [links.accept, links.deny])
        assert.equal(await overflow((await visit(link, { viewport: phoneWidth })).page), 0)
    })

    it('letters twice as large fit 320 px', async () => {
      const { links } = await ask(facts)
      const { page } = await visit(links.accept, { viewport: phoneWidth })
      await page.evaluate('document.documentElement.style.fontSize = "200%"')
      assert.equal(await overflow(page), 0)
    })

    it('whatever can be pressed is at least 44 px high', async () => {
      const { links } = await ask(facts)
      const { page } = await visit(links.accept, { viewport: phoneWidth })
      for (const one of await page.locator('button, input').all())
        assert.ok(((await one.boundingBox())?.height ?? 0) >= 44)
    })

    it('ask the keyboard of a phone for digits, and nothing of what was typed before', async () => {
      const { links } = await ask(facts)
      const { page } = await visit(links.accept)
      assert.equal(await field(page).getAttribute('inputmode'), 'numeric')
      assert.equal(await field(page).getAttribute('autocomplete'), 'off')
    })

    it('work from an SMS just as well', async () => {
      const phone = newPhone()
      const body = { customerKey: key.customerKey, phone, authType: 'OUT OF BAND SMS' }
      const { body: answer } = await server.call('/auth/challenge', body, { key })
      const { page } = await visit((await linksFor(server.baseUrl, phone)).accept, { viewport: phoneWidth })
      await field(page).fill(await numberOn(page))
      await accept(page).click()
      await page.getByRole('heading', { name: 'Accepted' }).waitFor()
      assert.equal(await status(String(answer.txId)), 'SUCCESS')
    })

    function overflow(page: Page): Promise<unknown> {
      return page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
    }
  })
})
