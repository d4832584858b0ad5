import { keyedDigest } from '../security/digest.ts'
import type { Subject } from '../vocabulary/challenge.ts'
import type { Customer } from '../vocabulary/customer.ts'

/** An enrolled user, under whatever name he was called. */
export function userSubject(userId: string): Subject {
  return { key: userId, isUser: true }
}

/** A name nobody enrolled: counted and locked like a real one, so that answers do not tell which it is. */
export function strangerSubject({ digestKey }: Pick<Customer, 'digestKey'>, usernameFolded: string): Subject {
  return { key: `name:${keyedDigest(digestKey, 'name', usernameFolded).toString('base64url')}`, isUser: false }
}

/** A phone number or address that stands for a person who is not enrolled. */
export function contactSubject({ digestKey }: Pick<Customer, 'digestKey'>, contact: string): Subject {
  return { key: `contact:${keyedDigest(digestKey, 'contact', contact).toString('base64url')}`, isUser: false }
}
