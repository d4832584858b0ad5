import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { overflow, startBrowser, type TestBrowser, violations } from '../support/browser.ts'
import { inbox, post } from '../support/caller.ts'
import { eventually } from '../support/links.ts'
import { startServer, type TestServer } from '../support/server.ts'

const narrow = { width: 320, height: 640 }
const looks = [
  { viewport: narrow, colorScheme: 'light', locale: 'en' },
  { viewport: narrow, colorScheme: 'dark', locale: 'en' },
  { viewport: narrow, colorScheme: 'dark', locale: 'es' },
  { viewport: { width: 1280, height: 800 }, colorScheme: 'light', locale: 'es' },
] as const

describe('the pages of accounts and phones, in a browser', () => {
  let server: TestServer
  let browser: TestBrowser
  let count = 0
  before(async () => {
    server = await startServer()
    browser = await startBrowser()
  })
  after(async () => {
    await browser.close()
    await server.close()
  })

  const rest = (call: string, body: object, signed = false) =>
    post(server.baseUrl, `/moas/rest/customer/${call}`, body, { timestamp: server.now(), signed })

  /** An account whose password is forgotten, with the link that was mailed. */
  async function forgotten(): Promise<{ readonly email: string; readonly link: string }> {
    server.advance(24 * 3_600_000)
    const email = `admin${++count}@example.com`
    await rest('add', { email, password: 'correct horse battery', companyName: 'A & B <Shop> with quite a long name' })
    await rest('password-reset', { email }, true)
    assert.ok(await eventually(async () => (await inbox(server.baseUrl, email)).length > 0))
    const link = /https?:\S+\/account\/reset\/\S+/.exec((await inbox(server.baseUrl, email))[0]?.text ?? '')?.[0]
    return { email, link: link ?? '' }
  }

  it('a person chooses a new password, after one that is too short', async () => {
    const { email, link } = await forgotten()
    const { page, complaints } = await browser.open(link)
    const field = page.getByLabel('New password')
    await field.fill('short')
    await page.getByRole('button', { name: 'Save password' }).click()
    assert.equal(await page.getByRole('heading').textContent(), 'Choose a new password', 'the browser sends nothing')
    await page.locator('form').evaluate((form: { noValidate: boolean }) => {
      form.noValidate = true
    })
    await page.getByRole('button').click()
    await page.getByRole('alert').waitFor()
    assert.equal(await page.locator('#password').evaluate((one) => one === one.ownerDocument.activeElement), true)
    assert.deepEqual(await violations(page), [])
    await page.getByLabel('New password').fill('ein neues Paßwort ✓')
    await page.getByRole('button').click()
    await page.getByRole('heading', { name: 'Your password is changed' }).waitFor()
    assert.deepEqual(complaints, [])
    assert.equal((await rest('key', { email, password: 'ein neues Paßwort ✓' })).body.status, 'SUCCESS')
  })

  it('works without scripts, and a link that is over says so', async () => {
    const { link } = await forgotten()
    const { page } = await browser.open(link, { javaScriptEnabled: false })
    await page.getByLabel('New password').fill('a new password')
    await page.getByRole('button').click()
    await page.getByRole('heading', { name: 'Your password is changed' }).waitFor()
    await page.goto(link)
    await page.getByRole('heading', { name: 'This link is no longer valid' }).waitFor()
    await page.goto(`${server.baseUrl}/account/reset/`)
    await page.getByRole('heading', { name: 'This link is no longer valid' }).waitFor()
  })

  for (const look of looks)
    it(`fits and is accessible: ${look.viewport.width} px, ${look.colorScheme}, ${look.locale}`, async () => {
      const { link } = await forgotten()
      for (const url of [link, `${server.baseUrl}/account/reset/x`]) {
        const { page, complaints, context } = await browser.open(url, look)
        assert.equal(await overflow(page), 0, url)
        assert.deepEqual(await violations(page), [], url)
        assert.equal(await page.locator('html').getAttribute('lang'), look.locale)
        assert.deepEqual(complaints, [])
        await context.close()
      }
    })

  it('is sent with headers that keep it to itself', async () => {
    for (const path of ['/account/reset/x', '/page.css']) {
      const { headers } = await fetch(server.baseUrl + path)
      assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'.*frame-ancestors 'none'/)
      assert.equal(headers.get('referrer-policy'), 'no-referrer')
      assert.equal(headers.get('cache-control'), 'no-store')
    }
  })
})
