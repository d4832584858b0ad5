import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { type Answered, inbox, type Key, testKey } from '../support/caller.ts'
import type { TestServer } from '../support/server.ts'
import { totp } from '../support/totp.ts'

/** The customer key as most clients send it. */
export const customerKey = String(testKey.customerKey)

/** Contacts that no other test of the file uses. */
export interface Person {
  readonly username: string
  readonly phone: string
}

let count = 0

/** Somebody who is not enrolled. Numbers of one block are limited together: neighbours are of different ones. */
export function stranger(): Person {
  count += 1
  const phone = `+1555${count % 10}${String(count).padStart(6, '0')}`
  return { username: `person${count}@example.com`, phone }
}

/** A user whom users/create made, with a phone number and whatever else is given. */
export async function newUser(server: TestServer, fields: Record<string, unknown> = {}): Promise<Person> {
  const person = stranger()
  await succeed(server.call('/admin/users/create', { customerKey, ...person, ...fields }))
  return person
}

export interface Authenticator {
  readonly secret: string
  /** A code that was not used yet: the server's clock moves on by one step for it. */
  nextCode(): string
}

/** Sets up an authenticator app for a user, as documents 001's two calls do it. */
export async function newAuthenticator(server: TestServer, username: string, key = testKey): Promise<Authenticator> {
  const body = { customerKey: key.customerKey, username, authenticatorType: 'GOOGLE AUTHENTICATOR' }
  const offered = await succeed(server.call('/auth/google-auth-secret', body, { key }))
  const secret = String(offered.body['secret'])
  const nextCode = () => {
    server.advance(30_000)
    return totp(secret, server.now())
  }
  const confirming = { ...body, secret, otpToken: nextCode() }
  await succeed(server.call('/auth/validate-google-auth-secret', confirming, { key }))
  return { secret, nextCode }
}

/** Another customer, with settings of its own. */
export async function newCustomer(server: TestServer, settings: Record<string, string> = {}): Promise<Key> {
  count += 1
  const key = { customerKey: 20_000 + count, apiKey: `the-api-key-of-customer-${count}` }
  await server.assembled.store.write(async (tx) => {
    await tx.customers.add(key.customerKey, `Customer ${count}`, key.apiKey, server.now())
    for (const [name, value] of Object.entries(settings))
      await tx.settings.set(key.customerKey, name, value, server.now())
  })
  return key
}

export interface Asked {
  readonly txId: string
  readonly code: string
}

/** Challenges somebody by e-mail and reads the code. */
export async function asked(server: TestServer, email = stranger().username): Promise<Asked> {
  const answer = await succeed(server.call('/auth/challenge', { customerKey, email, authType: 'EMAIL' }))
  return { txId: String(answer.body.txId), code: await server.codeFor(email) }
}

/** The signature headers of numbers in any spelling. */
export function signedAs(customerKeyText: string, timestampText: string): Record<string, string> {
  const hash = createHash('sha512').update(customerKeyText + timestampText + testKey.apiKey)
  return { 'Customer-Key': customerKeyText, Timestamp: timestampText, Authorization: hash.digest('hex') }
}

/** Preparations of a test that must have worked. */
export async function succeed(calling: Promise<Answered>): Promise<Answered> {
  const answer = await calling
  if (answer.body.status !== 'SUCCESS') throw new Error(`Not a success: ${answer.text}`)
  return answer
}

/** Refused, in the vendor's shape, and nobody got a message. */
export async function refused(server: TestServer, answer: Answered, contact?: string): Promise<void> {
  assert.equal(answer.code, 200)
  assert.match(String(answer.body.status), /^(ERROR|FAILED)$/)
  assert.equal(answer.body['statusCode'], answer.body.status)
  assert.ok(answer.body.message)
  if (contact) assert.deepEqual(await inbox(server.baseUrl, contact), [])
}

export function deliveryOf(answer: Answered, name: 'phoneDelivery' | 'emailDelivery') {
  return answer.body[name] as { contact: string; sendStatus: string; sendTime: string } | undefined
}
