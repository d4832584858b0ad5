import { randomSecret } from '../security/random.ts'
import { SlowHashBusy, slowHash, slowVerify } from '../security/slow-hash.ts'
import { OverloadError } from '../vocabulary.ts'

const saltBytes = 16
export const passwordLengthMin = 8
export const passwordLengthMax = 200

/** Whether a password may be chosen: long enough, and not too long to be hashed. */
export function isChoosable(password: string): boolean {
  return password.length >= passwordLengthMin && password.length <= passwordLengthMax
}

/** What is kept of a password: salt and Argon2id hash in base64, with a `$` between. */
export async function keptOf(password: string): Promise<string> {
  const salt = randomSecret(saltBytes)
  const hash = await unlessBusy(slowHash(normalized(password), salt))
  return `${salt.toString('base64')}$${hash.toString('base64')}`
}

/** Whether this is the password. Null stands for an account that does not exist: the same work, and never right. */
export async function isPassword(kept: string | null, password: string): Promise<boolean> {
  const [salt = '', hash = ''] = (kept ?? nobodys).split('$')
  const isRight = await unlessBusy(
    slowVerify(normalized(password), Buffer.from(salt, 'base64'), Buffer.from(hash, 'base64')),
  )
  return isRight && kept !== null
}

/** What no password has, of the same form. */
const nobodys = `${Buffer.alloc(saltBytes).toString('base64')}$${Buffer.alloc(32).toString('base64')}`

/** One password, however the keyboard spells its letters. */
function normalized(password: string): string {
  return password.normalize('NFKC')
}

async function unlessBusy<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw error instanceof SlowHashBusy ? new OverloadError(error.message) : error
  }
}
