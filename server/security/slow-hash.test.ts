import assert from 'node:assert/strict'
import { argon2Sync } from 'node:crypto'
import { describe, it } from 'node:test'
import { slowHash } from './slow-hash.ts'

const salt = Buffer.alloc(16, 7)

describe('slowHash', () => {
  it('is Argon2id with 19 MiB, two passes and one lane over length-prefixed parts', async () => {
    const message = '4:user3:pet7:Bücher' // ü has two bytes
    const expected = argon2Sync('argon2id', {
      message,
      nonce: salt,
      memory: 19_456,
      passes: 2,
      parallelism: 1,
      tagLength: 32,
    })
    assert.deepEqual(await slowHash(salt, ['user', 'pet', 'Bücher']), expected)
  })

  it('stays the same in every later release, so that what is on disk can be answered', async () => {
    const digest = await slowHash(salt, ['user', 'question', 'answer'])
    assert.equal(digest.toString('hex'), '20582b03dca9631ac34d982f3ec060b95fa783198d57d8abf53db64c2d48308c')
  })

  it('differs by salt and by where one part ends and the next begins', async () => {
    const made = await Promise.all([
      slowHash(salt, ['ab', 'c']),
      slowHash(salt, ['a', 'bc']),
      slowHash(salt, ['abc']),
      slowHash(salt, ['ab', 'c', '']),
      slowHash(Buffer.alloc(16, 8), ['ab', 'c']),
    ])
    assert.equal(new Set(made.map((digest) => digest.toString('hex'))).size, made.length)
  })

  it('refuses a salt that is too short instead of going without', async () => {
    await assert.rejects(slowHash(Buffer.alloc(0), ['a']))
  })
})
