import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { en } from '../../web/authenticator/words/en.ts'
import { es } from '../../web/authenticator/words/es.ts'
import { type AppPhone, challenge, choosePin, openApp, pairedApp, pairingCode, until } from '../support/app.ts'
import { overflow, startBrowser, type TestBrowser, violations } from '../support/browser.ts'
import { readQr } from '../support/device.ts'
import { customerWith } from '../support/links.ts'
import { startServer, type TestServer } from '../support/server.ts'

const push = 'PUSH NOTIFICATIONS'
const dist = new URL('../../dist/authenticator/', import.meta.url)

describe('the phone app, its screens', () => {
  let server: TestServer
  let browser: TestBrowser
  before(async () => {
    server = await startServer()
    browser = await startBrowser()
  })
  after(async () => {
    await browser.close()
    await server.close()
  })

  /** Both themes, a desktop's width and 320 px, letters twice as large, targets of 44 px. */
  async function check(page: Page, name: string): Promise<void> {
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
    assert.deepEqual(await violations(page), [], `${name}, light`)
    await page.emulateMedia({ colorScheme: 'dark' })
    assert.deepEqual(await violations(page, ['color-contrast']), [], `${name}, dark`)
    for (const width of [1280, 320]) {
      await page.setViewportSize({ width, height: 640 })
      assert.equal(await overflow(page), 0, `${name} at ${width} px`)
    }
    const small = `[...document.querySelectorAll('button:not(.link), select, input:not(.sr-only)')]
      .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 43.9).map((one) => one.outerHTML)`
    assert.deepEqual(await page.evaluate(small), [], name)
    await page.evaluate('document.documentElement.style.fontSize = "200%"')
    assert.equal(await overflow(page), 0, `${name} in large letters`)
    await page.evaluate('document.documentElement.style.fontSize = ""')
    await page.setViewportSize({ width: 390, height: 844 })
  }

  it('are accessible as far as axe can tell, and fit on narrow phones', async () => {
    const name = 'Donaudampfschifffahrtsgesellschaftskapitän'.repeat(2)
    const key = await customerWith(server, {}, name)
    const username = `${'x'.repeat(64)}@example.com`
    await server.call('/admin/users/create', { username }, { key })
    const { body } = await server.call('/auth/register-mobile', { username }, { key })
    const link = await readQr(String(body['qrCode']))
    const phone = await openApp(browser, `${server.baseUrl}/app/`)
    const { page } = phone
    const screen = async (heading: string) => {
      await phone.heading(heading)
      await check(page, heading)
    }
    await screen('Your sign-ins, in your hand')
    await phone.press('Scan')
    await screen('Scan')
    await page.getByLabel('Or paste the link of the code').fill(link)
    await phone.press('Open')
    await screen('Choose a PIN')
    await choosePin(page)
    await screen('Pair this phone')
    await phone.press('Pair')
    await screen('Paired')
    await phone.press('Done')
    await phone.heading('Codes')
    await page.locator('[data-code]:not([data-code=""])').waitFor()
    await check(page, 'Codes')
    await phone.press(`About ${name}`)
    await screen(name)
    await phone.press('Back')
    await phone.press('Settings')
    await screen('Settings')
    for (const [line, heading] of [
      ['Change the PIN', 'Change the PIN'],
      ['Add a code by hand', 'Add a code'],
      ['Export', 'Export codes'],
      ['Import a file', 'Import codes'],
    ] as const) {
      await phone.press(line)
      if (line === 'Change the PIN') await phone.unlock()
      await screen(heading)
      await phone.press('Back')
      await phone.press('Settings')
    }
    await page.goto(`${server.baseUrl}/app/`)
    await phone.heading('Codes')
    await check(page, 'locked')
    const ask = (more: object) =>
      server.call(
        '/auth/challenge',
        { username, customerKey: String(key.customerKey), authType: push, ...more },
        { key },
      )
    await ask({
      transactionName: 'W'.repeat(30),
      ipAddress: '2001:0db8:ffff:ffff:ffff:ffff:ffff:ffff',
      showsMatchNumber: true,
    })
    await phone.heading('Do you approve this?')
    await check(page, 'asked while locked')
    await phone.unlock()
    await page.locator('#number').waitFor()
    await check(page, 'asked for the number')
    await phone.press('No, deny')
    await screen('Did you start this?')
    await phone.press('It was me, deny only')
    await screen('Denied')
    await phone.press('Done')
    await ask({})
    await screen('Are you signing in?')
    await phone.hold()
    await screen('Approved')
    assert.deepEqual(phone.complaints, [])
    await phone.context.close()
  })

  it('speak Spanish to a Spanish phone, whole, and the language that is chosen', async () => {
    const { link } = await pairingCode(server, (await pairedApp(server, browser)).username)
    const phone = await openApp(browser, link, { locale: 'es-MX' })
    await phone.heading('Elija un PIN')
    assert.equal(await phone.page.evaluate('document.documentElement.lang'), 'es')
    const cdp = await phone.context.newCDPSession(phone.page)
    const manifest = async () => JSON.parse(String((await cdp.send('Page.getAppManifest')).data))
    const spanish = await manifest()
    assert.deepEqual([spanish.lang, spanish.description.slice(0, 7)], ['es', 'Apruebe'])
    await phone.page.getByLabel('PIN nuevo').fill('271828')
    await phone.page.getByLabel('El mismo PIN otra vez').fill('271828')
    await phone.press('Fijar el PIN')
    await phone.heading('Vincular este teléfono')
    await phone.press('Vincular')
    await phone.heading('Vinculado')
    await phone.press('Listo')
    await phone.press('Ajustes')
    await phone.page.getByLabel('Idioma').selectOption('en')
    await phone.heading('Settings')
    const { lang, description, ...english } = await manifest()
    assert.deepEqual([lang, description.slice(0, 7)], ['en', 'Approve'])
    assert.deepEqual({ ...spanish, ...english }, spanish, 'all else is the same app')
    await phone.page.getByLabel('Theme').selectOption('dark')
    await phone.page.locator('html[data-theme=dark]').waitFor()
    await phone.page.reload()
    await phone.heading('Codes')
    assert.equal(await phone.page.evaluate('document.documentElement.dataset.theme'), 'dark')
    for (const [name, text] of Object.entries(en)) {
      const spanish = es[name as keyof typeof en]
      const names = (one: string) => [...one.matchAll(/\{\w+\}/g)].map(String).sort()
      assert.deepEqual([...new Set(names(spanish))], [...new Set(names(text))], name)
      if (text.length > 12 && !text.includes('{')) assert.notEqual(spanish, text, name)
    }
    await phone.context.close()
  })

  it('can be walked by keyboard alone', async () => {
    const { username, phone } = await pairedApp(server, browser)
    const { page } = phone
    const { matchNumber } = await challenge(server, username, push, { showsMatchNumber: true })
    await phone.heading('Are you signing in?')
    const tabTo = async (name: string) => {
      for (let count = 0; count < 20; count++) {
        await page.keyboard.press('Tab')
        const focused = 'document.activeElement.labels?.[0]?.innerText ?? document.activeElement.innerText.trim()'
        if ((await page.evaluate(focused)) === name) return
      }
      assert.fail(`${name} is not reached`)
    }
    await tabTo('Type the number that the login page shows')
    await page.keyboard.type(matchNumber)
    await page.keyboard.press('Enter')
    await phone.heading('Approved')
    await tabTo('Done')
    await page.keyboard.press('Enter')
    await phone.heading('Codes')
    await challenge(server, username, push)
    await phone.heading('Are you signing in?')
    await tabTo('Hold to approve')
    await page.keyboard.down('Space')
    await phone.heading('Approved')
    await page.keyboard.up('Space')
    await phone.context.close()
  })

  it('load no more than 150 KB at first, and nothing from elsewhere', async () => {
    const phone = await openApp(browser, 'about:blank')
    const asked: string[] = []
    phone.page.on('request', (request) => asked.push(request.url()))
    await phone.page.goto(`${server.baseUrl}/app/`)
    await phone.heading('Your sign-ins, in your hand')
    await phone.page.evaluate('navigator.serviceWorker.ready.then(() => 0)')
    for (const url of asked) assert.ok(url.startsWith(server.baseUrl), url)
    const early = globSync('**/*', { cwd: dist, withFileTypes: true })
      .filter((file) => file.isFile() && !/zxing|\.(gz|br)$/.test(file.name))
      .map((file) => `${file.parentPath}/${file.name}`)
    const sizes = early.map((file) =>
      existsSync(`${file}.gz`) ? readFileSync(`${file}.gz`).length : gzipSync(readFileSync(file)).length,
    )
    const total = sizes.reduce((sum, size) => sum + size, 0)
    assert.ok(total > 50_000 && total <= 150 * 1_024, `${total} bytes`)
    const script = early.find((file) => file.endsWith('sw.js')) ?? ''
    assert.ok(gunzipSync(readFileSync(`${script}.gz`)).equals(readFileSync(script)))
    await phone.context.close()
  })

  it('wait with a new release until somebody wants it', async () => {
    const phone: AppPhone = await openApp(browser, `${server.baseUrl}/app/`)
    const { page, context } = phone
    await page.evaluate('navigator.serviceWorker.ready.then(() => 0)')
    // A worker of another address takes the place of the old one as that of the next release does.
    await page.evaluate("navigator.serviceWorker.register('/app/sw.js?next').then(() => 0)")
    await page.getByText('A new version is ready.').waitFor()
    await page.evaluate('window.isOld = true')
    await phone.press('Reload')
    await until(page, 'window.isOld === undefined')
    await phone.heading('Your sign-ins, in your hand')
    assert.match(String(await page.evaluate('navigator.serviceWorker.controller.scriptURL')), /next$/)
    await context.close()
  })
})
