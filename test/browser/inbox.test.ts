import assert from 'node:assert/strict'
import { after, before, describe, it, type TestContext } from 'node:test'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { type OpenPage, overflow, startBrowser, type TestBrowser, violations } from '../support/browser.ts'
import { startServer, type TestServer } from '../support/server.ts'

const phone = '+15551234567'
const alice = 'alice@example.com'
const longAddress = `${'a.very.long.name.of.somebody.'.repeat(2)}x@${'subdomain.'.repeat(12)}example.com`
const hostile = '<img src=x onerror=alert(1)>'
const desktop = { width: 1280, height: 800 }
const phoneWidth = { width: 320, height: 640 }
const waitMs = 10_000

describe('the development inbox', () => {
  let browser: TestBrowser
  before(async () => {
    browser = await startBrowser()
  })
  after(() => browser.close())

  it('shows a message as it is sent, without a reload, and copies its code by a click', async (test) => {
    const { server, page, complaints } = await open(test)
    await page.getByRole('heading', { name: 'No messages yet' }).waitFor()
    await page.evaluate('window.isStillThere = true')

    await challenge(server, { authType: 'SMS', phone, transactionName: 'Transfer 500 €' })
    const card = page.getByRole('article')
    await card.waitFor({ timeout: waitMs })
    const code = await server.codeFor(phone)
    assert.equal(await page.evaluate('window.isStillThere'), true)
    assert.equal(await card.getByRole('heading').textContent(), phone)
    assert.match((await card.textContent()) ?? '', /SMS · just now/)
    assert.match((await card.textContent()) ?? '', /code for "Transfer 500 €"/)
    await said(page, `New SMS to ${phone}`)
    await said(page, '1 message, newest first')

    await card.getByRole('button', { name: `Copy code ${code}` }).click()
    await said(page, `Copied ${code}`)
    assert.equal(await page.evaluate('navigator.clipboard.readText()'), code)
    assert.equal((await validateNewest(server, code)).body.status, 'SUCCESS')
    assert.deepEqual(complaints, [])
  })

  it('opens the links of a message in a page of their own, and takes no part of them for a code', async (test) => {
    const { server, page, complaints } = await open(test)
    await challenge(server, { authType: 'OUT OF BAND EMAIL', email: alice })
    await cards(page, 1)
    assert.equal(await page.getByRole('button', { name: /^Copy code/ }).count(), 0)
    const links = page.getByRole('article').getByRole('link')
    assert.equal(await links.count(), 2)
    const opening = page.context().waitForEvent('page')
    await links.first().click()
    await (await opening).getByRole('heading', { name: 'Is this you?' }).waitFor({ timeout: waitMs })
    await page.getByRole('heading', { name: 'Development inbox' }).waitFor()
    assert.deepEqual(complaints, [])
  })

  it('makes no link of what a caller writes', async (test) => {
    const { server, page } = await open(test)
    await challenge(server, { authType: 'SMS', phone, transactionName: 'https://evil.example/link/a' })
    await cards(page, 1)
    assert.equal(await page.getByRole('article').getByRole('link').count(), 0)
  })

  it('copies the code that a call reads digit by digit', async (test) => {
    const { server, page } = await open(test)
    await challenge(server, { authType: 'PHONE VERIFICATION', phone })
    const card = page.getByRole('article')
    await card.waitFor({ timeout: waitMs })
    assert.match((await card.textContent()) ?? '', /Call · just now/)
    const label = await card.getByRole('button', { name: /^Copy code \d{6}/ }).textContent()
    const code = /\d{6}/.exec(label ?? '')?.[0] ?? ''
    assert.equal((await validateNewest(server, code)).body.status, 'SUCCESS')
  })

  it('has the newest message first, one card for each channel', async (test) => {
    const { server, page } = await open(test)
    await challenge(server, { authType: 'SMS', phone })
    await cards(page, 1)
    await challenge(server, { authType: 'SMS AND EMAIL', phone: '+15557654321', email: alice })
    await cards(page, 3)
    const shown = await page.getByRole('article').allTextContents()
    assert.match(shown[2] ?? '', /^\+15551234567SMS/)
    assert.deepEqual(new Set(shown.slice(0, 2).map((text) => /SMS|E-mail/.exec(text)?.[0])), new Set(['SMS', 'E-mail']))
  })

  it('shows markup as text', async (test) => {
    const { server, page, complaints } = await open(test)
    let dialogs = 0
    page.on('dialog', (dialog) => {
      dialogs++
      void dialog.dismiss()
    })
    await challenge(server, { authType: 'SMS AND EMAIL', phone, email: alice, transactionName: hostile })
    await cards(page, 2)
    for (const text of await page.getByRole('article').allTextContents()) assert.ok(text.includes(`"${hostile}"`), text)
    assert.equal(await page.locator('main img').count(), 0)
    assert.deepEqual([dialogs, complaints], [0, []])
  })

  describe('the filter', () => {
    const filters: readonly (readonly [typed: string, shown: readonly string[]])[] = [
      [phone, [phone]],
      ['(555) 123-4567', [phone]],
      ['4567', [phone]],
      ['Alice@Example', [alice]],
      ['bob', ['bob@example.com']],
      ['example.com', [alice, 'bob@example.com']],
      ['   ', [phone, alice, 'bob@example.com']],
    ]
    it('takes part of an address, or digits however they are written', async (test) => {
      const { page } = await openWithThree(test)
      for (const [typed, shown] of filters) {
        await page.getByRole('searchbox').fill(typed)
        const headings = await page.getByRole('article').getByRole('heading').allTextContents()
        assert.deepEqual(new Set(headings), new Set(shown), typed)
      }
      await page.getByRole('searchbox').fill('alice')
      await said(page, '1 message of 3')
    })

    it('says when it means nobody, and is taken away by a button', async (test) => {
      const { page } = await openWithThree(test)
      await page.getByRole('searchbox').fill('<b>carol</b>')
      await page.getByText('None of the messages here went to <b>carol</b>.').waitFor()
      assert.equal(await page.getByRole('article').count(), 0)
      await page.getByRole('button', { name: 'Show all messages' }).click()
      await cards(page, 3)
    })

    it('stays in the address of the page, so that it can be kept and shared', async (test) => {
      const { page } = await openWithThree(test)
      await page.getByRole('searchbox').fill(phone)
      await page.waitForURL('**/dev/inbox?to=%2B15551234567')
      await page.reload()
      await cards(page, 1)
      assert.equal(await page.getByRole('searchbox').inputValue(), phone)
    })

    it('lets through what arrives later for the same contact, and nothing else', async (test) => {
      const { server, page } = await openWithThree(test)
      await page.getByRole('searchbox').fill('alice')
      await challenge(server, { authType: 'EMAIL', email: 'dave@example.com' })
      await challenge(server, { authType: 'EMAIL', email: alice })
      await cards(page, 2)
    })
  })

  it('works by keyboard alone, and focus stays where it is when a message arrives', async (test) => {
    const { server, page } = await open(test)
    await challenge(server, { authType: 'SMS', phone })
    await cards(page, 1)
    const code = await server.codeFor(phone)
    await page.keyboard.press('Tab')
    assert.equal(await page.evaluate('document.activeElement.id'), 'filter')
    await page.keyboard.press('Tab')
    assert.match(String(await page.evaluate('document.activeElement.textContent')), new RegExp(`^Copy code ${code}`))
    assert.notEqual(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle'), 'none')

    await challenge(server, { authType: 'EMAIL', email: alice })
    await cards(page, 2)
    assert.match(String(await page.evaluate('document.activeElement.textContent')), new RegExp(`^Copy code ${code}`))
    for (const key of ['Enter', 'Space']) {
      await page.evaluate("navigator.clipboard.writeText('')")
      await page.keyboard.press(key)
      await page.waitForFunction(`navigator.clipboard.readText().then((text) => text === '${code}')`)
    }
  })

  it('copies on a page without HTTPS too, where browsers offer no clipboard', async (test) => {
    const { server, page, context } = await open(test)
    await context.addInitScript("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    await page.reload()
    await challenge(server, { authType: 'SMS', phone })
    await cards(page, 1)
    await page.getByRole('button', { name: /^Copy code/ }).click()
    await said(page, `Copied ${await server.codeFor(phone)}`)
    await page.getByRole('searchbox').focus()
    await page.keyboard.press('Control+V')
    assert.equal(await page.getByRole('searchbox').inputValue(), await server.codeFor(phone))
  })

  it('says when the server does not answer, and goes on by itself when it does', async (test) => {
    const { server, page, context } = await open(test)
    await said(page, 'Live')
    await context.setOffline(true)
    await said(page, 'The server does not answer. Trying again…')
    await challenge(server, { authType: 'SMS', phone })
    await context.setOffline(false)
    await cards(page, 1)
    await said(page, 'Live')
  })

  describe('is accessible, as far as axe can tell, and never wider than its window', { concurrency: 2 }, () => {
    const looks: Readonly<Record<string, BrowserContextOptions>> = {
      'light, 1280 pixels': { viewport: desktop, colorScheme: 'light' },
      'dark, 1280 pixels': { viewport: desktop, colorScheme: 'dark' },
      'light, 320 pixels': { viewport: phoneWidth, colorScheme: 'light' },
      'dark, 320 pixels': { viewport: phoneWidth, colorScheme: 'dark' },
    }
    for (const [look, options] of Object.entries(looks))
      it(look, async (test) => {
        const { server, page, complaints } = await open(test, { reducedMotion: 'reduce', ...options })
        const isFine = async (state: string) => {
          assert.deepEqual(await violations(page), [], state)
          assert.equal(await overflow(page), 0, state)
        }
        await page.getByRole('heading', { name: 'No messages yet' }).waitFor()
        await isFine('empty')

        await server.set('codeLength', '8')
        await challenge(server, {
          authType: 'SMS AND EMAIL',
          phone,
          email: longAddress,
          transactionName: 'W'.repeat(30),
        })
        await cards(page, 2)
        await page
          .getByRole('button', { name: /^Copy code/ })
          .first()
          .click()
        await said(page, /^Copied \d{8}$/)
        await isFine('with messages')

        await page.getByRole('searchbox').fill(longAddress.toUpperCase().repeat(2))
        await page.getByRole('button', { name: 'Show all messages' }).waitFor()
        await isFine('with nothing found')
        assert.deepEqual(complaints, [])
      })
  })

  it('is sent with a policy that allows nothing foreign and nothing inline', async (test) => {
    const { server } = await open(test)
    const response = await fetch(`${server.baseUrl}/dev/inbox`)
    const policy = response.headers.get('content-security-policy') ?? ''
    assert.match(policy, /default-src 'none'/)
    assert.doesNotMatch(policy, /unsafe|https?:|\*|data:/)
    assert.doesNotMatch(await response.text(), /<style|style=|<script>|\son[a-z]+=|https?:/i)
  })

  it('does not exist when it is switched off', async (test) => {
    const server = await startServer('SQLite', { COUNTERSIGN_INBOX: 'off' })
    test.after(() => server.close())
    for (const path of ['', '.json', '.js', '.css'])
      assert.equal((await fetch(`${server.baseUrl}/dev/inbox${path}`)).status, 404, path)
  })

  async function open(
    test: TestContext,
    options: BrowserContextOptions = {},
  ): Promise<OpenPage & { server: TestServer }> {
    const server = await startServer()
    const permissions = ['clipboard-read', 'clipboard-write']
    const opened = await browser.open(`${server.baseUrl}/dev/inbox`, { viewport: desktop, permissions, ...options })
    test.after(async () => {
      await opened.context.close()
      await server.close()
    })
    opened.page.setDefaultTimeout(waitMs)
    return { ...opened, server }
  }

  async function openWithThree(test: TestContext): Promise<OpenPage & { server: TestServer }> {
    const opened = await open(test)
    await challenge(opened.server, { authType: 'SMS', phone })
    await challenge(opened.server, { authType: 'EMAIL', email: alice })
    await challenge(opened.server, { authType: 'EMAIL', email: 'bob@example.com' })
    await cards(opened.page, 3)
    return opened
  }
})

let newestTxId: string | undefined

async function challenge(server: TestServer, body: Record<string, unknown>): Promise<void> {
  const asked = await server.call('/auth/challenge', { customerKey: '11627', ...body })
  assert.equal(asked.body.status, 'SUCCESS')
  newestTxId = asked.body.txId
}

function validateNewest(server: TestServer, token: string) {
  return server.call('/auth/validate', { txId: newestTxId, token })
}

/** Waits until exactly so many messages can be seen. */
async function cards(page: Page, count: number): Promise<void> {
  const deadline = Date.now() + waitMs
  while ((await page.getByRole('article').count()) !== count) {
    assert.ok(Date.now() < deadline, `${await page.getByRole('article').count()} messages instead of ${count}`)
    await page.waitForTimeout(50)
  }
}

/** Waits until a live region says this: what is seen is announced as well. */
async function said(page: Page, text: string | RegExp): Promise<void> {
  await page.getByRole('status').filter({ hasText: text }).waitFor()
}
