import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { contactSubject, strangerSubject, userSubject } from './subject.ts'

const customer = { digestKey: Buffer.alloc(32, 1) }
const other = { digestKey: Buffer.alloc(32, 2) }
const stranger = strangerSubject(customer, 'bob')

describe('a subject', () => {
  it('of a user is his id, whatever he is called', () => {
    assert.deepEqual(userSubject('0190-user'), { key: '0190-user', isUser: true })
  })

  it('of a stranger is stable, and no user', () => {
    assert.deepEqual(strangerSubject(customer, 'bob'), stranger)
    assert.deepEqual(contactSubject(customer, 'bob'), contactSubject(customer, 'bob'))
    assert.equal(stranger.isUser, false)
    assert.equal(contactSubject(customer, '+15551234567').isUser, false)
  })

  it('is not the same for a name and for a contact that reads alike', () => {
    assert.notEqual(strangerSubject(customer, 'bob@example.com').key, contactSubject(customer, 'bob@example.com').key)
  })

  it('differs by name and by customer', () => {
    assert.notEqual(strangerSubject(customer, 'alice').key, stranger.key)
    assert.notEqual(strangerSubject(other, 'bob').key, stranger.key)
  })

  it('shows neither name nor contact', () => {
    assert.ok(!stranger.key.includes('bob'))
    assert.ok(!contactSubject(customer, '+15551234567').key.includes('555'))
  })

  it('of a stranger can never be that of a user, even of one whose name looks like it', () => {
    assert.match(stranger.key, /^name:[\w-]{43}$/)
    assert.match(contactSubject(customer, '+15551234567').key, /^contact:[\w-]{43}$/)
  })
})
