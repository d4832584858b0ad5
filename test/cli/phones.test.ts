import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { calls } from '../../contract/device.ts'
import { Phone } from '../support/device.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { countersign, json } from './command.ts'

describe('phones', () => {
  let server: TestServer
  const username = 'phones@example.com'
  before(async () => {
    server = await startServer()
    await server.call('/admin/users/create', { username })
  })
  after(() => server.close())

  const here = () => ({ COUNTERSIGN_BASE_URL: server.baseUrl })

  it('are paired by a QR code in the terminal, listed and removed', async () => {
    const none = await countersign(server.place, ['phones', 'list', username])
    assert.equal(none.stdout, `${username} has no phones.\n`)
    const { stdout, stderr } = await countersign(server.place, ['phones', 'pair', username], here())
    assert.match(stdout, /█▀▀▀▀▀█/)
    assert.equal(stderr, '')
    const link = /^http:\S+$/m.exec(stdout)?.[0] ?? ''
    const phone = new Phone(server.baseUrl)
    assert.equal((await phone.pair(link, { name: "Ana's phone" })).code, 201)
    const listed = await countersign(server.place, ['phones', 'list', username])
    assert.match(listed.stdout, new RegExp(`^Ana's phone +20\\S+ +- +app must be open +${phone.id}$`, 'm'))
    const removed = await json<{ removed: string }>(server.place, ['phones', 'remove', username, phone.id])
    assert.equal(removed.removed, phone.id)
    assert.equal((await phone.ask(calls.prompts)).refusal, 'unknown-device')
  })

  it('say what is wrong, and when phones refuse the base URL', async () => {
    const run = (...words: string[]) => countersign(server.place, ['phones', ...words])
    assert.match((await run('pair', 'nobody-here')).stderr, /has no user nobody-here/)
    assert.match((await run('list', 'nobody-here')).stderr, /has no user nobody-here/)
    assert.match((await run('remove', username, 'x')).stderr, /has no phone x/)
    const plain = await countersign(server.place, ['phones', 'pair', username], {
      COUNTERSIGN_BASE_URL: 'http://mfa.example.com',
    })
    assert.match(plain.stderr, /^Phones refuse http:\/\/mfa\.example\.com/)
  })
})
