import type { Tools } from '../methods/method.ts'
import { keyedDigest, same } from '../security/digest.ts'
import { randomCode, randomSecret } from '../security/random.ts'
import type { Customer } from '../vocabulary.ts'
import { testCode } from './test-customer.ts'

/** What a method is given: the time, chance, and the customer's digest key without the key itself. */
export function toolsFor(customer: Customer, nowMs: number): Tools {
  return {
    nowMs,
    randomCode: customer.settings.isTest ? testCode : randomCode,
    randomSecret,
    same,
    digest: (...parts) => keyedDigest(customer.digestKey, ...parts),
  }
}
