import { isSignedBy } from '../security/p256.ts'
import type { Answer, SignedDecision } from '../vocabulary/answer.ts'
import type { DeviceKey } from '../vocabulary/device.ts'

/** What push and scanning have in common: the JSON that is kept, sealed, with the credential of one phone. */
export interface DeviceSecret extends DeviceKey {
  readonly deviceId: string
}

/** Three wrong numbers end it: two digits leave a guesser three chances in a hundred. */
export const attemptsMax = 3

/** The decision, when this very phone made and signed it. */
export function signedBy(secret: string | null, answer: Answer): SignedDecision | undefined {
  if (secret === null || answer.kind !== 'signed-decision') return undefined
  const { deviceId, x, y } = JSON.parse(secret) as DeviceSecret // written at pairing
  const isOwn = deviceId === answer.deviceId && isSignedBy({ x, y }, answer.statement, answer.signature)
  return isOwn ? answer : undefined
}
