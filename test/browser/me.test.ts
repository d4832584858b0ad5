import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { startBrowser, type TestBrowser, violations } from '../support/browser.ts'
import { adminOf } from '../support/console.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { totp } from '../support/totp.ts'

describe('a user looks after his own ways in, in a browser', () => {
  let server: TestServer
  let browser: TestBrowser
  before(async () => {
    ;[server, browser] = await Promise.all([startServer(), startBrowser()])
  })
  after(async () => {
    await browser.close()
    await server.close()
  })

  it('from a link to an app, recovery codes and "this was not me", at 320 pixels', async () => {
    const { client } = await adminOf(server, 'owner')
    const { id } = await client.do('users.add', { body: { username: 'ana@example.com' } })
    const invited = await client.do('users.invite', { params: { id }, body: { reason: 'new here', send: false } })
    const { page, context, complaints } = await browser.open(invited.link, { viewport: { width: 320, height: 640 } })
    const look = async (name: string) => {
      assert.deepEqual(await violations(page), [], name)
      const width = await page.evaluate('document.documentElement.scrollWidth')
      assert.equal(width, 320, `${name} fits`)
      const folder = process.env['SCREENSHOTS']
      if (folder) await page.screenshot({ path: `${folder}/me-${name}.png`, fullPage: true })
    }
    await look('link')
    await page.getByRole('button', { name: 'Open' }).click()
    await look('empty')
    await page.getByRole('button', { name: 'Authenticator app' }).click()
    await look('app')
    const secret = (await page.locator('code').first().textContent()) ?? ''
    await page.getByLabel('Code').fill('000000')
    await page.getByRole('button', { name: 'Confirm' }).click()
    await page.getByRole('alert').waitFor()
    await page.getByLabel('Code').fill(totp(secret.replaceAll(' ', ''), server.now()))
    await page.getByRole('button', { name: 'Confirm' }).click()
    await page.getByRole('status').waitFor()
    await look('app-done')
    server.advance(30_000)
    await page.getByLabel('Code').fill(totp(secret.replaceAll(' ', ''), server.now()))
    await page.getByRole('button', { name: 'Confirm' }).click()
    const cdp = await context.newCDPSession(page)
    await cdp.send('WebAuthn.enable')
    const options = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, isUserVerified: true } as const
    await cdp.send('WebAuthn.addVirtualAuthenticator', { options: { ...options, hasUserVerification: true } })
    await page.getByRole('button', { name: 'Passkey' }).click()
    const back = page.getByRole('link', { name: 'Back to your methods' })
    await back.waitFor()
    await look('passkey')
    await page.getByRole('button', { name: 'Set up passkey' }).click()
    await page.getByRole('heading', { name: 'Passkey set up' }).waitFor()
    await back.click()
    await page.getByRole('button', { name: 'Recovery codes' }).click()
    await look('codes')
    assert.equal(await page.locator('.codes li').count(), 10)
    await back.click()
    const make = page.getByRole('button', { name: 'Make new codes' })
    assert.equal(await make.isVisible(), false, 'the old ones do not end by a slip of the thumb')
    await page.getByText('New recovery codes').press('Enter')
    await make.waitFor()
    await page.getByLabel('Remove: Passkey').press('Enter')
    await look('sure')
    await page.getByRole('button', { name: 'Yes, remove it' }).filter({ visible: true }).click()
    await page.getByText('It is removed.').waitFor()
    await page.getByRole('button', { name: 'This was not me' }).click()
    await page.getByRole('status').waitFor()
    await look('not-me')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.goto(`${server.baseUrl}/me`)
    await look('entry')
    assert.deepEqual(complaints, [])
  })
})
