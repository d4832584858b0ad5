import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { BrowserContextOptions, Locator, Page } from 'playwright-core'
import { newUser } from '../contract/people.ts'
import { type OpenPage, overflow, startBrowser, type TestBrowser, violations } from '../support/browser.ts'
import { adminOf, type ConsoleClient, firstLink, goodPassword } from '../support/console.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { totp } from '../support/totp.ts'

const firstLoadMaxBytes = 250_000
const dist = fileURLToPath(new URL('../../dist/', import.meta.url))
const narrowAndDark: BrowserContextOptions = { viewport: { width: 320, height: 640 }, colorScheme: 'dark' }

describe('signing in to the console, in a browser', () => {
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

  it('the first link leads by the keyboard alone to a user, and a second sign-in too', async () => {
    const { username } = await newUser(server)
    const opened = await browser.open(`${server.baseUrl}/console/setup#${await firstLink(server)}`)
    const { page } = opened
    const keys = page.keyboard

    await page.getByRole('heading', { name: 'Welcome to Countersign' }).waitFor()
    await tabTo(page, 'Password')
    await keys.type(goodPassword)
    await keys.press('Enter')
    await page.getByRole('heading', { name: 'Set up your second factor' }).waitFor()
    await tabTo(page, /^Authenticator app/)
    await keys.press('Enter')
    const secret = (await page.locator('.copy-field code').textContent()) ?? ''
    await tabTo(page, 'Code')
    await keys.type(code(secret))
    await keys.press('Enter')
    await page.getByRole('heading', { name: 'Default', level: 1 }).waitFor()
    assert.equal(new URL(page.url()).pathname, '/console')

    await tabTo(page, /^Administrator/)
    await keys.press('Enter')
    await pressTo(page, 'ArrowDown', page.getByRole('menuitem', { name: 'Sign out' }))
    await keys.press('Enter')
    await page.getByRole('heading', { name: 'Sign in to the console' }).waitFor()
    await keys.type('admin')
    await keys.press('Tab')
    await keys.type(goodPassword)
    await keys.press('Enter')
    await page.getByLabel('Code of your authenticator app').waitFor()
    await keys.type(code(secret))
    await page.getByRole('heading', { name: 'Default', level: 1 }).waitFor()

    await keys.press('/')
    await page.getByRole('combobox', { name: 'Find a user or page' }).waitFor()
    await keys.type(username.slice(0, 8))
    await page.getByRole('option', { name: username }).waitFor()
    await keys.press('Enter')
    await page.getByRole('heading', { name: username, level: 1 }).waitFor()
    await page.getByRole('heading', { name: 'Timeline' }).waitFor()
    assert.deepEqual(opened.complaints, [])
    await opened.context.close()
  })

  it('a passkey is set up and signs in', async () => {
    const login = 'with.passkey@example.com'
    const { admin } = await adminOf(server, 'helpdesk', undefined, login)
    const { resetAdmin } = await import('../../server/engine/admin-links.ts')
    const engine = { store: server.assembled.store, clock: server.now }
    const secret = await resetAdmin(engine, admin, { adminId: null, name: 'test', requestId: null })
    const opened = await browser.open('about:blank')
    const { page } = opened
    await giveAuthenticator(opened)
    await page.goto(`${server.baseUrl.replace('127.0.0.1', 'localhost')}/console/setup#${secret}`)
    await page.getByLabel('Password', { exact: true }).fill(goodPassword)
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('button', { name: /^Passkey/ }).click()
    await page.getByRole('heading', { level: 1, name: 'Default' }).waitFor()
    await page.getByRole('button', { name: /Help desk/ }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByLabel('E-mail or name').fill(login)
    await page.getByLabel('Password', { exact: true }).fill(goodPassword)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('button', { name: 'Use your passkey' }).click()
    await page.getByRole('heading', { level: 1, name: 'Default' }).waitFor()
    assert.equal(await page.getByRole('link', { name: 'Settings' }).count(), 0, 'the help desk changes no settings')
    assert.deepEqual(opened.complaints, [])
    await opened.context.close()
  })

  it('wrong passwords and codes are told, and may be tried again', async () => {
    const login = 'forgetful@example.com'
    const { client } = await adminOf(server, 'auditor', undefined, login)
    const { page, context } = await browser.open(server.baseUrl, narrowAndDark)
    await page.getByLabel('E-mail or name').fill(login)
    await page.getByLabel('Password', { exact: true }).fill('not the password')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('alert').waitFor()
    assert.deepEqual(await violations(page), [])
    assert.equal(await overflow(page), 0)
    await page.getByLabel('Password', { exact: true }).fill(goodPassword)
    await page.getByRole('button', { name: 'Sign in' }).click()
    const field = page.getByLabel('Code of your authenticator app')
    await field.fill('000000')
    await page.getByRole('alert').waitFor()
    assert.equal(await field.inputValue(), '')
    assert.deepEqual(await violations(page), [])
    assert.equal(await overflow(page), 0)
    await field.fill(client.code())
    await page.getByRole('heading', { level: 1, name: 'Default' }).waitFor()
    await context.close()
  })

  it('who types into a long form stays signed in, and is told when the session has ended', async () => {
    const { client } = await adminOf(server, 'admin', undefined, 'typing@example.com')
    const opened = await browser.open('about:blank')
    const { page } = opened
    await signedIn(opened, client)
    await page.clock.install()
    await page.goto(`${server.baseUrl}/console/groups`)
    await page.getByRole('button', { name: 'Add a group' }).first().click()
    for (let minutes = 0; minutes < 18; minutes += 3) {
      server.advance(180_000)
      await page.getByLabel('Name').press('a')
      await page.clock.runFor(180_000)
    }
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { level: 1, name: 'aaaaaa' }).waitFor()
    await client.do('session.end')
    await page.getByRole('link', { name: 'Tokens' }).click()
    await page.getByText('Your session has ended.').waitFor()
    await opened.context.close()
  })

  it('a link that was used leads nowhere, and says what to do', async () => {
    const { page, context } = await browser.open(`${server.baseUrl}/console/setup#not-a-link`, narrowAndDark)
    await page.getByRole('heading', { name: 'This link leads nowhere' }).waitFor()
    assert.deepEqual(await violations(page), [])
    assert.equal(await overflow(page), 0)
    await context.close()
  })

  it('loads at most 250 KB before its home page is there', async () => {
    const { client } = await adminOf(server, 'admin', undefined, 'measuring@example.com')
    const opened = await browser.open('about:blank')
    await signedIn(opened, client)
    const files = new Set<string>()
    opened.page.on('request', (request) => files.add(new URL(request.url()).pathname))
    await opened.page.goto(`${server.baseUrl}/console`)
    await opened.page.getByRole('heading', { level: 1, name: 'Default' }).waitFor()
    const sizes = [...files].filter((file) => file.startsWith('/console/')).map(gzippedBytes)
    const total = sizes.reduce((sum, size) => sum + size, 0)
    assert.ok(sizes.length > 2, `only ${[...files].join(', ')} were loaded`)
    assert.ok(total <= firstLoadMaxBytes, `${total} bytes are loaded`)
    await opened.context.close()
  })

  /** The server's clock goes on, so that the code was not used yet. */
  function code(secret: string): string {
    server.advance(30_000)
    return totp(secret, server.now())
  }
})

/** Goes on by the Tab key until a control of this name has the focus. */
function tabTo(page: Page, name: string | RegExp): Promise<void> {
  return pressTo(
    page,
    'Tab',
    page
      .getByRole('button', { name })
      .or(page.getByLabel(name, { exact: true }))
      .first(),
  )
}

/** Presses a key until something has the focus. */
async function pressTo(page: Page, key: string, wanted: Locator): Promise<void> {
  await wanted.waitFor()
  for (let presses = 0; presses < 60; presses += 1) {
    if (await wanted.evaluate((element) => element === element.ownerDocument.activeElement)) return
    await page.keyboard.press(key)
  }
  throw new Error(`The key ${key} does not lead to ${wanted}.`)
}

/** A browser that is signed in as a client of the tests is. */
async function signedIn({ context }: OpenPage, client: ConsoleClient): Promise<void> {
  const [name = '', value = ''] = (client.cookie ?? '').split(/=(.*)/s)
  await context.addCookies([{ name, value, url: client.server.baseUrl }])
}

async function giveAuthenticator({ context, page }: OpenPage): Promise<void> {
  const cdp = await context.newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  const kind = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true } as const
  await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: { ...kind, isUserVerified: true, automaticPresenceSimulation: true },
  })
}

function gzippedBytes(path: string): number {
  const file = join(dist, path === '/console/' ? '/console/index.html' : path)
  return statSync(`${file}.gz`, { throwIfNoEntry: false })?.size ?? readFileSync(file).length
}
