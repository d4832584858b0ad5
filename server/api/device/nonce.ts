import { fingerprint, keyedDigest, same } from '../../security/digest.ts'
import { randomSecret } from '../../security/random.ts'
import type { RequestMark } from '../../vocabulary/request-mark.ts'

const lifeMs = 300_000
const randomBytes = 16

/** Nonces carry their own end and the server's mark: nothing is kept of one that is never used. */
export interface Nonces {
  issue(nowMs: number): string
  /** Undefined: it is none of ours, or too old. The mark makes it count once. */
  read(nonce: string, nowMs: number): RequestMark | undefined
}

export function nonces(key: Uint8Array): Nonces {
  const markOf = (head: string) => keyedDigest(key, 'device-nonce', head).toString('base64url')
  return {
    issue(nowMs) {
      const head = `${(nowMs + lifeMs).toString(36)}.${randomSecret(randomBytes).toString('base64url')}`
      return `${head}.${markOf(head)}`
    },
    read(nonce, nowMs) {
      const [, head, end, mark] = /^(([0-9a-z]{1,11})\.[A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/.exec(nonce) ?? []
      if (!head || !end || !mark || !same(Buffer.from(mark), Buffer.from(markOf(head)))) return undefined
      const expiresAtMs = Number.parseInt(end, 36)
      if (expiresAtMs <= nowMs) return undefined
      return { digest: fingerprint('device-nonce', head), nonce: null, expiresAtMs }
    },
  }
}
