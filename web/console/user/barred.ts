import type { UserDetail } from '../../../contract/console/users.ts'
import type { MethodWord } from '../../../contract/console/words.ts'

/** Whether the user's groups leave him a method: what they do not allow is neither set up nor asked for. */
export function isAllowed({ allowed }: UserDetail, method: MethodWord): boolean {
  return allowed === null || allowed.includes(method)
}

/** Why a method cannot be set up for a user, as a sentence; null: it can. The server refuses for the same reasons. */
export function barOf(user: UserDetail, method: MethodWord): string | null {
  if (!isAllowed(user, method)) return 'Not allowed by the groups of this user.'
  return user.isEnabled ? null : 'This user is disabled.'
}
