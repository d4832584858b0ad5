import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import jsqr from 'jsqr'
import sharp from 'sharp'
import { toolsAt } from '../methods/method-suite.ts'
import { timeCode } from '../methods/time-code.ts'
import { qrJpeg } from './qr.ts'

// jsqr is CommonJS whose types say otherwise.
const readQr = jsqr as unknown as typeof jsqr.default

describe('qrJpeg', () => {
  const names: readonly (readonly [issuer: string, account: string])[] = [
    ['Example', 'alice@example.com'],
    ['Grüße & Söhne 世界 🔑', 'bücher@example.com'],
    ['x'.repeat(60), `${'a'.repeat(64)}@${'b'.repeat(185)}.com`],
  ]
  for (const [issuer, account] of names) {
    const uri = timeCode.enrol?.({ issuer, account }, toolsAt(0, '')).show.uri ?? ''

    it(`is read back by a scanner as the very URI, of ${uri.length} letters`, async () => {
      assert.equal(await scan(await qrJpeg(uri)), uri)
    })

    it(`is still read when the picture is shown smaller, of ${uri.length} letters`, async () => {
      const jpeg = Buffer.from(await qrJpeg(uri), 'base64')
      const { width } = await sharp(jpeg).metadata()
      const smaller = await sharp(jpeg)
        .resize(Math.round(width / 2))
        .jpeg()
        .toBuffer()
      assert.equal(await scan(smaller.toString('base64')), uri)
    })
  }

  it('is a JPEG in bare base64, in front of which clients write data:image/jpg;base64,', async () => {
    const text = await qrJpeg('otpauth://totp/a:b?secret=AAAA')
    assert.match(text, /^\/9j\/[A-Za-z0-9+/]+=*$/)
    const { format, width, height } = await sharp(Buffer.from(text, 'base64')).metadata()
    assert.equal(format, 'jpeg')
    assert.equal(width, height)
  })

  it('has a quiet zone of four modules around it (ISO/IEC 18004 section 6.3.8)', async () => {
    const { data, width, height } = await pixels(await qrJpeg('otpauth://totp/a:b?secret=AAAA'))
    const isDark = (x: number, y: number) => (data[(y * width + x) * 4] ?? 0) < 128
    const all = Array.from({ length: width * height }, (_, at) => [at % width, Math.floor(at / width)] as const)
    const dark = all.filter(([x, y]) => isDark(x, y))
    const [left, top] = [Math.min(...dark.map(([x]) => x)), Math.min(...dark.map(([, y]) => y))]
    let finder = 0 // its upper edge is dark for seven modules
    while (isDark(left + finder, top)) finder++
    assert.equal(left, top)
    assert.ok(left >= 4 * (finder / 7), `${left} pixels beside modules of ${finder / 7}`)
  })

  it('weighs little in an answer: less than 16 KiB for an ordinary account', async () => {
    const uri = timeCode.enrol?.({ issuer: 'Example', account: 'alice@example.com' }, toolsAt(0, '')).show.uri ?? ''
    const { length } = await qrJpeg(uri)
    assert.ok(length < 16 * 1024, String(length))
  })
})

async function scan(base64: string): Promise<string | undefined> {
  const { data, width, height } = await pixels(base64)
  return readQr(data, width, height)?.data
}

async function pixels(base64: string) {
  const { data, info } = await sharp(Buffer.from(base64, 'base64'))
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { data: new Uint8ClampedArray(data), width: info.width, height: info.height }
}
