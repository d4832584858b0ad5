import { readFileSync } from 'node:fs'
import { createSecureContext, type Server } from 'node:tls'
import type { Config } from './config.ts'

/** The certificate chain and the key, as they are in their files now. */
export function readTls({ tls }: Pick<Config, 'tls'>): { readonly cert: Buffer; readonly key: Buffer } | null {
  return tls && { cert: readFileSync(tls.certFile), key: readFileSync(tls.keyFile) }
}

/**
 * Takes a renewed certificate for all connections from now on, without a restart; false when the server speaks no TLS.
 * Throws when the files do not fit together, and then goes on with what it had.
 */
export function reloadTls(server: unknown, config: Pick<Config, 'tls'>): boolean {
  const files = readTls(config)
  if (!files) return false
  createSecureContext(files) // would throw after half of it was in use
  const secure = server as Server // a server that was made with files of TLS
  secure.setSecureContext(files)
  return true
}
