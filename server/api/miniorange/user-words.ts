import { type GroupRefusal, groupsMax } from '../../engine/groups.ts'
import type { UserOutcome } from '../../engine/users.ts'
import { challengeRefusals, type Said, unknownUser } from './words.ts'

/** What is said to who looks after users and their groups; the rest is in `words.ts`. */

export const userRefusals = {
  'unknown-user': unknownUser,
  taken: { status: 'FAILED', message: 'A user with this name exists already.' },
  'bad-phone': challengeRefusals['bad-phone'],
  'bad-email': challengeRefusals['bad-email'],
  repeated: { status: 'ERROR', message: 'This request was already received.' },
} as const satisfies Record<Extract<UserOutcome, { ok: false }>['reason'], Said>

/** Nothing of the call was done; `item` is what was refused, as the caller wrote it. */
export const groupRefusals = {
  repeated: () => 'This request was already received.',
  'bad-name': (item) => `The name ${item} of a group is not valid.`,
  'bad-attribute': (item) => `An attribute of the group ${item} is not valid.`,
  'bad-methods': (item) => `The methods of the group ${item} are not valid.`,
  'same-name': (item) => `The group ${item} stands there twice.`,
  'two-defaults': (item) => `Only one group can be the default: ${item} is a second one.`,
  'no-default': (item) => `There must be a default group. Make another one the default, and ${item} is it no more.`,
  'too-many': (item) => `There is no room for the group ${item}: a customer has ${groupsMax} groups at most.`,
  taken: (item) => `There is a group ${item} already.`,
  'unknown-group': (item) => `There is no group ${item}.`,
  'built-in': (item) => `The group ${item} stays as it is.`,
  'is-default': (item) => `The group ${item} is the default. Make another one the default first.`,
  'named-by-app': (item) => `The group ${item} is one that an app is limited to.`,
  'unknown-user': (item) => `There is no user ${item}. Nothing was changed.`,
  'in-and-out': (item) => `The user ${item} stands there twice, to be added and to be removed.`,
} as const satisfies Record<GroupRefusal, (item: string) => string>
