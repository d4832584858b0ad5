import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { customerSettings, withDefaults } from '../settings.ts'
import type { Customer } from '../vocabulary/customer.ts'
import { isPasskeyPage, pageOf, relatedOrigins, siteOf } from './passkey-site.ts'

function customerWith(settings: Record<string, string>): Customer {
  const stored = new Map(Object.entries(settings))
  const id = { id: 1, name: 'Bank', apiKey: '', digestKey: Buffer.alloc(32), templates: new Map() }
  return { ...id, settings: withDefaults(customerSettings, stored) }
}

const site = (baseUrl: string, settings: Record<string, string> = {}) => siteOf(customerWith(settings), baseUrl)

describe('the site of passkeys', () => {
  it('is the host of the base URL, whose page may ask', () => {
    const expected = {
      rpId: 'mfa.example.com',
      origins: ['https://mfa.example.com:8443'],
      isVerificationRequired: false,
    }
    assert.deepEqual(site('https://mfa.example.com:8443'), expected)
  })

  it('is what the customer says, and his pages may ask beside ours', () => {
    const settings = {
      passkeyRpId: 'example.com',
      passkeyOrigins: 'https://login.example.com',
      passkeyVerification: 'required',
    }
    const origins = ['https://mfa.example.com', 'https://login.example.com']
    assert.deepEqual(site('https://mfa.example.com', settings), {
      rpId: 'example.com',
      origins,
      isVerificationRequired: true,
    })
  })

  it('is localhost on this computer, under whatever address', () => {
    for (const host of ['127.0.0.1', '[::1]', 'localhost']) {
      assert.deepEqual(site(`http://${host}:8080`)?.origins, ['http://localhost:8080'])
      assert.equal(site(`http://${host}:8080`)?.rpId, 'localhost')
      assert.equal(pageOf(`http://${host}:8080`, 'id', 'secret'), 'http://localhost:8080/passkey/id/secret')
    }
  })

  it('lists pages of other domains for browsers, and neither its own, nor apps, nor this computer', () => {
    const android = `android:apk-key-hash:${'A'.repeat(43)}`
    const elsewhere = ['https://bank.example.net', 'https://evil-example.com']
    const passkeyOrigins = [...elsewhere, 'https://login.example.com', 'https://example.com:8443', android].join()
    const related = (baseUrl: string, settings: Record<string, string>) =>
      relatedOrigins(customerWith(settings), baseUrl)
    assert.deepEqual(related('https://example.com', { passkeyOrigins }), elsewhere)
    const above = { passkeyRpId: 'example.net', passkeyOrigins: 'https://www.example.net' }
    assert.deepEqual(related('https://example.com', above), ['https://example.com'], 'our own pages, of another domain')
    assert.deepEqual(related('http://localhost:8080', { passkeyOrigins: 'http://localhost:3000' }), [])
    assert.deepEqual(related('https://example.com', {}), [])
    assert.equal(
      isPasskeyPage(customerWith({ passkeyOrigins }), 'https://example.com', 'https://evil-example.com'),
      false,
    )
  })

  it('is none at an address, and has no page there; a domain of the customer is one all the same', () => {
    for (const baseUrl of ['https://192.0.2.1', 'https://[2001:db8::1]:8443']) {
      assert.equal(site(baseUrl), undefined)
      assert.equal(pageOf(baseUrl, 'id', 'secret'), null)
      const settings = { passkeyRpId: 'example.com', passkeyOrigins: 'https://example.com' }
      assert.deepEqual(site(baseUrl, settings)?.origins, ['https://example.com'])
    }
  })
})
