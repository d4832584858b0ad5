import assert from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import { deviceProofText } from '../../contract/device-proof.ts'
import type { DeviceReport } from '../../contract/risk.ts'
import { type Answered, answered, codeFor, type Key, post, testKey } from './caller.ts'
import type { TestServer } from './server.ts'

/** A server as far as these calls need it: its address, and its time where a test moves it. */
export interface At {
  readonly baseUrl: string
  now?(): number
}

export const origin = 'https://www.example.com'

const looks = {
  components: { canvas: 'canvas-1', fonts: 'Arial\nVerdana', screen: '1920x1080 24 1', timeZone: 'Europe/Lisbon' },
  hints: { platform: 'Windows', platformVersion: '15.0.0' },
} as const

const userAgent =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36'

/** A browser as the SDK makes it: all look the same, each has a key of its own. */
export interface Device {
  /** What it was given last. */
  token: string | undefined
  report(session: string): DeviceReport
}

export function newDevice(token?: string): Device {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  const point = Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')])
  return {
    token,
    report(session) {
      const text = Buffer.from(deviceProofText(session, this.token ?? ''))
      const signature = sign('sha256', text, { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')
      const known = this.token === undefined ? {} : { token: this.token }
      return { ...looks, ...known, publicKey: point.toString('base64url'), signature }
    },
  }
}

/** What the SDK of a page of this origin posts. */
export async function pageCall(
  { baseUrl }: At,
  name: string,
  body: object,
  from: string | null = origin,
): Promise<Answered> {
  const response = await fetch(`${baseUrl}/api/risk/page/${name}`, {
    method: 'POST',
    headers: { 'user-agent': userAgent, ...(from === null ? {} : { origin: from }) },
    body: JSON.stringify({ customerKey: String(testKey.customerKey), ...body }),
  })
  return answered(response)
}

/** A signed call below `/api/risk`. */
export function riskCall(at: At, name: string, body: object, key: Key = testKey): Promise<Answered> {
  return post(at.baseUrl, `/api/risk/${name}`, body, { key, timestamp: at.now?.() ?? Date.now() })
}

/** Opens a session as a site's backend does. */
export async function sessionFor(at: At, username: string, more: object = {}): Promise<string> {
  const { body, text } = await riskCall(at, 'session', { username, origin, ...more })
  assert.equal(body.status, 'SUCCESS', text)
  return String(body['session'])
}

/** A page that has evaluated. */
export interface EvaluatedPage {
  readonly body: Answered['body']
  /** Posts another call of the same page; `at`: to another node. */
  call(name: string, body?: object, at?: At): Promise<Answered>
}

/** A visit of a user who has given his password: his backend opens a session, his page evaluates. */
export async function visit(at: At, username: string, device = newDevice()): Promise<EvaluatedPage> {
  const session = await sessionFor(at, username)
  const { body, text } = await pageCall(at, 'evaluate', { userKey: username, session, device: device.report(session) })
  assert.notEqual(body.status, 'ERROR', text)
  if (body['deviceToken']) device.token = String(body['deviceToken'])
  const { evaluation } = body
  return {
    body,
    call: (name, more = {}, other = at) => pageCall(other, name, { userKey: username, session, evaluation, ...more }),
  }
}

/** The result of a sign-in that a code to the user's address has proved. */
export async function signIn(at: At, username: string, device = newDevice(), saveDevice = false): Promise<string> {
  const page = await visit(at, username, device)
  const asked = await page.call('challenge', { obligationType: 'EMAIL' })
  assert.equal(asked.body.status, 'WAIT_FOR_INPUT', asked.text)
  const { body, text } = await page.call('validate', { token: await codeFor(at.baseUrl, username), saveDevice })
  assert.equal(body.status, 'SUCCESS', text)
  if (body['deviceToken']) device.token = String(body['deviceToken'])
  return String(body['resultToken'])
}

/** Another token than this one, which looks like it. */
export function forged(token: string): string {
  return token.replace(/.$/, (last) => (last === 'A' ? 'E' : 'A'))
}

/** Whether the backend of the site takes a result for this user. */
export async function isTaken(at: At, username: string, resultToken: string, key = testKey): Promise<boolean> {
  return (await riskCall(at, 'redeem', { username, resultToken }, key)).body.status === 'SUCCESS'
}

/** Sets the policy of the test customer, or of a group of his, and waits until it is in use. */
export async function setPolicy({ assembled, now }: TestServer, policy: object, scope = ''): Promise<void> {
  await assembled.store.write((tx) => tx.riskPolicies.put(testKey.customerKey, scope, JSON.stringify(policy), now()))
  await new Promise((resolve) => setTimeout(resolve, 1_100))
}
