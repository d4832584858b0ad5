import assert from 'node:assert/strict'
import { createECDH, hash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import sharp from 'sharp'
import { newUser } from '../contract/people.ts'
import {
  cameraFlags,
  challenge,
  choosePin,
  openApp,
  pairedApp,
  pairingCode,
  phoneOf,
  qrOf,
  showToCamera,
  statusOf,
  until,
} from '../support/app.ts'
import { startBrowser, type TestBrowser } from '../support/browser.ts'
import { pairedPhone, readQr } from '../support/device.ts'
import { customerWith } from '../support/links.ts'
import { startServer, type TestServer } from '../support/server.ts'

describe('the phone app, paired', () => {
  let server: TestServer
  let browser: TestBrowser
  const folder = mkdtempSync(join(tmpdir(), 'countersign-camera-'))
  const film = join(folder, 'film.mjpeg')
  before(async () => {
    server = await startServer()
    await showToCamera(film, await qrOf('nothing to see'))
    browser = await startBrowser([...cameraFlags(film), '--host-resolver-rules=MAP phone.test 127.0.0.1'])
  })
  after(async () => {
    await browser.close()
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const registration = async (txId: string) =>
    (await server.call('/auth/registration-status', { txId }, { signed: false })).body.status

  it('by the camera, then signs in by the camera too', async () => {
    const { username } = await newUser(server)
    const { qrCode, txId } = await pairingCode(server, username)
    await showToCamera(film, Buffer.from(qrCode, 'base64'))
    const phone = await openApp(browser, `${server.baseUrl}/app`)
    await phone.heading('Your sign-ins, in your hand')
    await phone.press('Scan a code')
    await choosePin(phone.page)
    await phone.heading('Pair this phone')
    assert.equal(await registration(txId), 'IN_PROGRESS')
    await phone.page.getByText(username).waitFor()
    await phone.page.getByLabel('A name for this phone').fill('Ana’s phone')
    await phone.press('Pair')
    await phone.heading('Paired')
    assert.equal(await registration(txId), 'SUCCESS')
    await phone.press('Done')

    const login = await challenge(server, username, 'MOBILE AUTHENTICATION', { transactionName: 'Open the door' })
    await showToCamera(film, Buffer.from(login.qrCode, 'base64'))
    await phone.press('Scan')
    await phone.heading('Do you approve this?')
    await phone.page.getByText('Open the door').waitFor()
    assert.equal(await statusOf(server, login.txId), 'IN_PROGRESS')
    await phone.hold()
    await phone.heading('Approved')
    assert.equal(await statusOf(server, login.txId), 'SUCCESS')
    await phone.press('Done')
    await phone.press('Settings')
    await phone.page.getByText('Ana’s phone').waitFor()
    assert.deepEqual(phone.complaints, [])
    await phone.context.close()
  })

  it('by a link whose secret leaves the address at once, and with a key that leaves the browser never', async () => {
    const { username } = await newUser(server)
    const { link } = await pairingCode(server, username)
    const phone = await openApp(browser, link)
    await phone.heading('Choose a PIN')
    assert.equal(phone.page.url(), `${server.baseUrl}/app/`)
    await choosePin(phone.page)
    await phone.press('Pair')
    await phone.heading('Paired')
    const exported = await phone.page.evaluate(`(async () => {
      const database = await new Promise((resolve) => {
        const opening = indexedDB.open('countersign')
        opening.onsuccess = () => resolve(opening.result)
      })
      const reading = database.transaction('pairings').objectStore('pairings').getAll()
      await new Promise((resolve) => { reading.onsuccess = resolve })
      const [{ key }] = reading.result
      return crypto.subtle.exportKey('pkcs8', key).then(() => 'out', ({ name }) => name)
    })()`)
    assert.equal(exported, 'InvalidAccessError')
    await phone.page.reload()
    await phone.heading('Codes')
    await phone.context.close()
  })

  it('not by a code that is used, too old, of another server, or none: a sentence each', async () => {
    const { username } = await newUser(server)
    const used = await pairingCode(server, username)
    await pairedPhone(server.baseUrl, server.call, username)
    const phone = await openApp(browser, `${server.baseUrl}/app`)
    const paste = async (text: string, sentence: string) => {
      await phone.page.getByLabel('Or paste the link of the code').fill(text)
      await phone.press('Open')
      await phone.page.getByRole('alert').filter({ hasText: sentence }).waitFor()
    }
    await showToCamera(film, await qrOf('https://example.com/menu'))
    await phone.press('Scan')
    await phone.page.getByRole('alert').filter({ hasText: 'This code is not for this app.' }).waitFor()
    await paste(used.link.replace(server.baseUrl, 'https://mfa.example.com'), 'This code is of another server.')
    await paste(used.link.replace('#pair', '#scan'), 'This phone is not paired yet.')
    await paste(
      used.link.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
      'This code is not valid here',
    )
    const late = await pairingCode(server, (await newUser(server)).username)
    server.advance(300_000)
    await phone.press('Scan a code')
    await paste(late.link, 'This code is too old. Ask for a new one.')
    await phone.context.close()
  })

  it('with several users at once, each with codes and a removal of its own', async () => {
    const { phone } = await pairedApp(server, browser)
    const second = await newUser(server)
    const { link } = await pairingCode(server, second.username)
    await phone.page.evaluate(`location.hash = '${new URL(link).hash}'`)
    await phone.heading('Pair this phone')
    await phone.press('Pair')
    await phone.heading('Paired')
    await phone.press('Done')
    assert.equal(await phone.page.getByRole('button', { name: /^Copy the code/ }).count(), 2)
    await phone.press('Settings')
    await phone.page.getByRole('button', { name: new RegExp(second.username) }).click()
    await phone.page.getByLabel('Name of this phone').fill('Second')
    await phone.press('Save')
    await phone.page.getByText('Saved.').waitFor()
    await phone.page.getByRole('button', { name: 'Remove this phone' }).dblclick()
    await phone.press('Cancel')
    await phone.press('Remove this phone')
    await phone.press('Yes, remove it')
    await phone.heading('Codes')
    const codes = phone.page.getByRole('button', { name: /^Copy the code/ })
    await codes.nth(1).waitFor({ state: 'detached' })
    assert.equal(await codes.count(), 1)
    await phone.context.close()
  })

  it('shows the logo of whose account it is, without a connection too, and on nobody else’s things', async () => {
    const { username, phone } = await pairedApp(server, browser)
    const key = await customerWith(server, { issuer: 'Default' }, 'Acme')
    const png = await sharp({ create: { width: 256, height: 64, channels: 3, background: '#2a48d7' } })
      .png()
      .toBuffer()
    const digest = hash('sha256', png)
    await server.assembled.store.write((tx) => tx.logos.put(key.customerKey, digest, png, server.now()))
    const path = `/logo/${key.customerKey}/${digest}.png`
    const at = { key }
    await server.call('/admin/users/create', { username: 'ana' }, at)
    const { body } = await server.call('/auth/register-mobile', { username: 'ana' }, at)
    await phone.page.evaluate(`location.hash = '${new URL(await readQr(String(body['qrCode']))).hash}'`)
    const shown = 'img.badge.logo'
    /** Beside what a logo is shown; a picture that did not load is none. */
    const logos = () =>
      phone.page.evaluate(`Promise.all([...document.querySelectorAll('${shown}')].map((one) => one.decode().then(() =>
        [one.getAttribute('src'), one.parentElement.innerText.split('\\n').slice(0, 2).join(' ')], () => [])))`)
    const kept = `caches.open('logos').then((cache) => cache.keys())
      .then((all) => all.map(({ url }) => new URL(url).pathname).join())`

    await phone.page.getByLabel('A name for this phone').waitFor()
    assert.deepEqual(await logos(), [[path, 'Acme']])
    await phone.press('Pair')
    await phone.press('Done')
    await phone.page.locator('li', { hasText: 'ana' }).locator(shown).waitFor()
    assert.deepEqual(await logos(), [[path, 'Default ana']], 'by the pairing, whatever it is called')
    await until(phone.page, `${kept}.then((all) => all === '${path}')`)

    const deny = async () => {
      for (const name of ['No, deny', 'It was me, deny only', 'Done']) await phone.press(name)
    }
    await challenge(server, username, 'PUSH NOTIFICATIONS')
    await phone.heading('Are you signing in?')
    assert.deepEqual(await logos(), [])
    await deny()
    await server.call('/auth/challenge', { ...key, username: 'ana', authType: 'PUSH NOTIFICATIONS' }, at)
    await phone.heading('Are you signing in?')
    assert.deepEqual(await logos(), [[path, 'Acme']])
    await deny()

    assert.deepEqual(phone.complaints, [])
    const cdp = await phone.context.newCDPSession(phone.page)
    await cdp.send('Network.clearBrowserCache')
    await phone.context.setOffline(true)
    await phone.page.goto(`${server.baseUrl}/app/`)
    await phone.page.getByText('You are offline.').waitFor()
    assert.deepEqual(await logos(), [[path, 'Acme ana']])
    await phone.context.setOffline(false)
    await phone.press('Settings')
    await phone.page.getByRole('button', { name: /Acme/ }).click()
    await phone.press('Remove this phone')
    await phone.press('Yes, remove it')
    await until(phone.page, `${kept}.then((all) => all === '')`)
    await phone.context.close()
  })

  it('with notifications, where the browser has them; where it has none, it says what then', async () => {
    const without = await pairedApp(server, browser, { permissions: ['notifications'] })
    await without.phone.press('Settings')
    await without.phone.press('Turn notifications on')
    await without.phone.page.getByText('The browser’s push service cannot be reached.').waitFor()
    await without.phone.context.close()

    const { username } = await newUser(server)
    const { link } = await pairingCode(server, username)
    const opened = await browser.open('about:blank', { permissions: ['notifications'] })
    const point = createECDH('prime256v1').generateKeys('base64url')
    // A real subscription needs the maker of the browser: this one is given instead.
    await opened.page.addInitScript(`{
      const keys = { p256dh: '${point}', auth: '${'A'.repeat(22)}' }
      const given = { endpoint: 'https://push.example.com/one', toJSON: () => ({ endpoint: given.endpoint, keys }) }
      let kept = null
      PushManager.prototype.getSubscription = async () => kept
      PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
        if (applicationServerKey.length !== 65) throw new Error('no P-256 point')
        return (kept = given)
      }
    }`)
    await opened.page.goto(link)
    const phone = phoneOf(opened)
    await choosePin(phone.page)
    await phone.press('Pair')
    await phone.press('Turn notifications on')
    await phone.page.getByText('Notifications are on.').waitFor()
    await phone.press('Done')
    await phone.press('About Default')
    await phone.page.getByText('On', { exact: true }).waitFor()
    await phone.context.close()
  })

  it('never at an address without HTTPS: it says why and what to do', async () => {
    const { link } = await pairingCode(server, (await newUser(server)).username)
    const phone = await openApp(browser, link.replace(/\/\/[^:]+/, '//phone.test'))
    await phone.heading('This address is not safe enough')
    await phone.page.getByText('one that begins with https://').waitFor()
    await phone.context.close()
  })
})
