import { same } from '../security/digest.ts'
import { randomSecret } from '../security/random.ts'
import { saltBytes } from '../security/slow-hash.ts'
import { serverScope } from '../vocabulary/customer.ts'
import { hashQueue } from './hashing.ts'

export const passwordLengthMin = 8
export const passwordLengthMax = 200

/** Whether a password may be chosen: long enough, and not too long to be hashed. */
export function isChoosable(password: string): boolean {
  return password.length >= passwordLengthMin && password.length <= passwordLengthMax
}

/** What is kept of a password: salt and Argon2id hash in base64, with a `$` between. */
export async function keptOf(password: string): Promise<string> {
  const salt = randomSecret(saltBytes)
  const hash = await hashed(password, salt)
  return `${salt.toString('base64')}$${hash.toString('base64')}`
}

/** Whether this is the password. Null stands for an account that does not exist: the same work, and never right. */
export async function isPassword(kept: string | null, password: string): Promise<boolean> {
  const [salt = '', hash = ''] = (kept ?? nobodys).split('$')
  const made = await hashed(password, Buffer.from(salt, 'base64'))
  return same(made, Buffer.from(hash, 'base64')) && kept !== null
}

/** What no password has, of the same form. */
const nobodys = `${Buffer.alloc(saltBytes).toString('base64')}$${Buffer.alloc(32).toString('base64')}`

/** One password, however the keyboard spells its letters. */
function hashed(password: string, salt: Uint8Array): Promise<Buffer> {
  return hashQueue.hold(serverScope, 1, (hash) => hash({ salt, parts: [password.normalize('NFKC')] }))
}
