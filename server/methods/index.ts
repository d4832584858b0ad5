import type { MethodId } from '../vocabulary/method.ts'
import { messageCode } from './message-code.ts'
import { messageLink } from './message-link.ts'
import type { Method } from './method.ts'
import { passkey } from './passkey.ts'
import { push } from './push.ts'
import { qrScan } from './qr-scan.ts'
import { questions } from './questions.ts'
import { recoveryCode } from './recovery-code.ts'
import { typedCodes } from './typed-codes.ts'
import { voice } from './voice.ts'

/** Every way to prove who you are. A new method is its file and a line here, or in `typed-codes.ts`. */
export const methods = {
  'message-code': messageCode,
  'message-link': messageLink,
  ...typedCodes,
  questions,
  'recovery-code': recoveryCode,
  passkey,
  push,
  'qr-scan': qrScan,
  voice,
} satisfies Record<MethodId, Method> as Readonly<Record<MethodId, Method>>
