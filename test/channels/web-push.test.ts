import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import type { PushSubscriptionInfo, ServerInfo } from '../../contract/device/pairing.ts'
import { calls } from '../../contract/device.ts'
import { isPublic } from '../../server/channels/public-hosts.ts'
import { customerKey, newUser, succeed } from '../contract/people.ts'
import { type Phone, pairedPhone } from '../support/device.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { type PushService, startPushService } from './push-service.ts'

describe('Web Push', () => {
  let server: TestServer
  let service: PushService
  before(async () => {
    service = await startPushService()
    server = await startServer()
    await server.set('privatePushHosts', service.host, 0)
  })
  after(async () => {
    await server.close()
    await service.close()
  })
  beforeEach(() => {
    service.pushed.length = 0
    service.answers.length = 0
  })

  const ask = async (username: string) => {
    const body = { customerKey, username, authType: 'PUSH NOTIFICATIONS', transactionName: 'Buy a watch' }
    return String((await succeed(server.call('/auth/challenge', body))).body.txId)
  }
  const subscribed = async (push: PushSubscriptionInfo = service.subscribe()) => {
    const { username } = await newUser(server)
    return { username, phone: await pairedPhone(server.baseUrl, server.call, username, { push }), push }
  }
  const isPushWorking = async (phone: Phone) => (await phone.ask(calls.device)).body.device.isPushWorking
  const failures = async () => {
    const text = await (await fetch(`${server.baseUrl}/metrics`)).text()
    return Number(/^countersign_deliveries_total\{via="push",.*outcome="failed"\} (\d+)$/m.exec(text)?.[1] ?? 0)
  }
  /** Asks, and waits until a try has failed. */
  const askInVain = async (username: string) => {
    const before = await failures()
    const txId = await ask(username)
    const deadline = performance.now() + 15_000
    while ((await failures()) === before) {
      assert.ok(performance.now() < deadline, 'no try failed')
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    return txId
  }

  it('wakes each phone at once, encrypted for it and signed for its service, with nothing to read but that something waits', async () => {
    const { username, phone } = await subscribed()
    const second = await pairedPhone(server.baseUrl, server.call, username, { push: service.subscribe() })
    const txId = await ask(username)
    await service.until(2)
    const { vapidPublicKey } = (await (await fetch(server.baseUrl + calls.server.path)).json()) as ServerInfo
    const texts = service.pushed.map(({ text }) => JSON.parse(text))
    const device = (one: { device: string }) => one.device
    assert.deepEqual(texts.map(device).sort(), [phone.id, second.id].sort())
    for (const { text, headers, vapid, encrypted } of service.pushed) {
      assert.deepEqual(Object.keys(JSON.parse(text)), ['kind', 'device'])
      for (const secret of ['Buy', username, txId]) assert.ok(!text.includes(secret) && !encrypted.includes(secret))
      assert.equal(headers['content-encoding'], 'aes128gcm')
      assert.equal(headers['urgency'], 'high')
      assert.equal(headers['topic'], 'prompt')
      assert.ok(Number(headers['ttl']) > 290 && Number(headers['ttl']) <= 300, String(headers['ttl']))
      assert.equal(vapid.publicKey, vapidPublicKey)
      assert.match(vapid.sub, /^(mailto|https):/)
      assert.ok(vapid.exp * 1_000 < Date.now() + 24 * 3_600_000, 'a day at most')
    }
    const held = await phone.answer(await phone.prompt(), 'approve')
    assert.equal(held.body.state, 'approved')
  })

  it('signs with a key that outlives the process', async () => {
    const key = async () =>
      ((await (await fetch(server.baseUrl + calls.server.path)).json()) as ServerInfo).vapidPublicKey
    const again = await startServer(server.place)
    const other = ((await (await fetch(again.baseUrl + calls.server.path)).json()) as ServerInfo).vapidPublicKey
    assert.equal(other, await key())
    await again.close()
  })

  for (const code of [404, 410])
    it(`${code}: the subscription is forgotten, the phone is told, and can still answer`, async () => {
      const { username, phone } = await subscribed()
      assert.equal(await isPushWorking(phone), true)
      service.answers.push({ code })
      await askInVain(username)
      const deadline = performance.now() + 5_000
      while ((await isPushWorking(phone)) && performance.now() < deadline)
        await new Promise((resolve) => setTimeout(resolve, 20))
      assert.equal(await isPushWorking(phone), false)
      await phone.answer(await phone.prompt(), 'approve')
      await ask(username)
      assert.equal((await phone.prompts()).length, 1)
      assert.equal(service.pushed.length, 1, 'nothing is sent any more')
      await phone.ask(calls.push, { push: service.subscribe() })
      assert.equal(await isPushWorking(phone), true)
      await ask(username)
      await service.until(2)
    })

  it('410 for an older subscription leaves the newer one alone', async () => {
    const { phone, push } = await subscribed()
    const newer = service.subscribe()
    await phone.ask(calls.push, { push: newer })
    const old = { endpoint: push.endpoint, p256dh: push.keys.p256dh, auth: push.keys.auth }
    const device = await server.assembled.store.read.devices.byId(phone.id)
    await server.assembled.store.write((tx) => tx.pushMessages.forget(Number(customerKey), phone.id, old))
    assert.equal(await isPushWorking(phone), true)
    assert.equal(device?.push?.endpoint, newer.endpoint)
  })

  it('429 waits as long as it is asked to, and 503 tries again by itself', async () => {
    const { username } = await subscribed()
    service.answers.push({ code: 429, headers: { 'retry-after': '60' } })
    await ask(username)
    await service.until(1)
    server.advance(50_000)
    await new Promise((resolve) => setTimeout(resolve, 2_300))
    assert.equal(service.pushed.length, 1, 'not before its time')
    server.advance(15_000)
    service.answers.push({ code: 503 })
    await service.until(2)
    server.advance(10_000)
    await service.until(3)
    assert.ok(Number(service.pushed[2]?.headers['ttl']) <= 230, 'the time to live goes down')
  })

  it('gives up what comes too late, what is refused for good, and what was answered meanwhile', async () => {
    const { username, phone, push } = await subscribed()
    const own = () => service.pushed.filter(({ path }) => push.endpoint.endsWith(path)).length
    service.answers.push({ code: 429, headers: { 'retry-after': '400' } })
    await askInVain(username)
    service.answers.push({ code: 413 })
    await askInVain(username)
    service.answers.push({ code: 500 })
    await askInVain(username)
    await phone.answer(await phone.prompt(), 'approve')
    server.advance(30_000)
    await new Promise((resolve) => setTimeout(resolve, 2_300))
    assert.equal(own(), 3)
  })

  it('is taken over by another start when a server died with it', async () => {
    const { username, phone } = await subscribed()
    const { store } = server.assembled
    service.answers.push({ code: 500 })
    const txId = await askInVain(username)
    assert.ok(await store.read.pushMessages.isDue(server.now() + 60_000), 'it waits in the database')
    const again = await startServer(server.place)
    again.advance(server.now() - Date.now() + 20_000)
    await service.until(2)
    await again.close()
    assert.equal((await phone.prompt()).id, txId)
  })

  it('reaches no private address but those the operator named', async () => {
    const other = await startPushService()
    const { username, phone } = await subscribed(other.subscribe())
    await askInVain(username)
    assert.equal(other.pushed.length, 0)
    for (const host of ['127.0.0.1', '[::1]', '10.0.0.1']) {
      const { keys } = service.subscribe()
      const { port } = new URL(`https://${service.host}`)
      const push = { endpoint: `https://${host}:${port}/push`, keys }
      assert.equal((await phone.ask(calls.push, { push })).code, 200)
      await phone.answer(await phone.prompt(), 'approve')
      await askInVain(username)
    }
    assert.deepEqual([other.pushed.length, service.pushed.length], [0, 0])
    await other.close()
  })

  it('knows the addresses of the internet from all others', () => {
    const open = ['93.184.216.34', '8.8.8.8', '2606:2800:220:1:248:1893:25c8:1946']
    const closed =
      `0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.168.1.1 198.18.0.1
      224.0.0.1 255.255.255.255 :: ::1 fe80::1 fc00::1 fd12::1 ff02::1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 64:ff9b::a00:1
      2002:7f00:1::1 2001:db8::1 2001::1`.split(/\s+/)
    assert.deepEqual(
      open.filter((one) => !isPublic(one)),
      [],
    )
    assert.deepEqual(closed.filter(isPublic), [])
  })
})
