import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { choosePin, openApp, statusOf } from '../support/app.ts'
import { overflow, startBrowser, type TestBrowser, violations } from '../support/browser.ts'
import { adminOf } from '../support/console.ts'
import { aDevice } from '../support/kept-risk.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { answerWith, newVoice } from '../support/voices.ts'

const username = 'ana@example.com'

describe('the pages of a user, in a browser', () => {
  let server: TestServer
  let browser: TestBrowser
  let link: string
  before(async () => {
    server = await startServer()
    browser = await startBrowser()
    const { client } = await adminOf(server, 'owner')
    const { id } = await client.do('users.add', { body: { username } })
    await server.assembled.store.write((tx) => tx.riskDevices.add(11627, id, aDevice()))
    ;({ link } = await client.do('users.invite', { params: { id }, body: { reason: 'new here', send: false } }))
  })
  after(async () => {
    await browser.close()
    await server.close()
  })

  it('pair a phone, set a voice up from it, and say what he has; the phone is asked for the voice', async () => {
    const { page, context } = await browser.open(link)
    await page.getByRole('button', { name: 'Open' }).click()
    await page.getByText('Chrome on Windows').waitFor()
    assert.deepEqual(await violations(page), [])
    await page.getByRole('button', { name: 'Phone with our app' }).click()
    assert.deepEqual(await violations(page), [])
    const code = await page.getByRole('link', { name: 'Open the app on this device' }).getAttribute('href')

    const phone = await openApp(browser, code ?? '')
    await choosePin(phone.page)
    await phone.press('Pair')
    await phone.heading('Paired')
    await phone.press('Done')
    await phone.page.getByRole('button', { name: 'Settings' }).click()
    await phone.page.getByRole('button', { name: new RegExp(username) }).click()
    await phone.press('Set up your voice')
    await phone.heading('Set up your voice')
    await newVoice(server, username, 'slt')
    await phone.page.goto(`${server.baseUrl}/app/`)

    await page.goto(`${server.baseUrl}/me`)
    await page.getByRole('button', { name: /^Forget: Chrome on Windows/ }).waitFor()
    await page.getByLabel(/^Erase: Voice/).waitFor()
    for (const [colorScheme, language] of [
      ['light', 'en'],
      ['dark', 'es'],
    ] as const) {
      await context.setExtraHTTPHeaders({ 'accept-language': language })
      await page.emulateMedia({ colorScheme })
      await page.goto(`${server.baseUrl}/me`)
      assert.equal(await page.locator('html').getAttribute('lang'), language)
      assert.deepEqual(await violations(page), [], `${language} ${colorScheme}`)
      await page.setViewportSize({ width: 320, height: 640 })
      assert.equal(await overflow(page), 0)
    }

    const asked = { customerKey: '11627', username, authType: 'VOICE AUTHENTICATION', transactionName: 'Pay $200' }
    const { body } = await server.call('/auth/challenge', asked)
    await phone.heading('Do you approve this?')
    await phone.page.getByText('Pay $200').waitFor()
    assert.deepEqual(await violations(phone.page), [])
    const back = phone.page.getByRole('link', { name: 'Back to the app' })
    await phone.press('Speak')
    await phone.heading('Is this you? Say it')
    const speaking = phone.page.url()
    await back.click()
    await phone.heading('Do you approve this?')
    await phone.press('Speak')
    await phone.heading('Is this you? Say it')
    const first = await answerWith(server, speaking, 'slt', 0.96)
    if (first.title !== 'Accepted') await answerWith(server, speaking, 'slt', 0.92)
    assert.equal(await statusOf(server, String(body.txId)), 'SUCCESS')
    await phone.press('Deny')
    await phone.heading('This link is no longer valid')
    await back.click()
    // The account from which he went to set his voice up.
    await phone.heading('Default')
    assert.deepEqual(phone.complaints, [])
  })
})
