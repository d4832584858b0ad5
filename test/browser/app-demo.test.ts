import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { words } from '../../server/api/demo/words.ts'
import { pin } from '../support/app.ts'
import { overflow, startBrowser, type TestBrowser, violations } from '../support/browser.ts'
import { startServer, type TestServer } from '../support/server.ts'

describe('the demonstration', () => {
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

  it('shows the whole dance in one browser: pair, ask, scan, type', async () => {
    const { page, complaints, context } = await browser.open(`${server.baseUrl}/demo`, {
      viewport: { width: 1200, height: 1000 },
    })
    const phone = page.frameLocator('#phone')
    const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
    const onPhone = (name: string) => phone.getByRole('button', { name, exact: true }).click()
    const told = (text: string) => page.locator('#told').getByText(text).waitFor()
    assert.deepEqual(await violations(page), [])

    await press('Show the code')
    await press('Hold it before the phone beside')
    await phone.getByLabel('New PIN').fill(pin)
    await phone.getByLabel('The same PIN again').fill(pin)
    await onPhone('Set the PIN')
    await onPhone('Pair')
    await told('The phone is paired.')
    await onPhone('Done')

    await press('Ask the phone')
    const number = String(await page.locator('#number').filter({ hasText: /\d/ }).textContent())
    assert.match(number, /^\d\d$/)
    await phone.getByText('Sign in to the demo shop').waitFor()
    await phone.getByLabel('Type the number').fill(number)
    await onPhone('Approve')
    await told('Welcome. You are signed in.')
    await onPhone('Done')

    await press('Scan a code')
    await press('Hold it before the phone beside')
    await phone.getByRole('button', { name: 'Hold to approve' }).press('Space', { delay: 1_600 })
    await told('Welcome. You are signed in.')
    await onPhone('Done')

    await press('Ask the phone')
    await onPhone('No, deny')
    await onPhone('It was me, deny only')
    await told('The phone said no.')
    await onPhone('Done')

    const code = await phone.locator('[data-code]:not([data-code=""])').getAttribute('data-code')
    await page.getByLabel('Or the code that the phone shows').fill(String(code))
    await press('Sign in')
    await told('Welcome. You are signed in.')
    assert.deepEqual(complaints, [])
    await page.setViewportSize({ width: 320, height: 640 })
    assert.equal(await overflow(page), 0)
    await context.close()
  })

  it('speaks Spanish to a Spanish browser, to its phone too, with what the server refused in its own words', async () => {
    const viewport = { width: 320, height: 640 }
    const { page, context } = await browser.open(`${server.baseUrl}/demo`, { locale: 'es-MX', viewport })
    await page.getByRole('heading', { name: 'Iniciar sesión', level: 1 }).waitFor()
    await page.frameLocator('#phone').getByText('Sus inicios de sesión').waitFor()
    await page.getByRole('button', { name: 'Preguntar al teléfono' }).click()
    await page.locator('#told').getByText('No funcionó.').waitFor()
    assert.notEqual(await page.locator('#message[lang=en]').innerText(), '')
    for (const { transaction } of Object.values(words)) assert.ok(transaction.length <= 30, 'else it is cut')
    const shown = await page.locator('body').innerText()
    for (const text of [...Object.values(words.en), ...Object.values(words.en.told)])
      if (typeof text === 'string' && text.length > 8) assert.ok(!shown.includes(text), text)
    assert.equal(await overflow(page), 0)
    assert.deepEqual(await violations(page), [])
    await context.close()
  })

  it('plays with users of its own, reads what it is sent with care, and is not there in production', async () => {
    const post = async (step: string, body: string) => {
      const headers = { 'content-type': 'application/json' }
      return (await fetch(`${server.baseUrl}/demo/${step}`, { method: 'POST', headers, body })).status
    }
    assert.equal(await post('push', '{"username":"ana@example.com"}'), 400)
    assert.equal(await post('push', '{'), 400)
    assert.equal(await post('push', '[]'), 400)
    assert.equal(await post('constructor', '{}'), 404)
    assert.equal(await post('nothing', '{"username":"demo-abcdef@example.com"}'), 404)
    const production = await startServer('SQLite', {
      COUNTERSIGN_MODE: 'production',
      COUNTERSIGN_BASE_URL: 'https://mfa.example.com',
      COUNTERSIGN_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
    })
    const at = `http://127.0.0.1:${(production.assembled.app.server.address() as { port: number }).port}`
    assert.equal((await fetch(`${at}/demo`)).status, 404)
    const policy = (await fetch(`${at}/app/`)).headers.get('content-security-policy') ?? ''
    assert.match(policy, /frame-ancestors 'none'/)
    assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval'(?<!'wasm-unsafe-eval')/)
    await production.close()
  })
})
