import { argon2, timingSafeEqual } from 'node:crypto'

/** Argon2id as the OWASP password storage page sets it for 19 MiB. */
const parameters = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 } as const
/** Each takes a core some 30 ms: more at once would starve what answers people. */
const atOnceMax = 2
const waitingMax = 100

/** Too many are waiting already; nothing was done, and it may be asked again. */
export class SlowHashBusy extends Error {}

let running = 0
const waiting: (() => void)[] = []

/** Argon2id (32 bytes) of what a person made up, off the event loop and at most two at a time in this process. */
export async function slowHash(secret: string, salt: Uint8Array): Promise<Buffer> {
  if (running >= atOnceMax) await turn()
  else running++
  try {
    return await hashed(secret, salt)
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running--
  }
}

/** Whether `expected` is the hash of this secret; costs the same whatever it is. */
export async function slowVerify(secret: string, salt: Uint8Array, expected: Uint8Array): Promise<boolean> {
  const hash = await slowHash(secret, salt)
  return hash.length === expected.length && timingSafeEqual(hash, expected)
}

/** The place of the one who leaves: it is handed over, and so never counted twice. */
function turn(): Promise<void> {
  if (waiting.length >= waitingMax) throw new SlowHashBusy('Too many slow hashes are waiting.')
  return new Promise((resolve) => waiting.push(resolve))
}

function hashed(secret: string, salt: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    argon2('argon2id', { message: secret, nonce: salt, ...parameters }, (error, hash) => {
      if (error) reject(error)
      else resolve(hash)
    })
  })
}
