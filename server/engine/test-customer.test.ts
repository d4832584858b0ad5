import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { customerSettings, withDefaults } from '../settings.ts'
import type { Customer } from '../vocabulary/customer.ts'
import { type Asked, type Fate, fateOf, isDeliverable, testCode } from './test-customer.ts'

function customer(isTest: boolean): Customer {
  const settings = { ...withDefaults(customerSettings, new Map()), isTest }
  return { id: 1, name: 'Test', apiKey: '', digestKey: new Uint8Array(32), settings, templates: new Map() }
}

const byPhone = (phone: string): Asked => ({ answeredBy: 'code', isByPhone: true, phone, email: null })
const byLink = (email: string): Asked => ({ answeredBy: 'decision', isByPhone: false, phone: null, email })

describe('the fate of a magic contact', () => {
  const fates: readonly (readonly [asked: Asked, fate: Fate | undefined])[] = [
    [byPhone('+15551230001'), 'delivered'],
    [byPhone('+15551230002'), 'undelivered'],
    [byPhone('+525512340003'), 'expired'],
    [byPhone('+4930120004'), 'locked'],
    [byPhone('+15551230005'), undefined],
    [byPhone('+15550001234'), undefined],
    [{ ...byPhone('+15551230004'), isByPhone: false }, undefined],
    [byLink('approve@test.example'), 'approved'],
    [byLink('Deny@Test.Example'), 'denied'],
    [byLink('timeout@test.example'), 'expired'],
    [byLink('alice@test.example'), undefined],
    [byLink('approve@test.example.com'), undefined],
    [{ ...byLink('approve@test.example'), answeredBy: 'code' }, undefined],
    [{ ...byLink('deny@test.example'), isByPhone: true, phone: '+15551230001' }, 'denied'],
    [{ ...byLink('alice@test.example'), isByPhone: true, phone: '+15551230003' }, 'expired'],
  ]
  for (const [asked, fate] of fates) {
    const contact = asked.email ?? asked.phone
    it(`${contact}, ${asked.answeredBy}: ${fate ?? 'none'}`, () => {
      assert.equal(fateOf(customer(true), asked), fate)
    })
    it(`${contact} of a real customer is nothing special`, () => {
      assert.equal(fateOf(customer(false), asked), undefined)
    })
  }
})

it('everything is delivered but to numbers that are there to fail', () => {
  for (const contact of ['+15551230001', '+15551230003', '+15551234567', 'alice@example.com', 'deny@test.example'])
    assert.ok(isDeliverable(contact), contact)
  assert.ok(!isDeliverable('+15551230002'))
})

it('a test code is as long as the customer wants it', () => {
  assert.deepEqual([2, 6, 7, 8].map(testCode), ['12', '123456', '1234567', '12345678'])
})
