import { writeFileSync } from 'node:fs'
import type { BrowserContextOptions, Page } from 'playwright-core'
import qrcode from 'qrcode'
import sharp from 'sharp'
import { customerKey, newUser, succeed } from '../contract/people.ts'
import type { OpenPage, TestBrowser } from './browser.ts'
import { readQr } from './device.ts'
import type { TestServer } from './server.ts'

/** The phone app in a browser of its own, and what a user does with it. */
export interface AppPhone extends OpenPage {
  heading(name: string): Promise<void>
  press(name: string): Promise<void>
  unlock(pin?: string): Promise<void>
  /** Holds the button that approves for as long as it takes, by the keyboard. */
  hold(): Promise<void>
}

export const pin = '271828'

/** A little longer than the app wants. */
const holdMs = 1_600

const phoneSize = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } as const

/** Opens the app; `path` may carry the link's fragment. */
export async function openApp(
  browser: TestBrowser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<AppPhone> {
  const opened = await browser.open('about:blank', { ...phoneSize, ...options })
  await opened.page.goto(url)
  return phoneOf(opened)
}

export function phoneOf(opened: OpenPage): AppPhone {
  const { page } = opened
  return {
    ...opened,
    heading: (name) => page.getByRole('heading', { name, exact: true, level: 1 }).waitFor(),
    press: (name) => page.getByRole('button', { name, exact: true }).click(),
    async unlock(typed = pin) {
      await page.getByLabel('PIN', { exact: true }).fill(typed)
      await page.getByRole('button', { name: 'Unlock', exact: true }).click()
    },
    async hold() {
      await page.getByRole('button', { name: 'Hold to approve', exact: true }).press('Space', { delay: holdMs })
    },
  }
}

const patienceMs = 10_000

/** Waits until a page says so. Playwright's own way needs `eval`, which the app's policy forbids. */
export async function until(page: Page, expression: string): Promise<void> {
  const deadline = Date.now() + patienceMs
  while (!(await page.evaluate(expression).catch(() => false))) {
    if (Date.now() > deadline) throw new Error(`It did not come true: ${expression}`)
    await page.waitForTimeout(50)
  }
}

/** Chooses a PIN on the screen that asks for a new one. */
export async function choosePin(page: Page, chosen = pin): Promise<void> {
  await page.getByLabel('New PIN').fill(chosen)
  await page.getByLabel('The same PIN again').fill(chosen)
  await page.getByRole('button', { name: 'Set the PIN' }).click()
}

/** The link in the QR code of `register-mobile`, and its picture. */
export async function pairingCode(server: TestServer, username: string) {
  const { body } = await server.call('/auth/register-mobile', { username })
  const qrCode = String(body['qrCode'])
  return { link: await readQr(qrCode), txId: String(body.txId), qrCode }
}

/** A user with a phone that is paired and open. */
export async function pairedApp(server: TestServer, browser: TestBrowser, options: BrowserContextOptions = {}) {
  const { username } = await newUser(server)
  const { link } = await pairingCode(server, username)
  const phone = await openApp(browser, link, options)
  await choosePin(phone.page)
  await phone.heading('Pair this phone')
  await phone.press('Pair')
  await phone.heading('Paired')
  await phone.press('Done')
  await phone.heading('Codes')
  return { username, phone }
}

export async function challenge(server: TestServer, username: string, authType: string, more: object = {}) {
  const { body } = await succeed(server.call('/auth/challenge', { customerKey, username, authType, ...more }))
  return { txId: String(body.txId), matchNumber: String(body['matchNumber']), qrCode: String(body['qrCode']) }
}

export async function statusOf(server: TestServer, txId: string): Promise<string> {
  return String((await server.call('/auth/auth-status', { txId })).body.status)
}

/** A camera that sees this file, whatever it holds when the camera is opened. */
export const cameraFlags = (file: string) => [
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  `--use-file-for-fake-video-capture=${file}`,
]

/** A film of one picture: the QR code, as a camera would see it held before it. */
export async function showToCamera(file: string, qr: Buffer): Promise<void> {
  const code = await sharp(qr).resize(380, 380, { kernel: 'nearest' }).toBuffer()
  const film = sharp({ create: { width: 640, height: 480, channels: 3, background: '#8a8f96' } })
  writeFileSync(
    file,
    await film
      .composite([{ input: code }])
      .jpeg({ quality: 90, chromaSubsampling: '4:2:0' })
      .toBuffer(),
  )
}

/** A picture of a text as QR code. */
export function qrOf(text: string): Promise<Buffer> {
  return qrcode.toBuffer(text, { margin: 3, width: 380 })
}
