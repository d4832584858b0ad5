import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { customerKey, succeed } from '../contract/people.ts'
import { type AppPhone, challenge, openApp, pairedApp, statusOf, until } from '../support/app.ts'
import { startBrowser, type TestBrowser } from '../support/browser.ts'
import { pairedPhone } from '../support/device.ts'
import { startServer, type TestServer } from '../support/server.ts'

const push = 'PUSH NOTIFICATIONS'

const countries = fileURLToPath(
  import.meta.resolve('@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb'),
)
const userAgent = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0'

describe('the phone app, asked', () => {
  let server: TestServer
  let browser: TestBrowser
  let username: string
  let phone: AppPhone
  before(async () => {
    server = await startServer('SQLite', { COUNTERSIGN_IP_DATABASES: countries })
    browser = await startBrowser()
    ;({ username, phone } = await pairedApp(server, browser))
  })
  after(async () => {
    await browser.close()
    await server.close()
  })

  const status = (txId: string) => statusOf(server, txId)
  const told = (text: string) => phone.page.getByRole('alert').filter({ hasText: text }).waitFor()
  const done = () => phone.press('Done')

  it('shows who asks what, from where and by which browser; the number of the login page approves, another one does not', async () => {
    const where = { ipAddress: '81.193.10.20', userAgent }
    const facts = { transactionName: 'Buy Casio Watch $200', ...where, showsMatchNumber: true }
    const { txId, matchNumber } = await challenge(server, username, push, facts)
    await phone.heading('Do you approve this?')
    const shown = ['Default', 'Buy Casio Watch $200', username, '81.193.10.20', 'Portugal', 'Firefox on Windows']
    for (const text of shown) await phone.page.getByText(text, { exact: true }).first().waitFor()
    // All other numbers of two digits: the address and the time.
    const rest = (await phone.page.locator('main').innerText()).replaceAll(/81\.193\.10\.20|\d\d:\d\d:\d\d/g, '')
    assert.doesNotMatch(rest, new RegExp(`(^|\\D)${matchNumber}(\\D|$)`, 'm'))
    const number = phone.page.getByLabel('Type the number that the login page shows')
    await number.fill(String((Number(matchNumber) + 1) % 100).padStart(2, '0'))
    await phone.press('Approve')
    await told('That is not the number on the login page.')
    assert.equal(await status(txId), 'IN_PROGRESS')
    await number.fill(matchNumber)
    await number.press('Enter')
    await phone.heading('Approved')
    assert.equal(await status(txId), 'SUCCESS')
    await done()
    await phone.heading('Codes')
  })

  it('approves by holding only: a tap and a short press do nothing', async () => {
    const { txId } = await challenge(server, username, push)
    await phone.heading('Are you signing in?')
    const button = phone.page.getByRole('button', { name: 'Hold to approve' })
    await button.tap()
    await phone.page.getByText('Keep holding until the button is full.').waitFor()
    await button.press('Space')
    assert.equal(await status(txId), 'IN_PROGRESS')
    await phone.hold()
    await phone.heading('Approved')
    assert.equal(await status(txId), 'SUCCESS')
    await done()
  })

  it('lets assistive technology, which cannot hold, approve by two presses that are no double press', async () => {
    const { txId } = await challenge(server, username, push)
    await phone.heading('Are you signing in?')
    const pressed = "document.querySelector('button.hold').click()"
    await phone.page.evaluate(`${pressed}; ${pressed}`)
    await phone.page.getByRole('button', { name: 'Press once more to approve' }).waitFor()
    assert.equal(await status(txId), 'IN_PROGRESS')
    await phone.page.waitForTimeout(1_100)
    await phone.page.evaluate(pressed)
    await phone.heading('Approved')
    assert.equal(await status(txId), 'SUCCESS')
    await done()
  })

  it('denies with the app locked, and asks for the lock before it approves', async () => {
    await phone.press('Settings')
    await phone.press('Lock now')
    const first = await challenge(server, username, push)
    await phone.heading('Are you signing in?')
    assert.equal(await phone.page.getByRole('button', { name: 'Hold to approve' }).count(), 0)
    await phone.press('No, deny')
    await phone.press('It was me, deny only')
    await phone.heading('Denied')
    assert.equal(await status(first.txId), 'DENIED')
    await done()
    const second = await challenge(server, username, push)
    await phone.unlock()
    await phone.hold()
    await phone.heading('Approved')
    assert.equal(await status(second.txId), 'SUCCESS')
    await done()
  })

  it('denies when its user leaves without saying whether he started it', async () => {
    const { txId } = await challenge(server, username, push)
    await phone.press('No, deny')
    await phone.heading('Did you start this?')
    await phone.page.evaluate(`{
      Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))
      delete document.visibilityState
    }`)
    await phone.heading('Denied')
    assert.equal(await status(txId), 'DENIED')
    await done()
  })

  it('says so when another phone was quicker', async () => {
    const other = await pairedPhone(server.baseUrl, server.call, username)
    await challenge(server, username, push)
    await phone.heading('Are you signing in?')
    await other.answer(await other.prompt(), 'approve')
    await phone.heading('Already settled')
    await done()
  })

  it('says so without a connection, keeps the question, and answers when it is back', async () => {
    const { txId } = await challenge(server, username, push)
    await phone.heading('Are you signing in?')
    await phone.context.setOffline(true)
    await phone.hold()
    await told('The server cannot be reached.')
    assert.equal(await status(txId), 'IN_PROGRESS')
    await phone.context.setOffline(false)
    await phone.hold()
    await phone.heading('Approved')
    assert.equal(await status(txId), 'SUCCESS')
    await done()
  })

  it('says so when the time is over, and that its clock is wrong', async () => {
    const { txId } = await challenge(server, username, push)
    await phone.heading('Are you signing in?')
    server.advance(301_000)
    await phone.hold()
    await phone.page.getByText('The time to answer is over.').waitFor()
    assert.notEqual(await status(txId), 'SUCCESS')
    await done()
    await phone.page.reload()
    await phone.page.getByText(/^The clock of this phone is \d+ min off/).waitFor()
  })

  it('is woken by a push message: a notice without names, and the question once it is opened', async () => {
    await phone.context.grantPermissions(['notifications'])
    const cdp = await phone.context.newCDPSession(phone.page)
    const registered = new Promise<string>((resolve) => {
      cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
        if (registrations[0]) resolve(registrations[0].registrationId)
      })
    })
    await cdp.send('ServiceWorker.enable')
    const registrationId = await registered
    const origin = server.baseUrl
    const data = JSON.stringify({ kind: 'prompt', device: 'any' })
    const wake = () => cdp.send('ServiceWorker.deliverPushMessage', { origin, registrationId, data })
    const notices = `navigator.serviceWorker.getRegistration('/app/').then((one) => one.getNotifications())`
    // A page of the same origin that is not the app, which is closed then.
    await phone.page.goto(`${origin}/link`)
    await challenge(server, username, push, { transactionName: 'Secret errand' })
    await wake()
    await until(phone.page, `${notices}.then(({ length }) => length === 1)`)
    const said = `${notices}.then(([{ title, body }]) => title + ' ' + body)`
    assert.equal(await phone.page.evaluate(said), 'Is this you? A sign-in waits for your answer.')
    await phone.page.goto(`${origin}/app`)
    await phone.heading('Do you approve this?')
    await phone.press('Answer later')
    await phone.page.getByText('Waiting for your answer').waitFor()
    const small = await phone.page.getByRole('button', { name: 'Answer', exact: true }).boundingBox()
    assert.ok((small?.height ?? 0) >= 44, 'a finger hits it')
    await phone.press('Answer')
    // The message reaches the open app as well, which then takes the notice away.
    await wake()
    await until(phone.page, `${notices}.then(({ length }) => length === 0)`)
    await phone.press('No, deny')
    await phone.press('It was me, deny only')
    await done()
  })

  it('reports what its user did not start, which pauses such questions', async () => {
    const { txId } = await challenge(server, username, push)
    await phone.press('No, deny')
    await phone.heading('Did you start this?')
    await phone.press('I did not start this')
    await phone.heading('Denied and reported')
    assert.equal(await status(txId), 'DENIED')
    const again = await server.call('/auth/challenge', { customerKey, username, authType: push })
    assert.match(String(again.body.message), /paused/)
    await done()
  })

  it('says so while its user is disabled', async () => {
    await succeed(server.call('/admin/users/disable', { customerKey, username }))
    await phone.page.reload()
    await told('Default: This account is disabled. Ask your administrator.')
    await succeed(server.call('/admin/users/enable', { customerKey, username }))
    await phone.page.getByRole('alert').waitFor({ state: 'detached' })
  })

  it('dies at once when its phone is removed: key, codes and questions are gone', async () => {
    const { body } = await succeed(server.call('/auth/phones', { customerKey, username }))
    for (const { phoneId } of body['phones'] as { phoneId: string }[])
      await succeed(server.call('/auth/phone-removal', { customerKey, username, phoneId }))
    await told('Default removed this phone.')
    await phone.heading('Your sign-ins, in your hand')
    await phone.page.reload()
    await phone.heading('Your sign-ins, in your hand')
    assert.equal(await phone.page.getByText(username).count(), 0)
  })

  it('erases itself at the tenth wrong PIN, with growing waits before', async () => {
    const second = await pairedApp(server, browser)
    const { page } = second.phone
    await page.clock.install()
    await page.reload()
    for (const left of [9, 8]) {
      await second.phone.unlock('000111')
      await page.getByText(`${left} tries are left`).waitFor()
    }
    await second.phone.unlock('000111')
    await page.getByText(/^Too many wrong PINs\. Wait 30 s/).waitFor()
    await page.reload()
    await page.getByText(/^Too many wrong PINs\. Wait/).waitFor()
    await page.clock.fastForward(31_000)
    await page.evaluate(`new Promise((resolve) => {
      indexedDB.open('countersign').onsuccess = ({ target }) => {
        const writing = target.result.transaction('settings', 'readwrite')
        writing.objectStore('settings').put({ wrong: 9, lastAtMs: 0 }, 'tries')
        writing.oncomplete = resolve
      }
    })`)
    await second.phone.unlock('000111')
    await page.getByText('Ten wrong PINs: everything in this app was erased.').waitFor()
    await second.phone.heading('Your sign-ins, in your hand')
    await page.reload()
    await second.phone.heading('Your sign-ins, in your hand')
    const { body } = await succeed(server.call('/auth/phones', { customerKey, username: second.username }))
    assert.deepEqual(body['phones'], [], 'and the server was told')
    await second.phone.context.close()
  })

  it('opens where a prompt waits already', async () => {
    const { phone: third, username: owner } = await pairedApp(server, browser)
    await third.page.goto('about:blank')
    await challenge(server, owner, push)
    await third.page.goto(`${server.baseUrl}/app/`)
    await third.heading('Are you signing in?')
    assert.deepEqual(third.complaints, [])
    await third.context.close()
    await (await openApp(browser, `${server.baseUrl}/app`)).context.close()
  })
})
