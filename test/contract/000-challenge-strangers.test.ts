import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Answered, inbox } from '../support/caller.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { customerKey, deliveryOf, newAuthenticator, newUser, refused, stranger, succeed } from './people.ts'

let server: TestServer
before(async () => {
  server = await startServer()
})
after(() => server.close())

const path = '/auth/challenge'
const challenge = (body: object) => server.call(path, { customerKey, ...body })
const inboxOf = (contact: string) => inbox(server.baseUrl, contact)
const isRefused = (answer: Answered, contact?: string) => refused(server, answer, contact)

describe('challenge of people who are not enrolled', () => {
  it('S010 an OTP of 6 to 8 digits goes to the mobile', async () => {
    const { phone } = stranger()
    await succeed(challenge({ phone, authType: 'SMS' }))
    const [message] = await inboxOf(phone)
    assert.equal(message?.channel, 'sms')
    assert.match(message.text, /(^|\D)\d{6,8}(\D|$)/)
  })

  it('S011 an OTP of 6 to 8 digits goes to the e-mail', async () => {
    const { username: email } = stranger()
    await succeed(challenge({ email, authType: 'EMAIL' }))
    const [message] = await inboxOf(email)
    assert.equal(message?.channel, 'email')
    assert.match(message.text, /(^|\D)\d{6,8}(\D|$)/)
  })

  it('S022 enrolled users may use SMS, EMAIL, SMS AND EMAIL, SOFT TOKEN and GOOGLE AUTHENTICATOR', async () => {
    const { username } = await newUser(server)
    await newAuthenticator(server, username)
    for (const authType of ['SMS', 'EMAIL', 'SMS AND EMAIL', 'SOFT TOKEN', 'GOOGLE AUTHENTICATOR'])
      await succeed(challenge({ username, authType }))
  })

  it('S023 people who are not enrolled may use SMS, EMAIL and SMS AND EMAIL', async () => {
    for (const authType of ['SMS', 'EMAIL', 'SMS AND EMAIL']) {
      const { username: email, phone } = stranger()
      await succeed(challenge({ email, phone, authType }))
    }
  })

  it('S080 SMS AND EMAIL sends the same code both ways and names both deliveries', async () => {
    const { username: email, phone } = stranger()
    const answer = await challenge({ email, phone, authType: 'SMS AND EMAIL', transactionName: 'transaction-details' })
    assert.equal(answer.body['authType'], 'SMS AND EMAIL')
    assert.equal(deliveryOf(answer, 'phoneDelivery')?.contact, phone)
    assert.equal(deliveryOf(answer, 'emailDelivery')?.contact, email)
    assert.equal(answer.body.message, 'Successfully generated.')
    assert.equal(await server.codeFor(phone), await server.codeFor(email))
  })

  it("S080 the example's own contacts, 1234567890 and xyz@example.com, are accepted", async () => {
    const body = { email: 'xyz@example.com', phone: '1234567890', authType: 'SMS AND EMAIL' }
    await succeed(challenge(body))
  })

  it('S081 without authType there is no method to ask by', async () => {
    const { username: email, phone } = stranger()
    await isRefused(await challenge({ email, phone }), email)
  })

  it('S082 without phone and email there is nowhere to send to', async () => {
    for (const authType of ['SMS', 'EMAIL', 'SMS AND EMAIL']) await isRefused(await challenge({ authType }))
  })

  it('S082 a method whose contact is missing is refused, and the other contact gets nothing', async () => {
    const { username: email, phone } = stranger()
    await isRefused(await challenge({ email, authType: 'SMS' }), email)
    await isRefused(await challenge({ phone, authType: 'EMAIL' }), phone)
    await isRefused(await challenge({ phone, authType: 'SMS AND EMAIL' }), phone)
    await isRefused(await challenge({ email, authType: 'SMS AND EMAIL' }), email)
  })

  it('S083 with both contacts given the OTP reaches both', async () => {
    const { username: email, phone } = stranger()
    await succeed(challenge({ email, phone, authType: 'SMS AND EMAIL' }))
    assert.equal((await inboxOf(phone)).length, 1)
    assert.equal((await inboxOf(email)).length, 1)
  })

  it('S084 a transactionName longer than 30 characters is accepted and cut', async () => {
    const { username: email } = stranger()
    await succeed(challenge({ email, authType: 'EMAIL', transactionName: 'z'.repeat(200) }))
    const [message] = await inboxOf(email)
    assert.match(message?.text ?? '', /(^|[^z])z{30}([^z]|$)/)
  })

  it('S085 status is SUCCESS, FAILED or ERROR', async () => {
    for (const email of [stranger().username, 'not an address', 'a@b@c', '@'])
      assert.match(String((await challenge({ email, authType: 'EMAIL' })).body.status), /^(SUCCESS|FAILED|ERROR)$/)
  })

  it('S088 {customerKey, phone, authType: "SMS"} is a whole request', async () => {
    const { phone } = stranger()
    const answer = await challenge({ phone, authType: 'SMS' })
    assert.equal(deliveryOf(answer, 'phoneDelivery')?.sendStatus, 'SUCCESS')
    assert.equal(answer.body['authType'], 'SMS')
  })

  it('WordPress: an unknown username beside its own address is asked by e-mail', async () => {
    const { username } = stranger()
    const answer = await challenge({ username, email: username, phone: null, authType: 'EMAIL' })
    assert.equal(answer.body.status, 'SUCCESS')
    assert.equal((await inboxOf(username)).length, 1)
  })

  it('WordPress: null username and null email beside a phone are asked by SMS', async () => {
    const { phone } = stranger()
    await succeed(challenge({ username: null, email: null, phone, authType: 'SMS' }))
  })

  it('Joomla: empty texts count as absent', async () => {
    const { username: email } = stranger()
    await succeed(challenge({ username: '', phone: '', email, authType: 'EMAIL', transactionName: '' }))
  })

  it('a contact that is none is refused', async () => {
    for (const phone of ['12', 'abcdefghij', '+1 555 200 0000 0000 0000', '+15552000001 ext 5'])
      await isRefused(await challenge({ phone, authType: 'SMS' }))
    for (const email of [
      'nobody',
      'a b@example.com',
      'a@example.com, b@example.com',
      'a@exa mple.com',
      '<a@example.com>',
    ])
      await isRefused(await challenge({ email, authType: 'EMAIL' }))
  })
})
