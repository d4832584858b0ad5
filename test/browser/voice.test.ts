import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { openedByApp } from '../../contract/device/link.ts'
import { resample } from '../../server/methods/voice/resample.ts'
import { readWav, writeWav } from '../../server/methods/voice/wav.ts'
import { newUser } from '../contract/people.ts'
import { pairedApp } from '../support/app.ts'
import { type OpenPage, overflow, startBrowser, type TestBrowser, violations } from '../support/browser.ts'
import { customerWith } from '../support/links.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { askForVoice, linkTo, newVoice, record, say, see, send } from '../support/voices.ts'

const over = 'This link is no longer valid'

describe('voice, in a browser with a microphone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-microphone-'))
  const microphone = join(folder, 'microphone.wav')
  let server: TestServer
  let browser: TestBrowser
  let opened: OpenPage | undefined
  before(async () => {
    server = await startServer()
    browser = await startBrowser([
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-audio-capture=${microphone}%noloop`,
    ])
  })
  after(async () => {
    await browser.close()
    await server.close()
    rmSync(folder, { recursive: true })
  })

  async function show(url: string, options: BrowserContextOptions = {}): Promise<OpenPage> {
    await opened?.context.close()
    opened = await browser.open(url, options)
    return opened
  }

  const status = async (txId: string) =>
    String((await server.call('/auth/auth-status', { txId }, { signed: false })).body.status)
  const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true }).waitFor()
  const told = (page: Page, text: string) => page.getByRole('alert').filter({ hasText: text }).waitFor()
  const shownDigits = async (page: Page) => (await page.locator('.digits').innerText()).replaceAll(' ', '')

  /** Puts a recording before the microphone, which plays it when it is opened next; returns its length. */
  function prepare(recording: Buffer): number {
    const sound = readWav(recording)
    assert.ok(typeof sound === 'object')
    writeFileSync(microphone, writeWav(resample(sound, 48_000)))
    return sound.samples.length / sound.sampleRate
  }

  /** Presses the button, speaks, and presses it again. */
  async function speak(page: Page, recording: Buffer): Promise<void> {
    const seconds = prepare(recording)
    await page.getByRole('button', { name: 'Speak', exact: true }).click()
    await page.getByRole('button', { name: 'Done', exact: true }).waitFor()
    assert.ok(await page.locator('meter').isVisible())
    await page.waitForTimeout(seconds * 1000 + 200)
    await page.getByRole('button', { name: 'Done', exact: true }).click()
  }

  it('is set up, then lets its user in, and nobody else, and no other digits', async () => {
    const { username, phone } = await newUser(server)
    const { link, txId } = await linkTo(server, username)
    const first = await show(link + openedByApp)
    const requests: string[] = []
    first.page.on('request', (request) => requests.push(request.url()))
    await first.page.getByRole('checkbox').check()
    for (const step of [1, 2, 3]) {
      await first.page.getByText(`Recording ${step} of 3`).waitFor()
      await speak(first.page, say('slt', await shownDigits(first.page), 0.94 + step / 25))
    }
    await heading(first.page, 'Voice set up')
    await first.page.getByRole('link', { name: 'Back to the app' }).waitFor()
    assert.equal(await status(txId), 'SUCCESS')
    assert.deepEqual(first.complaints, [])
    for (const url of requests) assert.ok(url.startsWith(new URL(link).origin), url)

    const mine = await askForVoice(server, username, phone)
    const second = await show(mine.link)
    await second.page.getByText('Sign in', { exact: true }).waitFor()
    await speak(second.page, say('slt', await shownDigits(second.page)))
    await heading(second.page, 'Accepted')
    assert.equal(await status(mine.txId), 'SUCCESS')
    assert.deepEqual(second.complaints, [])

    for (const [speaker, shift] of [
      ['rms', 0],
      ['slt', 5],
    ] as const) {
      const theirs = await askForVoice(server, username, phone)
      const wrongDigits = (digits: string) => [...digits].map((digit) => (Number(digit) + shift) % 10).join('')
      // Two tries as the page sends them, and the third on the page.
      for (const pace of [0.88, 0.9]) {
        const { digits, prompt } = await see(server, theirs.link)
        await send(server, theirs.link, say(speaker, wrongDigits(digits), pace), prompt)
      }
      assert.equal(await status(theirs.txId), 'IN_PROGRESS')
      const { page } = await show(theirs.link)
      await speak(page, say(speaker, wrongDigits(await shownDigits(page)), 0.92))
      await heading(page, over)
      assert.equal(await status(theirs.txId), 'FAILED')
    }
  })

  it('tells what to do better before anything is spent, in Spanish to a Spanish browser', async () => {
    const { username } = await newUser(server)
    const { page } = await show((await linkTo(server, username)).link, { locale: 'es-MX' })
    await heading(page, 'Configure su voz')
    await page.getByRole('checkbox').check()
    prepare(writeWav({ sampleRate: 16_000, samples: new Float32Array(16_000) }))
    await page.getByRole('button', { name: 'Hablar' }).click()
    await page.getByRole('button', { name: 'Listo' }).click()
    await told(page, 'No se oyó nada. ¿Está encendido el micrófono?')
    assert.doesNotMatch(await page.locator('body').innerText(), /voice|Speak|Recording/i)
    await page.getByText('Grabación 1 de 3').waitFor()
  })

  it('is set up from the phone app, which the page leads back to, and which knows it at once', async () => {
    const { phone } = await pairedApp(server, browser)
    const { page } = phone
    await phone.press('Settings')
    await page.getByRole('button', { name: /^Default / }).click()
    await phone.press('Set up your voice')
    await heading(page, 'Set up your voice')
    const back = page.getByRole('link', { name: 'Back to the app' })
    await back.waitFor()
    const link = page.url().replace(openedByApp, '')
    const { html, prompts } = await see(server, link)
    assert.doesNotMatch(html, /Back to the app/, 'no way to an app that did not open it')
    const recordings = [1, 1.08, 1.16].map((pace, index) => say('slt', prompts[index] ?? '', pace))
    assert.equal((await record(server, link, recordings)).kind, 'enrolled')
    await page.reload()
    await heading(page, over)
    await back.click()
    await phone.heading('Default')
    await page.getByText('Your voice is set up').waitFor()
    assert.deepEqual(phone.complaints, [])
    await phone.context.close()
  })

  it('asks for consent first, and says so when there is no microphone to use', async () => {
    const { username } = await newUser(server)
    const { page } = await show((await linkTo(server, username)).link)
    await page.getByRole('button', { name: 'Speak' }).click()
    assert.ok(await page.locator('meter').isHidden())
    await page.evaluate(
      "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'))",
    )
    await page.getByRole('checkbox').check()
    await page.getByRole('button', { name: 'Speak' }).click()
    await told(page, 'This browser may not use the microphone here.')
  })

  it('asks for new digits when the old ones have too little time left', async () => {
    const username = 'slow@example.com'
    await server.call('/admin/users/create', { username })
    await newVoice(server, username, 'rms')
    const { link } = await askForVoice(server, username, username)
    const { page } = await show(link)
    const before = await shownDigits(page)
    server.advance(55_000)
    await page.reload()
    assert.equal(await shownDigits(page), before)
    server.advance(6_000)
    await page.getByRole('button', { name: 'Speak' }).click()
    await page
      .locator('.digits')
      .filter({ hasNotText: [...before].join(' ') })
      .waitFor()
    await page.getByRole('button', { name: 'Deny' }).click()
    await heading(page, 'Denied')
  })

  it('has nothing that axe finds wrong in light or dark, and fits 320 px, also in letters twice as large', async () => {
    const key = await customerWith(server, {}, 'Donaudampfschifffahrtsgesellschaftskapitän'.repeat(2))
    const username = `${'x'.repeat(64)}@example.com`
    await server.call('/admin/users/create', { username }, { key })
    await newVoice(server, username, 'rms', { key })
    const links = [
      (await linkTo(server, username, {}, { key })).link + openedByApp,
      (await askForVoice(server, username, username, { key })).link,
      new URL(`/voice/done${openedByApp}`, server.baseUrl).href,
    ]
    for (const link of links) {
      const { page } = await show(link)
      assert.equal(await page.evaluate('document.styleSheets.length'), 1)
      await page.evaluate("document.querySelector('meter')?.removeAttribute('hidden')")
      await page.evaluate("document.querySelector('[role=alert]')?.removeAttribute('hidden')")
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        assert.deepEqual(await violations(page), [], `${link} ${colorScheme}`)
      }
      await page.setViewportSize({ width: 320, height: 640 })
      assert.equal(await overflow(page), 0)
      for (const one of await page.locator('button, .back a, input:not([type=hidden])').all())
        assert.ok(((await one.boundingBox())?.height ?? 0) >= 44)
      await page.evaluate('document.documentElement.style.fontSize = "200%"')
      assert.equal(await overflow(page), 0)
    }
  })
})
