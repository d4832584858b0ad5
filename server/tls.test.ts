import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect as connectPlainly } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { connect } from 'node:tls'
import { certificate, renewedCertificate } from '../test/channels/certificate.ts'
import { newPlace, type Place } from '../test/support/databases.ts'
import { type ServerProcess, startProcess } from '../test/support/process.ts'
import { readTls } from './tls.ts'

describe('a renewed certificate', () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-tls-'))
  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') }
  const put = ({ cert, key }: typeof certificate) => {
    writeFileSync(files.cert, cert)
    writeFileSync(files.key, key)
  }
  let place: Place
  let server: ServerProcess
  before(async () => {
    put(certificate)
    place = await newPlace('SQLite')
    const more = { COUNTERSIGN_TLS_CERT: files.cert, COUNTERSIGN_TLS_KEY: files.key, COUNTERSIGN_LOG_LEVEL: 'info' }
    server = await startProcess(place, more)
  })
  after(async () => {
    await server.stop()
    await place.remove()
    rmSync(folder, { recursive: true, force: true })
  })

  /** The name in the certificate that a new connection is shown. */
  const shown = async () => {
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(server.baseUrl).port), rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    const { subject } = socket.getPeerCertificate()
    socket.destroy()
    return subject.CN
  }
  const until = async (name: string) => {
    const deadline = performance.now() + 10_000
    while ((await shown()) !== name && performance.now() < deadline) await new Promise((next) => setTimeout(next, 20))
    return shown()
  }

  it('is used from the next connection on after SIGHUP; one that does not fit its key changes nothing', async () => {
    assert.equal(await shown(), 'localhost')
    put(renewedCertificate)
    assert.equal(await shown(), 'localhost')
    server.child.kill('SIGHUP')
    assert.equal(await until('renewed.localhost'), 'renewed.localhost')
    put({ cert: certificate.cert, key: renewedCertificate.key })
    server.child.kill('SIGHUP')
    writeFileSync(files.cert, 'no certificate')
    server.child.kill('SIGHUP')
    await new Promise((next) => setTimeout(next, 300))
    assert.equal(await shown(), 'renewed.localhost')
    assert.equal(server.child.exitCode, null)
  })

  it('of another kind than its key is refused as well, which OpenSSL does not', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' })
    put({ cert: certificate.cert, key: String(rsa) })
    const tls = { certFile: files.cert, keyFile: files.key }
    assert.throws(() => readTls({ tls }), /The key in \S+ is not that of the \(first\) certificate/)
    put({ cert: certificate.cert, key: 'no key' })
    assert.throws(() => readTls({ tls }), /COUNTERSIGN_TLS_KEY names a file without a private key/)
    put({ cert: 'no certificate', key: certificate.key })
    assert.throws(() => readTls({ tls }), /COUNTERSIGN_TLS_CERT names a file without a certificate/)
  })

  it('leaves a stop quick: connections without a handshake, or with half of one, do not hold it up', async () => {
    const port = Number(new URL(server.baseUrl).port)
    const silent = connectPlainly(port, '127.0.0.1')
    const halting = connectPlainly(port, '127.0.0.1')
    halting.write(Buffer.from([0x16, 0x03, 0x01])) // a record of the handshake begins so
    await Promise.all([once(silent, 'connect'), once(halting, 'connect')])
    assert.equal(await server.stop(), 0)
  })
})
