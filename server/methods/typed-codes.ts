import type { TypedMethod } from '../vocabulary/method.ts'
import { hardwareToken } from './hardware-token.ts'
import type { Method } from './method.ts'
import { timeCode } from './time-code.ts'

/** The methods whose codes nobody asks for: each is judged in an instant, in the thread that decides. */
export const typedCodes = {
  'time-code': timeCode,
  'hardware-token': hardwareToken,
} satisfies Record<TypedMethod, Method> as Readonly<Record<TypedMethod, Method>>
