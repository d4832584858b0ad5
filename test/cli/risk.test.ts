import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { newPlace, type Place } from '../support/databases.ts'
import { aDevice, anEvaluation } from '../support/kept-risk.ts'
import { aUser, storeOn } from '../support/store.ts'
import { countersign, json } from './command.ts'

describe('risk on the command line', () => {
  let place: Place
  const file = (name: string, content: unknown): string => {
    const path = join(place.dataDir, name)
    writeFileSync(path, JSON.stringify(content))
    return path
  }
  const risk = (...words: string[]) => countersign(place, ['risk', ...words])

  before(async () => {
    place = await newPlace('SQLite')
    await json(place, ['migrate'])
    await json(place, ['customers', 'add', '--name', 'Shop'])
    const key = Buffer.from(readFileSync(join(place.dataDir, 'master.key'), 'utf8'), 'base64')
    const store = await storeOn(place, { masterKeys: [key] })
    const [customer] = await store.read.customers.list()
    assert.ok(customer)
    const user = aUser(customer.id, { username: 'alice' })
    await store.write(async (tx) => {
      await tx.users.add(user, 'alice')
      await tx.riskDevices.add(customer.id, user.id, aDevice())
      await tx.riskEvaluations.add([anEvaluation(customer.id, user.id, 'alice', { result: null })])
    })
    await store.close()
  })
  after(() => place.remove())

  it('sets a policy, shows it with its defaults, takes it away, and says what is wrong with one', async () => {
    assert.match((await risk('policy', 'set', file('p.json', { denyAt: 90 }))).stdout, /is set/)
    const shown = await json<{ policy: { denyAt: number; challengeAt: number } }>(place, ['risk', 'policy', 'show'])
    assert.deepEqual([shown.policy.denyAt, shown.policy.challengeAt], [90, 50])
    const wrong = await risk('policy', 'set', file('w.json', { denyAt: 0, nonsense: 1 }))
    assert.equal(wrong.code, 1)
    assert.match(wrong.stderr, /policy\.denyAt .*\npolicy\.nonsense/)
    assert.match((await risk('policy', 'unset')).stdout, /taken away/)
  })

  it('selects the model of Freeman et al., and takes no other', async () => {
    await risk('policy', 'set', file('f.json', { model: 'freeman' }))
    const shown = await json<{ policy: { model: string } }>(place, ['risk', 'policy', 'show'])
    assert.equal(shown.policy.model, 'freeman')
    assert.match(
      (await risk('policy', 'set', file('g.json', { model: 'best' }))).stderr,
      /policy\.model .*own, freeman/,
    )
    await risk('policy', 'unset')
  })

  it('explains, simulates and replays in sentences', async () => {
    assert.match((await risk('explain', 'alice')).stdout, /challenge at 60 of 100/)
    assert.match(
      (await risk('simulate', 'alice', '--address', '192.0.2.1')).stdout,
      /challenge at .*no earlier sign-in.*Chrome on Windows/s,
    )
    assert.match(
      (await risk('replay', file('d.json', {}))).stdout,
      /^Of 1 sign-ins it would allow 0, challenge 1 and deny 0\./,
    )
  })

  it('exports what is kept of a user, and erases it', async () => {
    const exported = await json<{ devices: unknown[]; evaluations: unknown[] }>(place, ['risk', 'export', 'alice'])
    assert.deepEqual([exported.devices.length, exported.evaluations.length], [1, 1])
    assert.match((await risk('erase', 'alice')).stdout, /Nothing of alice/)
    assert.match((await risk('explain', 'alice')).stdout, /No sign-in of alice/)
    assert.equal((await risk('erase', 'nobody')).code, 1)
  })
})
