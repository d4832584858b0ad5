import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { touch } from '../../test/support/yubikey.ts'
import { modhex, openYubikeyOtp, yubikeyPublicId } from './yubikey.ts'

// developers.yubico.com/OTP/Specifications/Test_vectors.html
const vectors: readonly (readonly [key: string, otp: string, privateId: string, plugged: number, used: number])[] = [
  ['000102030405060708090a0b0c0d0e0f', 'dvgtiblfkbgturecfllberrvkinnctnn', '010203040506', 1, 1],
  ['000102030405060708090a0b0c0d0e0f', 'rnibcnfhdninbrdebccrndfhjgnhftee', '010203040506', 1, 2],
  ['000102030405060708090a0b0c0d0e0f', 'iikkijbdknrrdhfdrjltvgrbkkjblcbh', '010203040506', 0xfff, 1],
  ['88888888888888888888888888888888', 'dcihgvrhjeucvrinhdfddbjhfjftjdei', '888888888888', 0x8888 & 0x7fff, 0x88],
  ['c4422890653076cde73d449b191b416a', 'iucvrkjiegbhidrcicvlgrcgkgurhjnj', '33c69e7f249e', 1, 0],
]

describe('a Yubico OTP', () => {
  for (const [key, otp, privateId, plugged, used] of vectors)
    it(`${otp} opens as Yubico published it`, () => {
      const opened = openYubikeyOtp(otp, Buffer.from(key, 'hex'))
      assert.equal(opened?.privateId.toString('hex'), privateId)
      assert.equal(opened?.step, plugged * 256 + used)
    })

  it('opens in upper case, as a keyboard with caps lock types it', () => {
    const [[key, otp]] = vectors as [(typeof vectors)[number]]
    assert.equal(openYubikeyOtp(otp.toUpperCase(), Buffer.from(key, 'hex'))?.step, 257)
  })

  it('does not open with any other key, nor with a letter changed', () => {
    const key = randomBytes(16)
    const otp = touch({ key, publicId: 'cccc', privateId: randomBytes(6) }, 5, 6)
    assert.equal(openYubikeyOtp(otp, key)?.step, 5 * 256 + 6)
    // A checksum of 16 bits: one of 65,536 would pass by chance, and then the private identity is another.
    const opened = Array.from({ length: 200 }, () => openYubikeyOtp(otp, randomBytes(16))).filter(Boolean)
    assert.ok(opened.length <= 2)
    for (let at = 4; at < otp.length; at++) {
      const changed = otp.slice(0, at) + (otp[at] === 'c' ? 'b' : 'c') + otp.slice(at + 1)
      assert.notEqual(openYubikeyOtp(changed, key)?.step, 5 * 256 + 6)
    }
  })

  it('is nothing else', () => {
    for (const text of [
      '',
      'c',
      'a'.repeat(32),
      '1'.repeat(32),
      'c'.repeat(31),
      `${'c'.repeat(31)}\n`,
      '语'.repeat(32),
    ])
      assert.equal(openYubikeyOtp(text, Buffer.alloc(16)), undefined)
  })

  it('begins with its public identity', () => {
    const otp = 'dvgtiblfkbgturecfllberrvkinnctnn'
    assert.equal(yubikeyPublicId(`cccjgjgkhcbb${otp}`), 'cccjgjgkhcbb')
    assert.equal(yubikeyPublicId(`CCCJGJGKHCBB${otp.toUpperCase()}`), 'cccjgjgkhcbb')
    for (const text of [otp, `c${otp}`, `ccx${otp}`, `${'c'.repeat(34)}${otp}`, '123456', ''])
      assert.equal(yubikeyPublicId(text), undefined)
  })
})

it('modhex writes sixteen letters', () => {
  assert.equal(modhex(Buffer.from('0123456789abcdef', 'hex')), 'cbdefghijklnrtuv')
})
