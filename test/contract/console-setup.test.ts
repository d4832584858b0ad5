import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { adminOf, ConsoleClient } from '../support/console.ts'
import { startServer, type TestServer } from '../support/server.ts'

describe('setting things up in the console', () => {
  let server: TestServer
  let client: ConsoleClient
  before(async () => {
    server = await startServer()
    client = (await adminOf(server, 'owner')).client
    await client.do('users.add', { body: { username: 'ann', phone: '+12125550101' } })
  })
  after(() => server.close())

  it('groups are made, filled, made the default, and removed', async () => {
    const group = await client.do('groups.save', { body: { name: 'Sales', attributes: { 3: 'floor 2' } } })
    assert.deepEqual(group.attributes, [{ number: 3, value: 'floor 2' }])
    const params = { id: group.id }
    const filled = await client.do('groups.changeMembers', { params, body: { add: ['ANN'], remove: [] } })
    assert.equal(filled.members, 1)
    assert.deepEqual(
      (await client.do('groups.members', { params, query: {} })).items.map(({ username }) => username),
      ['ann'],
    )
    const unknown = await client.call('groups.changeMembers', { params, body: { add: ['nobody'], remove: [] } })
    assert.deepEqual([unknown.code, unknown.body.field], [422, 'add'])
    assert.equal((await client.do('groups.save', { body: { name: 'sales', isDefault: true } })).isDefault, true)
    assert.equal((await client.call('groups.remove', { params })).body.code, 'conflict')
    await client.do('groups.save', { body: { name: 'DEFAULT', isDefault: true } })
    await client.do('groups.remove', { params })
    assert.equal((await client.call('groups.look', { params })).code, 404)
  })

  it('a group names the methods of its members, and the rules tell it', async () => {
    const body = { name: 'Strict', methods: ['push', 'passkey'] }
    const group = await client.do('groups.save', { body })
    assert.deepEqual(group.methods?.toSorted(), ['passkey', 'push'])
    const told = async () => (await client.do('policy.look')).sentences.filter(({ id }) => id === `group-${group.id}`)
    assert.match((await told())[0]?.text ?? '', /^Members of Strict may use .*a passkey/)
    const changed = await client.do('groups.save', { body: { name: 'Strict', attributes: { 1: 'x' } } })
    assert.deepEqual(changed.methods, group.methods, 'what is left out stays')
    for (const methods of [[], ['pigeon']])
      assert.equal((await client.call('groups.save', { body: { name: 'Strict', methods } })).body.field, 'methods')
    assert.equal((await client.do('groups.save', { body: { name: 'Strict', methods: null } })).methods, null)
    assert.deepEqual(await told(), [])
    await client.do('groups.remove', { params: { id: group.id } })
  })

  it('tokens are imported after a dry run, handed out with a reason, and taken back', async () => {
    const file = { text: 'T-1,3132333435363738393031323334353637383930,TOTP,6,SHA1,30\nT-2,nothex,TOTP,6,SHA1,30\n' }
    const dry = await client.do('tokens.import', { body: { ...file, isDryRun: true } })
    assert.equal(dry.added, 1)
    assert.equal(dry.errors[0]?.row, 2)
    assert.equal((await client.do('tokens.list', { query: {} })).total, 0)
    await client.do('tokens.import', { body: { ...file, isDryRun: false } })
    const params = { serial: 'T-1' }
    const given = await client.do('tokens.assign', { params, body: { username: 'ann', reason: 'new badge' } })
    assert.equal(given.username, 'ann')
    assert.equal(
      (await client.call('tokens.assign', { params, body: { username: 'ann', reason: 'again' } })).body.code,
      'conflict',
    )
    assert.equal((await client.do('tokens.list', { query: { q: 'T-', state: 'assigned' } })).total, 1)
    const back = await client.do('tokens.act', { params, body: { act: 'unassign', reason: 'left' } })
    assert.equal(back.state, 'unassigned')
  })

  it('a text is previewed as it would arrive, and refused when it is of no use', async () => {
    const about = { id: 'code.sms', language: 'es' } as const
    const seen = await client.do('templates.preview', { body: { ...about, text: '{code} es todo' } })
    assert.equal(seen.problem, null)
    assert.match(seen.messages[0]?.text ?? '', /^\d{6} es todo$/)
    assert.equal(seen.messages[0]?.smsParts, 1)
    const bad = await client.do('templates.preview', { body: { ...about, text: 'sin nada' } })
    assert.match(bad.problem ?? '', /must contain \{code\}/)
    assert.equal((await client.call('templates.set', { params: about, body: { text: 'sin nada' } })).code, 422)
    assert.equal((await client.do('templates.set', { params: about, body: { text: '{code} es todo' } })).isOwn, true)
    assert.equal((await client.do('templates.set', { params: about, body: { text: null } })).isOwn, false)
  })

  it('gateways keep the secrets that are left out, and tell what is wrong by its place', async () => {
    const gateway = {
      id: 'acme',
      type: 'twilio',
      via: ['sms'],
      accountSid: 'AC1',
      authToken: 'a-secret-token',
      from: '+15550001111',
    }
    const set = await client.do('delivery.setProviders', { body: { providers: [gateway] } })
    assert.equal(set.providers[0]?.health.state, 'idle')
    assert.ok(!JSON.stringify(set).includes('a-secret-token'))
    const { authToken: _, ...shown } = gateway
    await client.do('delivery.setProviders', { body: { providers: [{ ...shown, from: '+15550002222' }] } })
    const wrong = await client.call('delivery.setProviders', { body: { providers: [{ ...shown, via: ['pigeon'] }] } })
    assert.equal(wrong.code, 422)
    assert.match(wrong.body.details?.[0] ?? '', /^providers\[0\]/)
    await client.do('delivery.setProviders', { body: { providers: [] } })
  })

  it('every setting is shown with its risk and can be set back; a wrong value is told', async () => {
    const { settings } = await client.do('settings.list')
    const echo = settings.find(({ name }) => name === 'contactEcho')
    assert.deepEqual([echo?.kind, echo?.value, echo?.choices], ['choice', 'masked', ['masked', 'full']])
    assert.ok(echo?.risk)
    for (const { name, kind, choices, fallback } of settings.filter(
      (one) => one.kind === 'choice' || one.kind === 'boolean',
    )) {
      assert.ok(choices.includes(fallback), `${name} (${kind})`)
      for (const value of choices)
        assert.equal((await client.do('settings.set', { params: { name }, body: { value } })).value, value)
      assert.equal((await client.do('settings.set', { params: { name }, body: { value: null } })).isDefault, true)
    }
    const bad = await client.call('settings.set', { params: { name: 'codeLength' }, body: { value: '5' } })
    assert.deepEqual([bad.code, bad.body.field], [422, 'value'])
    assert.equal((await client.do('settings.rename', { body: { name: 'Acme' } })).name, 'Acme')
    assert.ok((await client.do('policy.look')).sentences.length > 8)
  })

  it('a test message arrives, and is in the log', async () => {
    const sent = await client.do('home.test', { body: { via: 'sms', to: '+12125550102' } })
    assert.deepEqual([sent.isSent, sent.provider], [true, 'inbox'])
    assert.equal((await client.call('home.test', { body: { via: 'email', to: 'nowhere' } })).body.field, 'to')
    const { items } = await client.do('delivery.log', { query: { limit: 1 } })
    assert.match(items[0]?.contact ?? '', /^x+0102$/)
    await server.set('webhookUrl', 'http://127.0.0.1:9/none')
    await server.set('webhookSecret', 'a-secret-of-the-webhook')
    const { items: users } = await client.do('users.list', { query: { q: 'ann' } })
    const params = { id: users[0]?.id ?? '' }
    await client.do('users.change', { params, body: { reason: 'moved', phone: '+12125550109' } })
    const { items: hooks } = await client.do('developers.webhooks', { query: {} })
    assert.equal(hooks[0]?.event, 'contact-changed')
    assert.equal((await client.do('developers.resend', { params: { id: hooks[0]?.id ?? '' } })).queued, true)
  })

  it('an app is added, changed, rotated and removed; an admin is invited, reset and removed', async () => {
    const app = { name: 'Shop', signatureOrder: 'java', trustedAddresses: ['192.0.2.0/24'], factors: 2 } as const
    const added = await client.do('apps.add', { body: app })
    const params = { id: added.app.id }
    assert.equal((await client.call('apps.add', { body: app })).body.code, 'conflict')
    const { name: _, ...change } = app
    assert.equal(
      (await client.call('apps.change', { params, body: { ...change, trustedAddresses: ['here'] } })).code,
      422,
    )
    assert.equal((await client.do('apps.change', { params, body: { ...change, factors: 1 } })).factors, 1)
    const rotated = await client.do('apps.rotate', { params, body: { graceMinutes: 5 } })
    assert.notEqual(rotated.secret, added.secret)
    assert.ok(rotated.app.oldSecretUntilMs)
    await client.do('apps.remove', { params })
    assert.equal((await client.do('apps.list')).total, 0)
    const invited = await client.do('admins.invite', {
      body: { login: 'bob@example.com', name: 'Bob', role: 'admin', send: true },
    })
    assert.equal(invited.admin.state, 'invited')
    const bob = new ConsoleClient(server)
    await bob.setUp(invited.link.split('#')[1] ?? '')
    const reset = await client.do('admins.reset', { params: { id: invited.admin.id } })
    assert.equal((await bob.do('session.look')).step, 'out')
    await bob.setUp(reset.link.split('#')[1] ?? '')
    await client.do('admins.remove', { params: { id: invited.admin.id } })
    assert.equal((await bob.do('session.look')).step, 'out')
  })
})
