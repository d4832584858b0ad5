import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'

const customerKey = process.env['CUSTOMER_KEY'] ?? ''
const apiKey = process.env['API_KEY'] ?? ''

/**
 * The least that answers the benchmark's request: bare `node:http`, the signature (one SHA-512), JSON in and out.
 * `keep` is what a yardstick does before it answers. Nothing else of a server is here, and every code is welcome.
 */
export function yardstick(keep: (user: string, code: string, answer: () => void) => void): void {
  const server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8')
    request.on('data', (chunk) => {
      text += chunk
    })
    request.on('end', () => {
      const { timestamp, authorization = '' } = request.headers
      const expected = createHash('sha512').update(`${customerKey}${timestamp}${apiKey}`).digest()
      const given = Buffer.from(authorization, 'hex')
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
        response.writeHead(401).end()
        return
      }
      const { username, token } = JSON.parse(text)
      keep(username, token, () => {
        const said = JSON.stringify({ ok: true, user: username, code: token })
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(said) })
        response.end(said)
      })
    })
  })
  server.listen(Number(process.env['PORT']), '127.0.0.1')
}
