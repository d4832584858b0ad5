import { fingerprint, keyedDigest, same } from '../security/digest.ts'
import { randomSecret } from '../security/random.ts'
import type { AuditNote } from '../vocabulary/audit.ts'
import type { Customer } from '../vocabulary/customer.ts'
import type { Engine } from './ports.ts'

/**
 * What a plugin is given beside the API key. Both are made from the customer's own random key, which is sealed at rest,
 * so that every customer has them, however he was added; of those that replaced the first ones a salt is kept, and
 * nothing more.
 */
export interface CustomerSecrets {
  /** 16 letters: plugins take them as an AES key for what they keep or send on their own. This server never reads it. */
  readonly token: string
  /** Names the customer's application in calls about risk. */
  readonly appSecret: string
}

const saltBytes = 16
const minuteMs = 60_000

export function secretsOf({ digestKey, secretSalts }: Customer): CustomerSecrets {
  return secretsBy(digestKey, secretSalts?.salt ?? null)
}

/** Whether it is the customer's `appSecret`, or the one before while that counts. */
export function isAppSecret({ digestKey, secretSalts }: Customer, given: string, nowMs: number): boolean {
  const salts = [secretSalts?.salt ?? null]
  if (secretSalts && secretSalts.oldUntilMs > nowMs) salts.push(secretSalts.oldSalt)
  return salts.some((salt) => same(fingerprint(given), fingerprint(secretsBy(digestKey, salt).appSecret)))
}

/** Gives a customer other secrets; the old `appSecret` counts for `graceMinutes` more. `note` is their line of the audit. */
export async function rotateSecrets(
  { store, clock }: Pick<Engine, 'store' | 'clock'>,
  customer: Customer,
  { graceMinutes, note }: { readonly graceMinutes: number; readonly note: AuditNote },
): Promise<CustomerSecrets & { readonly oldUntilMs: number }> {
  const salt = randomSecret(saltBytes).toString('base64url')
  const nowMs = clock()
  const oldUntilMs = nowMs + graceMinutes * minuteMs
  await store.write(async (tx) => {
    await tx.customers.saltSecrets(customer.id, salt, oldUntilMs, nowMs)
    await tx.audit.append(customer.id, note, 'secrets-rotated', nowMs)
  })
  return { ...secretsBy(customer.digestKey, salt), oldUntilMs }
}

function secretsBy(digestKey: Uint8Array, salt: string | null): CustomerSecrets {
  const salted = salt === null ? [] : [salt]
  const letters = (what: string) =>
    keyedDigest(digestKey, 'customer secret', what, ...salted)
      .toString('base64url')
      .replaceAll('-', 'A')
      .replaceAll('_', 'B')
  return { token: letters('token').slice(0, 16), appSecret: letters('app').slice(0, 32) }
}
