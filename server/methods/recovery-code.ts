import { saltBytes } from '../security/slow-hash.ts'
import type { Hashing, Method, Tools } from './method.ts'

/** What is kept of one code of a set. All codes of a set have one salt, so that an answer is hashed once. */
interface Secret {
  readonly salt: string
  readonly digest: string
  /** Of a temporary code: from then on it is wrong. */
  readonly untilMs?: number
}

const codesOfSet = 10
/** Of five bits each: 50 in all. */
const letters = 10
/** Crockford's base32: no I, L, O or U, which are misread. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** The one step of a code: it is used once. */
const usedStep = 0

/** Stands in where nothing was enrolled: the same work, and never right. */
const nothing: Secret = { salt: Buffer.alloc(saltBytes).toString('base64'), digest: '' }

/** A code of a set that the user keeps for the day when nothing else is at hand. Each is a credential, and works once. */
export const recoveryCode: Method = {
  id: 'recovery-code',
  title: 'Recovery code',
  needs: 'credential',
  answeredBy: 'code',
  asksFirst: false,

  begin() {
    return { pending: '{}', send: [] }
  },

  hashings({ secret, answer, userId }) {
    const code = answer.kind === 'code' ? answer.code : ''
    return [hashingOf(userId, code, Buffer.from(readSecret(secret).salt, 'base64'))]
  },

  judge({ secret, digests = [] }, tools) {
    const { digest, untilMs = Number.POSITIVE_INFINITY } = readSecret(secret)
    const isSame = tools.same(digests[0] ?? Buffer.alloc(0), Buffer.from(digest, 'base64'))
    return isSame && secret !== null && tools.nowMs < untilMs ? { kind: 'right', usedStep } : { kind: 'wrong' }
  },
}

/** Ten codes as they are shown, such as `7K2PX-9QDMB`. */
export function newRecoveryCodes(tools: Tools): string[] {
  return Array.from({ length: codesOfSet }, () => {
    const code = Array.from(tools.randomSecret(letters), (byte) => alphabet[byte & 31]).join('')
    return `${code.slice(0, letters / 2)}-${code.slice(letters / 2)}`
  })
}

/** What has to be hashed to keep a set. */
export function hashingsOfSet(codes: readonly string[], userId: string, tools: Tools): Hashing[] {
  const salt = tools.randomSecret(saltBytes)
  return codes.map((code) => hashingOf(userId, code, salt))
}

/** The JSON to keep, sealed, as the secret of one code. */
export function secretOfCode({ salt }: Hashing, digest: Uint8Array, untilMs?: number): string {
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
  return JSON.stringify({
    salt: base64(salt),
    digest: base64(digest),
    ...(untilMs !== undefined && { untilMs }),
  } satisfies Secret)
}

/** What tells a temporary code from those of a set, which have no label. */
export function temporaryLabel(untilMs: number): string {
  return `temporary, until ${new Date(untilMs).toISOString()}`
}

/** Until when a code with this label counts; null: it is none of these. */
export function untilOfLabel(label: string | null): number | null {
  const untilMs = Date.parse(/^temporary, until (.+)$/.exec(label ?? '')?.[1] ?? '')
  return Number.isNaN(untilMs) ? null : untilMs
}

function hashingOf(userId: string | null, code: string, salt: Uint8Array): Hashing {
  return { salt, parts: ['recovery-code', userId ?? '', fold(code)] }
}

/** As people write it: in any case, with or without the hyphen, and with the letters that look like digits. */
function fold(code: string): string {
  return code.toUpperCase().replaceAll('-', '').replaceAll('O', '0').replaceAll(/[IL]/g, '1')
}

function readSecret(secret: string | null): Secret {
  return secret === null ? nothing : (JSON.parse(secret) as Secret) // written by secretOfCode
}
