import { keyedDigest } from '../security/digest.ts'
import type { Customer } from '../vocabulary.ts'

/**
 * What a plugin is given beside the API key. Both are made from the customer's own random key, which is sealed at rest,
 * so that every customer has them, however he was added, and nothing more is kept.
 */
export interface CustomerSecrets {
  /** 16 letters: plugins take them as an AES key for what they keep or send on their own. */
  readonly token: string
  /** Names the customer's application in calls about risk. */
  readonly appSecret: string
}

export function secretsOf({ digestKey }: Customer): CustomerSecrets {
  const letters = (what: string) =>
    keyedDigest(digestKey, 'customer secret', what).toString('base64url').replaceAll('-', 'A').replaceAll('_', 'B')
  return { token: letters('token').slice(0, 16), appSecret: letters('app').slice(0, 32) }
}
