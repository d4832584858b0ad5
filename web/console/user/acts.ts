import { type Icon, IconBan, IconCheck, IconKey, IconLockOpen, IconRefresh, IconShieldOff } from '@tabler/icons-react'
import type { UserAct, UserDetail } from '../../../contract/console.ts'
import { methodName } from '../parts/words.ts'

export type Act = UserAct

interface ActWords {
  readonly icon: Icon
  readonly title: string
  /** What will happen, before it does. */
  readonly lead: (user: UserDetail, act: Act) => string
  readonly isDangerous?: true
}

/** What every act on a user is called, and what it does. */
export const actWords = {
  unlock: {
    icon: IconLockOpen,
    title: 'Unlock',
    lead: ({ username }) => `${username} may try again at once. Ask first who made the failed tries.`,
  },
  disable: {
    icon: IconBan,
    title: 'Disable',
    lead: ({ username }) => `${username} is refused everywhere until you enable the user again. Nothing is removed.`,
    isDangerous: true,
  },
  enable: { icon: IconCheck, title: 'Enable', lead: ({ username }) => `${username} may sign in again.` },
  'reset-method': {
    icon: IconRefresh,
    title: 'Reset a method',
    lead: ({ username }, act) =>
      `${act.act === 'reset-method' ? methodName(act.method) : 'The method'} of ${username} is removed, to be set up anew.`,
    isDangerous: true,
  },
  'temporary-code': {
    icon: IconKey,
    title: 'Temporary code',
    lead: ({ username }) =>
      `Makes a code that signs ${username} in once, for somebody who has nothing else at hand. It replaces recovery codes. Be sure who is asking.`,
  },
  'end-trust': {
    icon: IconShieldOff,
    title: 'End trust',
    lead: ({ username }) => `Devices of ${username} are asked for a second factor again.`,
  },
} as const satisfies Record<Act['act'], ActWords>

/** The acts that make sense for a user as he is, for the menu. */
export function actsFor(
  user: UserDetail,
): readonly { readonly act: Act; readonly title: string; readonly icon: Icon }[] {
  const acts: Act[] = [
    ...(user.isLocked ? [{ act: 'unlock' } as const] : []),
    user.isEnabled ? { act: 'disable' } : { act: 'enable' },
    ...(user.devices.some(({ isTrusted }) => isTrusted) ? [{ act: 'end-trust', deviceId: null } as const] : []),
  ]
  return acts.map((act) => ({ act, title: actWords[act.act].title, icon: actWords[act.act].icon }))
}
