import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { type Answered, type CallOptions, type Key, post } from '../support/caller.ts'
import { openRaw } from '../support/raw.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { newCustomer, succeed } from './people.ts'

/** Document 003, the groups API; each test has the number of the line in the list of its cases. */

let server: TestServer
before(async () => {
  server = await startServer()
})
after(() => server.close())

/** A customer of each test's own. */
let key: Key
beforeEach(async () => {
  key = await newCustomer(server)
})

type Call = 'getall' | 'update' | 'members/update' | 'members'
type Item = Readonly<Record<string, unknown>>

const groups = (call: Call, body: object, options: CallOptions = {}) =>
  server.call(`/admin/groups/${call}`, { customerKey: key.customerKey, ...body }, { key, ...options })
const whole = { batchSize: 100, batchNo: 1 }
const put = (...list: Item[]) => groups('update', { groups: list.map((one) => ({ isDefault: 'false', ...one })) })
const listed = async () => (await succeed(groups('getall', whole))).body['groups'] as Item[]
const group = async (name: string) => (await listed()).find(({ groupName }) => groupName === name)
const details = async () => (await succeed(groups('members', whole))).body['groupDetails'] as Item[]
const said = ({ body }: Answered) => [body.status, body.message]
const user = async (username: string): Promise<string> => {
  await succeed(server.call('/admin/users/create', { username, customerKey: key.customerKey }, { key }))
  return username
}
const users = (...names: string[]) => Promise.all(names.map((name) => user(`${name}@example.com`)))
const member = (primaryEmail: string) => ({ primaryEmail })
const leaver = (primaryEmail: string) => ({ primaryEmail, action: 'remove' })

describe('signing', () => {
  it('S301: takes the three headers, with and without Api-Key, and refuses what nobody signed', async () => {
    await succeed(groups('getall', whole))
    await succeed(groups('getall', whole, { headers: { 'Api-Key': key.apiKey } }))
    assert.equal((await groups('getall', whole, { headers: { Authorization: '0'.repeat(128) } })).body.status, 'ERROR')
    for (const call of ['getall', 'update', 'members/update', 'members'] as const)
      assert.equal((await groups(call, whole, { signed: false })).body.status, 'ERROR')
  })

  it('serves the calls without /moas too', async () => {
    const body = { customerKey: key.customerKey, ...whole }
    const answer = await post(server.baseUrl, '/api/admin/groups/getall', body, { key, timestamp: server.now() })
    assert.equal(answer.body.status, 'SUCCESS')
  })
})

describe('groups/getall', () => {
  it('S302: requires customerKey, batchSize and batchNo', async () => {
    const fine = { customerKey: key.customerKey, ...whole }
    for (const name of Object.keys(fine)) {
      const answer = await groups('getall', { ...fine, [name]: undefined })
      assert.deepEqual(said(answer), ['ERROR', `Missing: ${name}.`])
    }
  })

  it('S303: answers the example, customerKey a text', async () => {
    await succeed(put({ groupName: 'Test1' }))
    const { body } = await groups('getall', { customerKey: String(key.customerKey), batchSize: 10, batchNo: 1 })
    const { customerId, status, message, fetchedCount, nextBatch } = body
    assert.deepEqual(
      { customerId, status, message, fetchedCount, nextBatch },
      {
        customerId: key.customerKey,
        status: 'SUCCESS',
        message: 'Groups retrieved successfully.',
        fetchedCount: 2,
        nextBatch: -1,
      },
    )
  })

  it('S304: gives each group the fields of the example, and DEFAULT no times', async () => {
    const atMs = server.now()
    await succeed(put({ groupName: 'Test1' }))
    const [first, second] = await listed()
    const mine = { customerId: key.customerKey, isUserInviteEnabled: false, numOfUsersInGroup: 0 }
    assert.deepEqual(first, { ...mine, groupName: 'DEFAULT', isDefault: true, isCustomerDefault: true })
    const { creationDttm, lastUpdatedDttm, ...rest } = second ?? {}
    assert.deepEqual(rest, { ...mine, groupName: 'Test1', isDefault: false, isCustomerDefault: false })
    assert.ok(Number.isInteger(creationDttm) && Number(creationDttm) >= atMs && Number(creationDttm) <= server.now())
    assert.equal(lastUpdatedDttm, creationDttm)
  })

  it('S305: a customer has a group DEFAULT from the beginning', async () => {
    const [only, ...more] = await listed()
    assert.deepEqual([only?.['groupName'], only?.['isDefault'], only?.['isCustomerDefault']], ['DEFAULT', true, true])
    assert.deepEqual(more, [])
  })

  it('S306: counts members; new users are in DEFAULT, or in what is the default then', async () => {
    await users('a', 'b')
    await succeed(put({ groupName: 'Test1', isDefault: 'true' }))
    await users('c')
    const counts = (await listed()).map(({ groupName, numOfUsersInGroup }) => [groupName, numOfUsersInGroup])
    assert.deepEqual(counts, [
      ['DEFAULT', 2],
      ['Test1', 1],
    ])
  })

  it('S307: counts what is in the batch and names the next one, −1 after the last', async () => {
    await succeed(put({ groupName: 'One' }, { groupName: 'Two' }))
    const batches = []
    for (const batchNo of [1, 2, 3, 4]) {
      const { body } = await succeed(groups('getall', { batchSize: 1, batchNo }))
      batches.push([(body['groups'] as Item[])[0]?.['groupName'], body['fetchedCount'], body['nextBatch']])
    }
    assert.deepEqual(batches, [
      ['DEFAULT', 1, 2],
      ['One', 1, 3],
      ['Two', 1, -1],
      [undefined, 0, -1],
    ])
  })

  it('S308: batches begin with 1, and batchSize limits them', async () => {
    await succeed(put({ groupName: 'One' }, { groupName: 'Two' }))
    const { body } = await succeed(groups('getall', { batchSize: '2', batchNo: '1' }))
    assert.equal((body['groups'] as Item[]).length, 2)
    for (const wrong of [{ batchNo: 0 }, { batchNo: -1 }, { batchSize: 0 }, { batchSize: 1_001 }, { batchNo: '01' }])
      assert.equal((await groups('getall', { ...whole, ...wrong })).body.status, 'ERROR', JSON.stringify(wrong))
  })

  it('a batch stays as it was while others are added', async () => {
    await succeed(put({ groupName: 'M' }, { groupName: 'Z' }))
    const first = (await groups('getall', { batchSize: 2, batchNo: 1 })).body['groups'] as Item[]
    await succeed(put({ groupName: 'A' }))
    const second = (await groups('getall', { batchSize: 2, batchNo: 2 })).body['groups'] as Item[]
    assert.deepEqual(
      [...first, ...second].map(({ groupName }) => groupName),
      ['DEFAULT', 'M', 'Z', 'A'],
    )
  })
})

describe('groups/update', () => {
  it('S310: requires customerKey and groups', async () => {
    const list = [{ groupName: 'Test', isDefault: 'false' }]
    assert.deepEqual(said(await groups('update', { customerKey: undefined, groups: list })), [
      'ERROR',
      'Missing: customerKey.',
    ])
    assert.deepEqual(said(await groups('update', {})), ['ERROR', 'Missing: groups.'])
    for (const wrong of [[], {}, 'Test', [null], [['Test']]])
      assert.equal((await groups('update', { groups: wrong })).body.status, 'ERROR', JSON.stringify(wrong))
    assert.equal((await listed()).length, 1)
  })

  it('S311: takes groupName, isDefault as the text true or false, and groupAttribute1 to 50', async () => {
    const attributes = Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => [`groupAttribute${index + 1}`, `v${index + 1}`]),
    )
    await succeed(put({ groupName: 'Full', ...attributes }))
    const shown = await group('Full')
    for (const [name, text] of Object.entries(attributes)) assert.equal(shown?.[name], text)
    const fine = { groupName: 'Other', isDefault: 'false' }
    for (const [wrong, message] of [
      [{ isDefault: 'false' }, 'Missing: groups.1.groupName.'],
      [{ groupName: 'Test' }, 'Missing: groups.1.isDefault.'],
      [{ groupName: 'Test', isDefault: 1 }, 'The field groups.1.isDefault is not valid.'],
      [{ groupName: 'Test', isDefault: 'yes' }, 'The field groups.1.isDefault is not valid.'],
      [{ groupName: ' ', isDefault: 'true' }, 'The field groups.1.groupName is not valid.'],
      [{ ...fine, groupName: 'Test', groupAttribute7: 7 }, 'The field groups.1.groupAttribute7 is not valid.'],
    ] as const)
      assert.deepEqual(said(await groups('update', { groups: [fine, wrong] })), ['ERROR', message])
    assert.equal((await listed()).length, 2, 'and nothing of these calls was done')
  })

  it('S312: answers the example', async () => {
    const example = {
      groupName: 'TestGroup',
      customerId: String(key.customerKey),
      isDefault: 'true',
      groupAttribute1: 'TestAttribute1',
    }
    const { body } = await groups('update', { groups: [example] })
    const { customerId, status, message } = body
    assert.deepEqual(
      { customerId, status, message },
      { customerId: key.customerKey, status: 'SUCCESS', message: 'Groups updated successfully.' },
    )
  })

  it('what getall shows may be changed and sent back as it is', async () => {
    await succeed(put({ groupName: 'Test', isDefault: 'true', groupAttribute1: 'one' }))
    const { lastUpdatedDttm: _, ...before } = (await group('Test')) ?? {}
    await succeed(groups('update', { groups: [{ ...before, groupAttribute2: 'two' }] }))
    const { lastUpdatedDttm: __, ...now } = (await group('Test')) ?? {}
    assert.deepEqual(now, { ...before, groupAttribute2: 'two' })
  })

  it('S313: refuses groupAttribute51 and other numbers outside the range', async () => {
    for (const name of ['groupAttribute51', 'groupAttribute0', 'groupAttribute01', 'groupAttribute'])
      assert.deepEqual(said(await put({ groupName: 'Test', [name]: 'x' })), [
        'ERROR',
        `The field groups.0.${name} is not valid.`,
      ])
    assert.equal(await group('Test'), undefined)
  })

  it('S314: after the example TestGroup is the default, a boolean, and the only one', async () => {
    await succeed(put({ groupName: 'TestGroup', isDefault: 'true', groupAttribute1: 'TestAttribute1' }))
    const shown = (await listed()).map(({ groupName, isDefault, isCustomerDefault }) => [
      groupName,
      isDefault,
      isCustomerDefault,
    ])
    assert.deepEqual(shown, [
      ['DEFAULT', false, true],
      ['TestGroup', true, false],
    ])
    assert.equal((await group('TestGroup'))?.['groupAttribute1'], 'TestAttribute1')
  })

  it('changes a group that is there, in any case of its name; what is left out, null or empty stays', async () => {
    await succeed(put({ groupName: 'Test', groupAttribute1: 'one', groupAttribute2: 'two' }))
    server.advance(1_000)
    await succeed(put({ groupName: ' TEST ', groupAttribute1: 'new', groupAttribute2: null, groupAttribute3: '' }))
    const shown = await group('Test')
    const attributes = Object.entries(shown ?? {}).filter(([name]) => name.startsWith('groupAttribute'))
    assert.deepEqual(attributes, [
      ['groupAttribute1', 'new'],
      ['groupAttribute2', 'two'],
    ])
    assert.ok(Number(shown?.['lastUpdatedDttm']) >= Number(shown?.['creationDttm']) + 1_000)
  })

  it('there is always one default: taken back it goes to DEFAULT, and from DEFAULT only to another', async () => {
    await succeed(put({ groupName: 'Test', isDefault: 'true' }))
    await succeed(put({ groupName: 'Test', isDefault: 'false' }))
    assert.equal((await group('DEFAULT'))?.['isDefault'], true)
    const [status, message] = said(await put({ groupName: 'default', isDefault: 'false' }))
    assert.equal(status, 'FAILED')
    assert.match(String(message), /must be a default group.*default/)
    await succeed(put({ groupName: 'DEFAULT', isDefault: 'false' }, { groupName: 'Test', isDefault: 'true' }))
    assert.deepEqual(
      (await listed()).filter(({ isDefault }) => isDefault).map(({ groupName }) => groupName),
      ['Test'],
    )
  })

  it('one bad group and nothing is done; the answer names it', async () => {
    const good = { groupName: 'Good', isDefault: 'true' }
    for (const [bad, named] of [
      [{ groupName: 'Bad', isDefault: 'true' }, 'Bad'],
      [{ groupName: 'GOOD', isDefault: 'false' }, 'GOOD'],
      [{ groupName: 'Theirs', isDefault: 'false', customerId: '1' }, 'Theirs'],
    ] as const) {
      const [status, message] = said(await groups('update', { groups: [good, bad] }))
      assert.notEqual(status, 'SUCCESS')
      assert.ok(String(message).includes(named), String(message))
      assert.equal((await listed()).length, 1)
    }
  })

  it('a byte-identical repeat is refused', async () => {
    const timestamp = server.now()
    const body = { groups: [{ groupName: 'Test', isDefault: 'false' }] }
    await succeed(groups('update', body, { timestamp }))
    assert.equal((await groups('update', body, { timestamp })).body.status, 'ERROR')
  })
})

describe('groups/members/update', () => {
  it('S320: requires customerKey, groupName, and Users or users', async () => {
    const [anna = '', ben = ''] = await users('anna', 'ben')
    await succeed(put({ groupName: 'Test' }))
    const fine = { customerKey: key.customerKey, groupName: 'Test', users: [member(anna)] }
    for (const name of Object.keys(fine))
      assert.deepEqual(said(await groups('members/update', { ...fine, [name]: undefined })), [
        'ERROR',
        `Missing: ${name}.`,
      ])
    await succeed(groups('members/update', fine))
    await succeed(groups('members/update', { groupName: 'TEST', Users: [member(ben)] }))
    const both = { groupName: 'Test', users: [member(anna)], Users: [member(ben)] }
    assert.equal((await groups('members/update', both)).body.status, 'ERROR')
    assert.equal((await group('Test'))?.['numOfUsersInGroup'], 2)
  })

  it('S321: requires primaryEmail; remove removes, no action adds, and nothing else is guessed', async () => {
    const [anna = ''] = await users('anna')
    await succeed(put({ groupName: 'Test' }))
    const change = (...list: unknown[]) => groups('members/update', { groupName: 'Test', users: list })
    assert.deepEqual(said(await change({})), ['ERROR', 'Missing: users.0.primaryEmail.'])
    assert.deepEqual(said(await change({ primaryEmail: anna, action: 'delete' })), [
      'ERROR',
      'The field users.0.action is not valid.',
    ])
    for (const action of [undefined, null, '']) {
      await succeed(change({ primaryEmail: anna.toUpperCase(), action }))
      assert.equal((await group('Test'))?.['numOfUsersInGroup'], 1)
      await succeed(change(leaver(anna)))
      assert.equal((await group('Test'))?.['numOfUsersInGroup'], 0)
    }
  })

  it('S322: answers the example of two additions and a removal', async () => {
    const [demo1 = '', demo = '', demouser = ''] = await users('demo1', 'demo', 'demouser')
    await succeed(put({ groupName: 'testgroup1' }))
    await succeed(groups('members/update', { groupName: 'testgroup1', users: [member(demouser)] }))
    const { body } = await groups('members/update', {
      groupName: 'testgroup1',
      users: [member(demo1), member(demo), leaver(demouser)],
    })
    const { customerId, status, message } = body
    assert.deepEqual(
      { customerId, status, message },
      { customerId: key.customerKey, status: 'SUCCESS', message: 'Groups updated successfully.' },
    )
    assert.deepEqual(
      (await details()).map(({ primaryEmail }) => primaryEmail),
      [demo1, demo],
    )
  })

  it('S323: numOfUsersInGroup and members agree after additions and removals', async () => {
    const names = await users('a', 'b', 'c')
    await succeed(put({ groupName: 'Test' }))
    const change = (...list: Item[]) => succeed(groups('members/update', { groupName: 'Test', users: list }))
    for (const list of [names.map(member), names.slice(1).map(leaver), names.slice(0, 2).map(member)]) {
      await change(...list)
      assert.equal((await group('Test'))?.['numOfUsersInGroup'], (await details()).length)
    }
    await succeed(server.call('/admin/users/delete', { username: names[0] }, { key }))
    assert.equal((await group('Test'))?.['numOfUsersInGroup'], 1)
    assert.equal((await details()).length, 1)
  })

  it('one bad user and nobody is added; the answer names him', async () => {
    const [anna = ''] = await users('anna')
    await succeed(put({ groupName: 'Test' }))
    for (const list of [[member('nobody@example.com')], [leaver('nobody@example.com')], [leaver(anna)]]) {
      const answer = await groups('members/update', { groupName: 'Test', users: [member(anna), ...list] })
      assert.equal(answer.body.status, 'FAILED')
      assert.ok(answer.body.message?.includes(String(list[0]?.primaryEmail)), answer.text)
    }
    const unknown = await groups('members/update', { groupName: 'Nowhere', users: [member(anna)] })
    assert.deepEqual(said(unknown), ['FAILED', 'There is no group Nowhere.'])
    assert.deepEqual(await details(), [])
  })

  it('the group DEFAULT takes and loses members as every other', async () => {
    const [anna = ''] = await users('anna')
    await succeed(groups('members/update', { groupName: 'DEFAULT', users: [leaver(anna)] }))
    assert.equal((await group('DEFAULT'))?.['numOfUsersInGroup'], 0)
  })
})

describe('groups/members', () => {
  const fill = async () => {
    const [one = '', two = ''] = await users('demouser1', 'demouser2')
    await succeed(put({ groupName: 'TestGroup1' }, { groupName: 'TestGroup2' }))
    for (const groupName of ['TestGroup1', 'TestGroup2'])
      await succeed(groups('members/update', { groupName, users: [member(one), member(two)] }))
  }

  it('S330: requires customerKey, batchSize and batchNo', async () => {
    const fine = { customerKey: key.customerKey, ...whole }
    for (const name of Object.keys(fine))
      assert.deepEqual(said(await groups('members', { ...fine, [name]: undefined })), ['ERROR', `Missing: ${name}.`])
  })

  it('S331: answers the example of four', async () => {
    await fill()
    const { body } = await groups('members', whole)
    const { customerId, status, message, fetchedCount, nextBatch } = body
    assert.deepEqual(
      { customerId, status, message, fetchedCount, nextBatch },
      {
        customerId: key.customerKey,
        status: 'SUCCESS',
        message: 'Groups retrieved successfully.',
        fetchedCount: 4,
        nextBatch: -1,
      },
    )
    const third = (await groups('members', { batchSize: 3, batchNo: 2 })).body
    assert.deepEqual([third['fetchedCount'], third['nextBatch']], [1, -1])
  })

  it('S332: gives an item for each user and group, with times', async () => {
    await fill()
    const list = await details()
    assert.deepEqual(
      list.map(({ primaryEmail, groupName }) => [primaryEmail, groupName]),
      [
        ['demouser1@example.com', 'TestGroup1'],
        ['demouser2@example.com', 'TestGroup1'],
        ['demouser1@example.com', 'TestGroup2'],
        ['demouser2@example.com', 'TestGroup2'],
      ],
    )
    for (const one of list) {
      assert.deepEqual(Object.keys(one), ['primaryEmail', 'creationDttm', 'lastUpdatedDttm', 'groupName'])
      assert.ok(Number.isInteger(one['creationDttm']) && Number.isInteger(one['lastUpdatedDttm']))
    }
  })

  it('S333: leaves out who is in DEFAULT', async () => {
    await fill()
    assert.equal((await group('DEFAULT'))?.['numOfUsersInGroup'], 2)
    assert.ok((await details()).every(({ groupName }) => groupName !== 'DEFAULT'))
  })
})

describe('every change of groups', () => {
  it('is in the audit with what was before and after', async () => {
    const [anna = ''] = await users('anna')
    await succeed(put({ groupName: 'Test', isDefault: 'true', groupAttribute1: 'one' }))
    await succeed(put({ groupName: 'Test', isDefault: 'true', groupAttribute1: 'two' }))
    await succeed(groups('members/update', { groupName: 'Test', users: [member(anna)] }))
    await succeed(groups('members/update', { groupName: 'Test', users: [member(anna)] }))
    await succeed(groups('members/update', { groupName: 'Test', users: [leaver(anna)] }))
    const raw = await openRaw(server.place)
    const rows = await raw.run(
      "select outcome, detail from audit_rows where kind = 'group' and customer_id = $1 order by id",
      key.customerKey,
    )
    await raw.close()
    const told = rows.map(({ outcome, detail }) => {
      const { before: was, after: is } = JSON.parse(String(detail))
      return [outcome, was, is]
    })
    assert.deepEqual(told, [
      ['created', null, { attributes: { 1: 'one' } }],
      ['made-default', 'DEFAULT', 'Test'],
      ['updated', { attributes: { 1: 'one' } }, { attributes: { 1: 'two' } }],
      ['member-added', { isMember: false }, { isMember: true }],
      ['member-removed', { isMember: true }, { isMember: false }],
    ])
  })

  it("touches nothing of another customer's", async () => {
    const [anna = ''] = await users('anna')
    await succeed(put({ groupName: 'Mine', isDefault: 'true' }))
    const before = [await listed(), await details()]
    const other = await newCustomer(server)
    const theirs = (call: Call, body: object) =>
      server.call(`/admin/groups/${call}`, { customerKey: other.customerKey, ...body }, { key: other })
    const stranger = await theirs('members/update', { groupName: 'Mine', users: [member(anna)] })
    assert.deepEqual(said(stranger), ['FAILED', 'There is no group Mine.'])
    await succeed(theirs('update', { groups: [{ groupName: 'Mine', isDefault: 'true', groupAttribute1: 'theirs' }] }))
    const unknown = await theirs('members/update', { groupName: 'Mine', users: [member(anna)] })
    assert.equal(unknown.body.status, 'FAILED')
    assert.equal((await groups('getall', { ...whole, customerKey: other.customerKey })).body.status, 'ERROR')
    assert.deepEqual([await listed(), await details()], before)
  })
})
