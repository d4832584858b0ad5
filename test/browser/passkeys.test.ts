import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import type { BrowserContextOptions, CDPSession, Page } from 'playwright-core'
import { certificate } from '../channels/certificate.ts'
import { newUser } from '../contract/people.ts'
import { type OpenPage, overflow, startBrowser, type TestBrowser, violations } from '../support/browser.ts'
import type { Key } from '../support/caller.ts'
import { customerWith } from '../support/links.ts'
import { askForPasskey, linkTo, newPasskey, optionsOn, see, send, validate } from '../support/passkeys.ts'
import { startServer, type TestServer } from '../support/server.ts'

const phoneWidth = { width: 320, height: 640 }

describe('passkeys, in a browser', () => {
  let server: TestServer
  let browser: TestBrowser
  let sites: Server
  /** What the proxy of `example.com` makes of the path where browsers ask for related origins. */
  let related: string
  let opened: OpenPage | undefined
  before(async () => {
    server = await startServer()
    sites = createServer(certificate, async (request, response) => {
      const answer = request.url === '/.well-known/webauthn' ? await fetch(`${server.baseUrl}${related}`) : null
      response.writeHead(answer?.status ?? 200, { 'content-type': answer?.headers.get('content-type') ?? 'text/html' })
      response.end(answer ? await answer.text() : '<title>A site</title>')
    })
    await new Promise<void>((resolve) => sites.listen(0, '127.0.0.1', resolve))
    const { port } = sites.address() as AddressInfo
    browser = await startBrowser([
      `--host-resolver-rules=MAP *.example.net 127.0.0.1:${port}, MAP example.com 127.0.0.1:${port}`,
      '--ignore-certificate-errors',
    ])
  })
  after(async () => {
    await browser.close()
    sites.closeAllConnections()
    sites.close()
    await server.close()
  })

  interface Device {
    readonly page: Page
    readonly complaints: readonly string[]
    readonly requests: readonly string[]
    /** False: whoever holds it does not prove to be its owner. */
    isOwner(isOwner: boolean): Promise<unknown>
    /** What its authenticator holds. */
    credentials(): Promise<object[]>
  }

  /** A browser with an authenticator of its own, which the next one replaces. */
  async function device(url: string, options: BrowserContextOptions = {}, credentials: object[] = []): Promise<Device> {
    await opened?.context.close()
    opened = await browser.open('about:blank', options)
    const { page, context, complaints } = opened
    const requests: string[] = []
    page.on('request', (request) => requests.push(request.url()))
    const cdp = await context.newCDPSession(page)
    const authenticatorId = await authenticatorOf(cdp)
    for (const credential of credentials)
      await cdp.send('WebAuthn.addCredential', { authenticatorId, credential } as never) // as getCredentials gave it
    await page.goto(url)
    return {
      page,
      complaints,
      requests,
      isOwner: (isUserVerified) => cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
      credentials: async () => (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
    }
  }

  async function authenticatorOf(cdp: CDPSession): Promise<string> {
    await cdp.send('WebAuthn.enable')
    const kind = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true } as const
    const options = { ...kind, isUserVerified: true, automaticPresenceSimulation: true }
    return (await cdp.send('WebAuthn.addVirtualAuthenticator', { options })).authenticatorId
  }

  const status = async (txId: string) =>
    String((await server.call('/auth/auth-status', { txId }, { signed: false })).body.status)
  const press = (page: Page) => page.getByRole('button').click()
  const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true }).waitFor()
  const told = (page: Page, text: string) => page.getByRole('alert').filter({ hasText: text }).waitFor()

  /** Sets a passkey up in the browser and gives what its authenticator then holds. */
  async function ownerOf(username: string): Promise<object[]> {
    const { page, credentials } = await device((await linkTo(server, username)).link)
    await press(page)
    await heading(page, 'Passkey set up')
    return credentials()
  }

  it('set one up, then sign in with it on our page and on the caller’s own', async () => {
    const { username } = await newUser(server)
    const { link, txId } = await linkTo(server, username)
    const first = await device(link)
    assert.equal(await first.page.title(), 'Set up a passkey')
    await first.page.getByLabel('Name, such as My phone').fill('My laptop')
    await press(first.page)
    await heading(first.page, 'Passkey set up')
    assert.equal(await status(txId), 'SUCCESS')
    assert.deepEqual(first.complaints, [])
    const { body } = await server.call('/auth/passkeys', { username })
    assert.equal((body['passkeys'] as { name: string }[])[0]?.name, 'My laptop')

    const asked = await askForPasskey(server, username, { transactionName: 'Sign in' })
    const second = await device(asked.promptUrl, {}, await first.credentials())
    await second.page.getByText('Sign in', { exact: true }).waitFor()
    await press(second.page)
    await heading(second.page, 'Accepted')
    assert.equal(await status(asked.txId), 'SUCCESS')
    assert.deepEqual(second.complaints, [])
    const own = new URL(link).origin
    for (const url of [...first.requests, ...second.requests]) assert.ok(url.startsWith(own), url)

    const again = await askForPasskey(server, username)
    const assertion = await callersOwn(second.page, again.publicKey)
    assert.equal((await validate(server, { txId: again.txId, assertion })).body.status, 'SUCCESS')
    assert.equal((await validate(server, { txId: again.txId, username, assertion })).body.status, 'FAILED')
  })

  /** What a caller's page does with `publicKey`, as docs/passkeys.md shows it. */
  function callersOwn(page: Page, publicKey: object): Promise<object> {
    return page.evaluate(
      `(async () => {
        const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(${JSON.stringify(publicKey)})
        return (await navigator.credentials.get({ publicKey })).toJSON()
      })()`,
    )
  }

  it('are set up and asked for by a page of another domain, once that page is listed for browsers', async () => {
    const origin = 'https://shop.example.net'
    const key = await customerWith(server, { passkeyRpId: 'example.com', passkeyOrigins: origin })
    related = '/.well-known/webauthn'
    const username = 'shopper@example.com'
    await server.call('/admin/users/create', { username }, { key })
    const { link } = await linkTo(server, username, {}, { key })
    const options = JSON.stringify(optionsOn(await see(server, link)))
    const { page } = await device(`${origin}/`)
    const create = () =>
      page.evaluate(`(async () => {
        const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(${options})
        return (await navigator.credentials.create({ publicKey })).toJSON()
      })()`) as Promise<object>
    await assert.rejects(create(), /SecurityError/, 'of several customers nobody is listed')
    related += `?customer=${key.customerKey}`
    assert.equal((await send(server, link, await create())).title, 'Passkey set up')
    const asked = await askForPasskey(server, username, {}, { key })
    const assertion = await callersOwn(page, asked.publicKey)
    assert.equal((await validate(server, { txId: asked.txId, assertion }, { key })).body.status, 'SUCCESS')
    await page.goto('https://other.example.net/')
    await assert.rejects(callersOwn(page, asked.publicKey), /SecurityError/)
  })

  it('the authenticator of another user cannot answer', async () => {
    const [alice, bob] = [await newUser(server), await newUser(server)]
    await newPasskey(server, alice.username)
    const bobs = await ownerOf(bob.username)
    const { txId, promptUrl } = await askForPasskey(server, alice.username)
    const { page } = await device(promptUrl, {}, bobs)
    await press(page)
    await told(page, 'It was cancelled or took too long. Please try again.')
    assert.equal(await status(txId), 'IN_PROGRESS')
  })

  it('a prompt that is cancelled spends nothing, and the next one succeeds', async () => {
    const key = await customerWith(server, { passkeyVerification: 'required' }, 'Example Bank')
    const username = 'strict@example.com'
    await server.call('/admin/users/create', { username }, { key })
    const setUp = await device((await linkTo(server, username, {}, { key })).link)
    await setUp.isOwner(false)
    for (let count = 0; count < 7; count++) {
      await press(setUp.page)
      await told(setUp.page, 'It was cancelled')
    }
    await setUp.isOwner(true)
    await press(setUp.page)
    await heading(setUp.page, 'Passkey set up')

    const { txId, promptUrl } = await askForPasskey(server, username, {}, { key })
    const { page, isOwner } = await device(promptUrl, {}, await setUp.credentials())
    await isOwner(false)
    for (let count = 0; count < 7; count++) {
      await press(page)
      await told(page, 'It was cancelled')
    }
    await isOwner(true)
    await press(page)
    await heading(page, 'Accepted')
    assert.equal(await status(txId), 'SUCCESS')
  })

  it('one authenticator is not set up twice', async () => {
    const { username } = await newUser(server)
    const held = await ownerOf(username)
    const { page } = await device((await linkTo(server, username)).link, {}, held)
    await press(page)
    await told(page, 'This one is set up already')
  })

  it('a link that is used twice, or expired, is over', async () => {
    const { username } = await newUser(server)
    const { link } = await linkTo(server, username)
    const { page, credentials } = await device(link)
    await press(page)
    await heading(page, 'Passkey set up')
    await page.goto(link)
    await heading(page, 'This link is no longer valid')

    const held = await credentials()
    const { txId, promptUrl } = await askForPasskey(server, username)
    const late = await device(promptUrl, {}, held)
    server.advance(300_000)
    await press(late.page)
    await heading(late.page, 'This link is no longer valid')
    assert.equal(await status(txId), 'ERROR')
    await late.page.goto(promptUrl)
    await heading(late.page, 'This link is no longer valid')
  })

  it('a page of another host is told that its browser allows none there', async () => {
    const key = await customerWith(server, { passkeyRpId: 'example.com' })
    await server.call('/admin/users/create', { username: 'far@example.com' }, { key })
    const { page } = await device((await linkTo(server, 'far@example.com', {}, { key })).link)
    await press(page)
    await told(page, 'This browser does not allow passkeys of example.com on this page.')
  })

  it('a browser without passkeys, or without scripts, is told so', async () => {
    const { username } = await newUser(server)
    const { link } = await linkTo(server, username)
    const { page } = await device('about:blank')
    await page.addInitScript('delete window.PublicKeyCredential')
    await page.goto(link)
    await told(page, 'This browser cannot use passkeys. Open this page in another one.')
    // Playwright switches scripts off without showing what stands there for that.
    const html = await (await fetch(link)).text()
    assert.match(html, /<noscript><p class="problem">.*This page needs JavaScript\.<\/p><\/noscript>/)
  })

  it('Spanish to a Spanish browser', async () => {
    const { username } = await newUser(server)
    const { page } = await device((await linkTo(server, username)).link, { locale: 'es-MX' })
    await heading(page, 'Configure una llave de acceso')
    await page.getByLabel('Nombre, por ejemplo Mi teléfono').fill('Portátil')
    await press(page)
    await heading(page, 'Llave de acceso configurada')
    assert.doesNotMatch(await page.locator('body').innerText(), /passkey|You can/i)
  })

  it('by keyboard alone: a name, Enter', async () => {
    const { username } = await newUser(server)
    const { page } = await device((await linkTo(server, username)).link)
    await page.keyboard.press('Tab')
    await page.keyboard.type('By hand')
    await page.keyboard.press('Enter')
    await heading(page, 'Passkey set up')
  })

  describe('pages', () => {
    const name = 'Donaudampfschifffahrtsgesellschaftskapitän'.repeat(2)
    let key: Key
    const facts = { transactionName: 'W'.repeat(30), ipAddress: '2001:0db8:ffff:ffff:ffff:ffff:ffff:ffff' }
    const username = `${'x'.repeat(64)}@example.com`
    before(async () => {
      key = await customerWith(server, {}, name)
      await server.call('/admin/users/create', { username }, { key })
      await newPasskey(server, username, undefined, { key })
    })

    const states: Record<string, () => Promise<Page>> = {
      'setting up': async () => (await device((await linkTo(server, username, {}, { key })).link)).page,
      'set up': async () => {
        const { page } = await device((await linkTo(server, username, {}, { key })).link)
        await press(page)
        await heading(page, 'Passkey set up')
        return page
      },
      'signing in': async () => (await device((await askForPasskey(server, username, facts, { key })).promptUrl)).page,
      cancelled: async () => {
        const { page } = await device((await askForPasskey(server, username, facts, { key })).promptUrl)
        await press(page)
        await told(page, 'It was cancelled')
        return page
      },
    }
    for (const [state, show] of Object.entries(states))
      it(`${state}: nothing that axe finds wrong in light or dark, no wider than 320 px, also in letters twice as large`, async () => {
        const page = await show()
        assert.equal(await page.evaluate('document.styleSheets.length'), 1)
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme })
          assert.deepEqual(await violations(page), [], colorScheme)
        }
        await page.setViewportSize(phoneWidth)
        assert.equal(await overflow(page), 0)
        for (const one of await page.locator('button, input:not([type=hidden])').all())
          assert.ok(((await one.boundingBox())?.height ?? 0) >= 44)
        await page.evaluate('document.documentElement.style.fontSize = "200%"')
        assert.equal(await overflow(page), 0)
      })
  })
})
