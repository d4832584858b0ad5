import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext, type Server } from 'node:tls'
import { type Config, ConfigError } from './config.ts'

/** The certificate chain and its key, as they are in their files now. */
export interface Tls {
  readonly cert: Buffer
  readonly key: Buffer
  /** When the certificate of this host, the first of the chain, is no longer valid. */
  readonly expiresAtMs: number
}

/**
 * What the settings of TLS name; null without them. Throws a `ConfigError` when no connection could be made with it: OpenSSL
 * itself takes a certificate and a key of different kinds without a word.
 */
export function readTls({ tls }: Pick<Config, 'tls'>): Tls | null {
  if (!tls) return null
  const cert = readFileSync(tls.certFile)
  const key = readFileSync(tls.keyFile)
  const certificate = orProblem(
    () => new X509Certificate(cert),
    `COUNTERSIGN_TLS_CERT names a file without a certificate in PEM: ${tls.certFile}`,
  )
  const privateKey = orProblem(
    () => createPrivateKey(key),
    `COUNTERSIGN_TLS_KEY names a file without a private key in PEM, or with one that asks for a passphrase: ${tls.keyFile}`,
  )
  if (!certificate.checkPrivateKey(privateKey))
    throw new ConfigError(`The key in ${tls.keyFile} is not that of the (first) certificate in ${tls.certFile}.`)
  orProblem(() => createSecureContext({ cert, key }), `The certificate chain in ${tls.certFile} is damaged.`)
  return { cert, key, expiresAtMs: certificate.validToDate.getTime() }
}

/**
 * Takes a renewed certificate for all connections from now on, without a restart; false when the server speaks no TLS.
 * Throws when the files do not fit together, and then goes on with what it had.
 */
export function reloadTls(server: unknown, config: Pick<Config, 'tls'>): boolean {
  const files = readTls(config)
  if (!files) return false
  const secure = server as Server // a server that was made with files of TLS
  secure.setSecureContext(files)
  return true
}

function orProblem<T>(read: () => T, problem: string): T {
  try {
    return read()
  } catch (error) {
    throw new ConfigError(problem, { cause: error })
  }
}
