import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { customerKey } from '../contract/people.ts'
import { type AppPhone, choosePin, openApp, pairedApp } from '../support/app.ts'
import { startBrowser, type TestBrowser } from '../support/browser.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { totp } from '../support/totp.ts'

/** The secrets of RFC 6238, appendix B, in base32. */
const rfc = {
  SHA1: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
  SHA256: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA',
  SHA512: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNA',
}

describe('the phone app, with codes', () => {
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

  const codes = (phone: AppPhone) =>
    phone.page.locator('[data-code]').evaluateAll((all) => all.map((one) => one.getAttribute('data-code')))
  const problem = (phone: AppPhone, text: string) => phone.page.getByRole('alert').filter({ hasText: text }).waitFor()

  async function paste(phone: AppPhone, link: string): Promise<void> {
    await phone.press('Scan')
    await phone.page.getByLabel('Or paste the link of the code').fill(link)
    await phone.press('Open')
  }

  it('shows the soft token, which the server takes, also without a connection', async () => {
    const { username, phone } = await pairedApp(server, browser)
    await phone.page.evaluate('navigator.serviceWorker.ready.then(() => 0)')
    await phone.context.setOffline(true)
    await phone.page.goto(`${server.baseUrl}/app/`)
    await phone.page.getByText('You are offline. Codes still work').waitFor()
    await phone.unlock()
    await phone.page.locator('[data-code]:not([data-code=""])').waitFor()
    const [token] = await codes(phone)
    const answer = await server.call('/auth/validate', { customerKey, username, authType: 'SOFT TOKEN', token })
    assert.equal(answer.body.status, 'SUCCESS', answer.text)
    await phone.context.close()
  })

  it('of other sites: by link and typed, as RFC 6238 calculates them; what is none is told so', async () => {
    const phone = await openApp(browser, `${server.baseUrl}/app`)
    await phone.page.clock.setFixedTime(59_000)
    await paste(phone, `otpauth://totp/ACME%20Co:ana@example.com?secret=${rfc.SHA1}&issuer=ACME%20Co&digits=8`)
    await choosePin(phone.page)
    await phone.heading('Add a code')
    assert.equal(await phone.page.getByLabel('Website').inputValue(), 'ACME Co')
    await phone.press('Add')
    for (const algorithm of ['SHA256', 'SHA512'] as const) {
      await paste(phone, `otpauth://totp/${algorithm}?secret=${rfc[algorithm]}&algorithm=${algorithm}&digits=8`)
      await phone.press('Add')
    }
    await phone.press('Add a code by hand')
    await phone.page.getByLabel('Website').fill('Typed')
    await phone.page.getByLabel('Secret key').fill('not 1 key')
    await phone.press('Add')
    await problem(phone, 'This is not a secret key')
    await phone.page.getByLabel('Secret key').fill('gezd gnbv gy3t qojq gezd gnbv gy3t qojq')
    await phone.press('Add')
    await phone.heading('Codes')
    await phone.page.locator('li', { hasText: 'Typed' }).locator('[data-code]:not([data-code=""])').waitFor()
    assert.deepEqual((await codes(phone)).sort(), ['94287082', '46119246', '90693936', totp(rfc.SHA1, 59_000)].sort())
    await paste(phone, `otpauth://hotp/x?secret=${rfc.SHA1}&counter=1`)
    await problem(phone, 'Codes that count up (HOTP) are not supported')
    await phone.context.close()
  })

  it('that lie in the database sealed, open with the PIN alone, and close when the app was left', async () => {
    const phone = await openApp(browser, `${server.baseUrl}/app`)
    await paste(phone, `otpauth://totp/Sealed?secret=${rfc.SHA1}`)
    await choosePin(phone.page)
    await phone.press('Add')
    await phone.heading('Codes')
    const kept = await phone.page.evaluate(`new Promise((resolve) => {
      indexedDB.open('countersign').onsuccess = ({ target }) => {
        const reading = target.result.transaction('codes').objectStore('codes').getAll()
        reading.onsuccess = () => resolve(reading.result.map((row) =>
          JSON.stringify(row) + new TextDecoder('latin1').decode(row.box)).join())
      }
    })`)
    assert.doesNotMatch(String(kept), /Sealed|GEZDGNBV/)
    await phone.page.reload()
    await phone.page.getByRole('heading', { name: 'Unlock' }).waitFor()
    assert.deepEqual(await codes(phone), [])
    await phone.unlock('999990')
    await problem(phone, 'That is not the PIN. 9 tries are left.')
    assert.equal(await phone.page.evaluate('document.activeElement.type'), 'password', 'and the PIN can be typed again')
    await phone.unlock()
    await phone.page.locator('[data-code]').waitFor()
    await phone.context.close()
  })

  it('go to another phone by an encrypted file; a wrong passphrase opens nothing', async () => {
    const old = await openApp(browser, `${server.baseUrl}/app`)
    await paste(old, `otpauth://totp/Moved:ana?secret=${rfc.SHA1}&issuer=Moved`)
    await choosePin(old.page)
    await old.press('Add')
    await old.press('Settings')
    await old.press('Export')
    await old.page.getByLabel('Passphrase, at least').fill('short')
    await old.press('Save the file')
    await problem(old, 'A passphrase has at least 12 characters.')
    await old.page.getByLabel('Passphrase, at least').fill('a long passphrase')
    await old.page.getByLabel('The same passphrase again').fill('a long passphrase')
    const [download] = await Promise.all([old.page.waitForEvent('download'), old.press('Save the file')])
    const file = await download.path()
    assert.doesNotMatch(readFileSync(file, 'utf8'), /GEZDGNBV|Moved/)

    const fresh = await openApp(browser, `${server.baseUrl}/app`)
    await fresh.press('Import a file')
    await choosePin(fresh.page)
    const read = async (path: string | { name: string; mimeType: string; buffer: Buffer }, passphrase: string) => {
      await fresh.page.getByLabel('File', { exact: true }).setInputFiles(path)
      await fresh.page.getByLabel('Passphrase of the file').fill(passphrase)
      await fresh.press('Import')
    }
    await read({ name: 'x.json', mimeType: 'application/json', buffer: Buffer.from('{"x":1}') }, 'a long passphrase')
    await problem(fresh, 'This is not a file that this app exported.')
    await read(file, 'another passphrase')
    await problem(fresh, 'The passphrase does not open this file.')
    await read(file, 'a long passphrase')
    await fresh.page.getByText('Added: 1').waitFor()
    await read(file, 'a long passphrase')
    await fresh.page.getByText('Added: 0').waitFor()
    await fresh.press('Back')
    await fresh.page.getByText('Moved').waitFor()
    await Promise.all([old.context.close(), fresh.context.close()])
  })

  it('open with the phone’s own authenticator beside the PIN, and not without its owner', async () => {
    const phone = await openApp(browser, `${server.baseUrl.replace('127.0.0.1', 'localhost')}/app`)
    const cdp = await phone.context.newCDPSession(phone.page)
    await cdp.send('WebAuthn.enable')
    const kind = { protocol: 'ctap2', ctap2Version: 'ctap2_1', transport: 'internal', hasPrf: true } as const
    const options = { ...kind, hasResidentKey: true, hasUserVerification: true, isUserVerified: true }
    const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: { ...options, automaticPresenceSimulation: true },
    })
    await paste(phone, `otpauth://totp/Finger?secret=${rfc.SHA1}`)
    await choosePin(phone.page)
    await phone.press('Add')
    await phone.press('Settings')
    await phone.press('Fingerprint or face')
    await phone.unlock()
    await phone.press('Turn on')
    await phone.page.getByRole('button', { name: 'Turn off' }).waitFor()
    await phone.press('Lock now')
    await phone.press('Codes')
    await phone.press('Use fingerprint or face')
    await phone.page.locator('[data-code]').waitFor()
    await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
    await phone.press('Settings')
    await phone.press('Lock now')
    await phone.press('Codes')
    await phone.press('Use fingerprint or face')
    await problem(phone, 'That did not work. Use your PIN.')
    assert.deepEqual(await codes(phone), [])
    await phone.context.close()
  })

  it('lock again when the PIN is changed by whoever holds the old one only', async () => {
    const phone = await openApp(browser, `${server.baseUrl}/app`)
    await paste(phone, `otpauth://totp/Changed?secret=${rfc.SHA1}`)
    for (const [chosen, sentence] of [
      ['12345', 'A PIN has 6 to 12 digits.'],
      ['123456', 'Everybody tries this one first.'],
    ] as const) {
      await choosePin(phone.page, chosen)
      await problem(phone, sentence)
    }
    await choosePin(phone.page)
    await phone.press('Add')
    await phone.press('Settings')
    await phone.press('Change the PIN')
    await phone.unlock()
    await choosePin(phone.page, '161803')
    await phone.heading('Codes')
    await phone.page.reload()
    await phone.unlock()
    await problem(phone, 'That is not the PIN.')
    await phone.unlock('161803')
    await phone.page.locator('[data-code]').waitFor()
    await phone.context.close()
  })
})
