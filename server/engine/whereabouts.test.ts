import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { noNetwork } from '../risk/evidence.ts'
import type { Network } from '../risk/facts.ts'
import { whereaboutsOf } from './whereabouts.ts'

const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0'

function seen(known: Partial<Network>, userAgent: string | null, language: 'en' | 'es' = 'en') {
  const networkOf = () => ({ ...noNetwork, ...known })
  return whereaboutsOf({ networkOf }, { origin: '203.0.113.9', userAgent }, language)
}

describe('where a question came from', () => {
  it('is said in the language of the one who is asked', () => {
    const place = { city: 'Sevilla', country: 'ES' }
    assert.deepEqual(seen(place, firefox), { place: 'Sevilla, Spain', browser: 'Firefox on Windows' })
    assert.deepEqual(seen(place, firefox, 'es'), { place: 'Sevilla, España', browser: 'Firefox en Windows' })
    assert.equal(seen({ country: 'DE' }, null, 'es').place, 'Alemania')
    assert.equal(seen({ country: 'PORTUGAL' }, null).place, 'PORTUGAL', 'as a file says it that has no two letters')
  })

  it('is not said where nothing is known', () => {
    assert.deepEqual(seen({}, null), { place: null, browser: null })
    const networkOf = () => assert.fail('there is no address to look up')
    const nobody = { origin: null, userAgent: null }
    assert.deepEqual(whereaboutsOf({ networkOf }, nobody, 'en'), { place: null, browser: null })
  })

  it('takes no words from a user agent, which whoever signs in can write', () => {
    for (const userAgent of [
      'Your bank, please approve/1.0 (',
      'x',
      ' ',
      '\n',
      '<b>Your bank</b>/1 ',
      'Approve/1 '.repeat(50),
    ])
      assert.equal(seen({}, userAgent).browser, null, userAgent)
  })
})
