import {
  type Icon,
  IconBan,
  IconCheck,
  IconDeviceMobileOff,
  IconKey,
  IconLockOpen,
  IconRefresh,
  IconShieldOff,
} from '@tabler/icons-react'
import type { UserAct, UserDetail } from '../../../contract/console/users.ts'
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
      `Makes a code that signs ${username} in once, for somebody who has nothing else at hand. Recovery codes stay as they are. Be sure who is asking.`,
  },
  'end-trust': {
    icon: IconShieldOff,
    title: 'End trust',
    lead: ({ username, devices }, act) => {
      const one = act.act === 'end-trust' && devices.find(({ id }) => id === act.deviceId)
      return one
        ? `${one.name} is forgotten: ${username} is asked for a second factor there again.`
        : `Every remembered device of ${username} is forgotten, and asked for a second factor again.`
    },
  },
  'remove-phone': {
    icon: IconDeviceMobileOff,
    title: 'Remove the phone',
    lead: ({ username, devices }, act) => {
      const phone = act.act === 'remove-phone' && devices.find(({ id }) => id === act.deviceId)
      return `${phone ? phone.name : 'The phone'} answers for ${username} no longer, and its codes end. The user is told.`
    },
    isDangerous: true,
  },
} as const satisfies Record<Act['act'], ActWords>

/** The acts that make sense for a user as he is, for the menu. */
export function actsFor(
  user: UserDetail,
): readonly { readonly act: Act; readonly title: string; readonly icon: Icon }[] {
  const acts: Act[] = [
    ...(user.isLocked ? [{ act: 'unlock' } as const] : []),
    user.isEnabled ? { act: 'disable' } : { act: 'enable' },
    ...(user.devices.some(({ kind }) => kind === 'browser') ? [{ act: 'end-trust', deviceId: null } as const] : []),
  ]
  return acts.map((act) => ({ act, title: actWords[act.act].title, icon: actWords[act.act].icon }))
}
