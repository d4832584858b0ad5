import type { Group } from '../example.ts'
import { authenticatorApps } from './authenticator-apps.ts'
import { challenge } from './challenge.ts'
import { customers } from './customers.ts'
import { groups } from './groups.ts'
import { passkeys } from './passkeys.ts'
import { phones } from './phones.ts'
import { recoveryCodes } from './recovery-codes.ts'
import { risk } from './risk.ts'
import { tokens } from './tokens.ts'
import { users } from './users.ts'
import { voices } from './voices.ts'

/** Every call, in the order it is read. A new one needs a row in a group; `test/contract/reference.test.ts` finds the gap. */
export const examples: readonly Group[] = [
  challenge,
  authenticatorApps,
  tokens,
  recoveryCodes,
  passkeys,
  phones,
  voices,
  users,
  groups,
  customers,
  risk,
]
