import type { Tools } from '../methods/method.ts'
import { keyedDigest, same } from '../security/digest.ts'
import { randomCode, randomSecret } from '../security/random.ts'
import type { Customer } from '../vocabulary/customer.ts'
import { testCode } from './test-customer.ts'

/** What a method is given: the time, chance, and the customer's digest key without the key itself. */
export function toolsFor({ digestKey, settings }: Customer, nowMs: number): Tools {
  return toolsWith(digestKey, nowMs, settings.isTest ? testCode : randomCode)
}

/** The same for judging, which makes no codes that somebody could have to know. */
export function toolsWith(digestKey: Uint8Array, nowMs: number, makeCode: Tools['randomCode'] = randomCode): Tools {
  return {
    nowMs,
    randomCode: makeCode,
    randomSecret,
    same,
    digest: (...parts) => keyedDigest(digestKey, ...parts),
  }
}
