import assert from 'node:assert/strict'
import { createDecipheriv, randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { decryptCbc, encryptCbc, keyOfPassword, macOf } from './cbc.ts'

describe('CBC as XML Encryption packs it', () => {
  for (const bytes of [16, 24, 32])
    it(`opens with the key of ${bytes} bytes it was made with, whatever the length`, () => {
      const key = randomBytes(bytes)
      for (const length of [0, 1, 15, 16, 17, 100]) {
        const plain = randomBytes(length)
        assert.deepEqual(decryptCbc(key, encryptCbc(key, plain)), plain)
      }
    })

  it('is read by others: the IV stands in front', () => {
    const key = randomBytes(16)
    const sealed = encryptCbc(key, Buffer.from('plain'))
    const decipher = createDecipheriv('aes-128-cbc', key, sealed.subarray(0, 16))
    assert.equal(Buffer.concat([decipher.update(sealed.subarray(16)), decipher.final()]).toString(), 'plain')
  })

  it('opens the secret of RFC 6030 figure 6', () => {
    const key = Buffer.from('12345678901234567890123456789012', 'hex')
    const sealed = Buffer.from('AAECAwQFBgcICQoLDA0OD+cIHItlB3Wra1DUpxVvOx2lef1VmNPCMl8jwZqIUqGv', 'base64')
    assert.equal(decryptCbc(key, sealed)?.toString(), '12345678901234567890')
  })

  it('is undefined for what no key made', () => {
    const key = randomBytes(16)
    for (const length of [0, 15, 16, 17, 33]) assert.equal(decryptCbc(key, randomBytes(length)), undefined)
    const attempts = Array.from({ length: 200 }, () => decryptCbc(randomBytes(16), encryptCbc(key, randomBytes(20))))
    // One in sixteen last bytes looks like padding: only a MAC proves anything.
    assert.ok(attempts.filter(Boolean).length < 60)
  })

  it('takes no key of another length', () => {
    assert.throws(() => encryptCbc(randomBytes(20), Buffer.alloc(1)), /16, 24 or 32/)
  })
})

describe('a key of a password', () => {
  it('is that of RFC 6070', async () => {
    const key = await keyOfPassword('password', {
      salt: Buffer.from('salt'),
      iterations: 4096,
      bytes: 20,
      algorithm: 'sha1',
    })
    assert.equal(key.toString('hex'), '4b007901b765489abead49d926f721d065a429c1')
  })
})

it('a MAC is that of RFC 4231', () => {
  const mac = macOf('sha256', Buffer.alloc(20, 0x0b), Buffer.from('Hi There'))
  assert.equal(mac.toString('hex'), 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7')
})
