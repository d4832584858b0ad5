import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { adminOf, type ConsoleClient } from '../support/console.ts'
import { databaseNames } from '../support/databases.ts'
import { startServer, type TestServer } from '../support/server.ts'

for (const database of databaseNames) {
  describe(`a customer's logo on ${database}`, () => {
    let server: TestServer
    let client: ConsoleClient
    before(async () => {
      server = await startServer(database)
      client = (await adminOf(server, 'admin', 11627)).client
    })
    after(() => server.close())

    const set = (bytes: Uint8Array) =>
      client.call('settings.setLogo', { body: { image: Buffer.from(bytes).toString('base64') } })
    const logoNow = async () => (await client.do('settings.list')).customer.logo
    const entry = async () => {
      const response = await fetch(`${server.baseUrl}/me?customer=11627`)
      return { html: await response.text(), policy: response.headers.get('content-security-policy') ?? '' }
    }

    it('is set, drawn anew without its metadata, shown, replaced and removed', async () => {
      assert.equal(await logoNow(), null)
      const photo = drawn(800, 200).withExif({ IFD0: { Artist: 'Somebody with a name' } })
      const { logo: path } = (await set(await photo.jpeg().toBuffer())).body
      assert.equal(await logoNow(), path)
      const answer = await fetch(`${server.baseUrl}${path}`)
      const headers = ['content-type', 'cache-control', 'x-content-type-options'].map((name) =>
        answer.headers.get(name),
      )
      assert.deepEqual(headers, ['image/png', 'public, max-age=31536000, immutable', 'nosniff'])
      assert.match(answer.headers.get('content-security-policy') ?? '', /^default-src 'none'/)
      const png = Buffer.from(await answer.arrayBuffer())
      assert.equal(path, `/logo/11627/${hash('sha256', png)}.png`)
      const { format, width, height, exif } = await sharp(png).metadata()
      assert.deepEqual([format, width, height, exif], ['png', 256, 64, undefined])
      assert.ok(!png.includes('Somebody'))

      const { html, policy } = await until(entry, ({ html }) => html.includes('<img'))
      assert.ok(html.includes(`<p class="brand"><img src="${path}" alt="">`))
      assert.match(policy, /default-src 'none'; img-src 'self';/)

      const { logo: next } = (await set(await drawn(20, 10).webp().toBuffer())).body
      assert.notEqual(next, path)
      assert.equal((await fetch(`${server.baseUrl}${path}`)).status, 404)
      const small = Buffer.from(await (await fetch(`${server.baseUrl}${next}`)).arrayBuffer())
      assert.equal((await sharp(small).metadata()).width, 20, 'a small one is not blown up')
      assert.equal((await fetch(`${server.baseUrl}${String(next).replace('11627', '11628')}`)).status, 404)

      assert.deepEqual(await client.do('settings.removeLogo'), { logo: null })
      assert.deepEqual(await client.do('settings.removeLogo'), { logo: null })
      assert.equal(await logoNow(), null)
      assert.equal((await fetch(`${server.baseUrl}${next}`)).status, 404)
      await until(entry, ({ html }) => !html.includes('<img'))
      const rows = await server.assembled.store.read.audit.list(11627, { limit: 50 })
      const outcomes = rows.map(({ outcome }) => outcome).filter((outcome) => outcome.startsWith('logo'))
      assert.deepEqual(outcomes.toSorted(), ['logo-removed', 'logo-set', 'logo-set'])
    })

    it('is refused in a sentence when it is no picture, too large, damaged or a bomb, and the old one stays', async () => {
      await set(await drawn(30, 30).png().toBuffer())
      const before = await logoNow()
      assert.ok(before)
      const whole = await noise(100).png().toBuffer()
      const cases: [Uint8Array, RegExp][] = [
        [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'), /no PNG, JPEG or WebP/],
        [Buffer.from('<!doctype html><script>1</script>'), /no PNG, JPEG or WebP/],
        [Buffer.from('GIF89a'), /no PNG, JPEG or WebP/],
        [Buffer.concat([whole, Buffer.alloc(65 * 1024 - whole.length)]), /more than 64 KB/],
        [Buffer.alloc(150 * 1024), /more than 64 KB/],
        [bomb(20_000), /2,048 × 2,048/],
        [whole.subarray(0, whole.length / 2), /damaged/],
        [Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), /damaged/],
        [Buffer.from('\xff\xd8\xff<script>', 'latin1'), /damaged/],
        [Buffer.alloc(0), /base64/],
      ]
      for (const [bytes, sentence] of cases) {
        const { code, body } = await set(bytes)
        assert.deepEqual([code, body.code, body.field], [422, 'invalid', 'image'], String(sentence))
        assert.match(body.message ?? '', sentence)
      }
      const text = await client.call('settings.setLogo', { body: { image: 'data:image/png;base64,AAAA' } })
      assert.match(text.body.message ?? '', /base64/)
      assert.equal(await logoNow(), before)
    })

    it('is not found by a path that is none', async () => {
      for (const path of ['/logo/11627/x.png', '/logo/0/x', `/logo/1e3/${'a'.repeat(64)}.png`, '/logo/%00/%2e%2e'])
        assert.equal((await fetch(`${server.baseUrl}${path}`)).status, 404, path)
    })
  })
}

/** A second passes before every page knows a change. */
async function until<T>(look: () => Promise<T>, isSo: (seen: T) => boolean): Promise<T> {
  const deadline = performance.now() + 15_000
  for (;;) {
    const seen = await look()
    if (isSo(seen)) return seen
    assert.ok(performance.now() < deadline, 'it never came')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function drawn(width: number, height: number) {
  return sharp({ create: { width, height, channels: 3, background: '#2a48d7' } })
}

/** Pixels that do not compress, so that half of the file is half of the picture. */
function noise(side: number) {
  const pixels = Buffer.from(Array.from({ length: side * side * 3 }, (_, index) => (index * index * 31) % 251))
  return sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
}

/** A whole PNG of one bit a pixel, tiny as a file. */
function bomb(side: number): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  header[8] = 1
  const rows = deflateSync(Buffer.alloc((side / 8 + 1) * side), { level: 9 })
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    ...[chunk('IHDR', header), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))],
  ])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const framed = Buffer.alloc(body.length + 8)
  framed.writeUInt32BE(data.length, 0)
  body.copy(framed, 4)
  framed.writeUInt32BE(crc32(body), body.length + 4)
  return framed
}
