import { useSyncExternalStore } from 'react'
import type { Prompt } from '../../../contract/device/prompts.ts'
import type { Trouble } from '../device/live.ts'
import type { Pairing } from '../device/pairing.ts'
import type { Asked } from '../device/prompts.ts'
import type { PushState } from '../device/push.ts'
import type { OpenAccount } from '../vault/sealed.ts'
import { defaults, type Preferences } from './preferences.ts'

export interface State {
  /** `broken`: this browser keeps nothing, as some private windows do. */
  readonly stage: 'starting' | 'ready' | 'insecure' | 'broken'
  readonly preferences: Preferences
  readonly pairings: readonly Pairing[]
  /** How many accounts are kept, also while they are locked. */
  readonly accountCount: number
  /** The accounts with their secrets; null while the app is locked. */
  readonly accounts: readonly OpenAccount[] | null
  readonly hasLock: boolean
  readonly hasPasskey: boolean
  /** What waits, by device id. */
  readonly waiting: Readonly<Record<string, readonly Prompt[]>>
  /** What keeps a pairing from being asked, by device id. */
  readonly troubles: Readonly<Record<string, Trouble>>
  /** The prompt that fills the screen. */
  readonly asked: Asked | null
  /** Prompts that the user put off. */
  readonly later: readonly string[]
  readonly isOffline: boolean
  readonly push: PushState
  readonly isUpdateReady: boolean
  /** Removed by the server while the app was in use: whose they were. */
  readonly removed: readonly string[]
  /** Too many wrong PINs erased everything. */
  readonly isErased: boolean
}

let state: State = {
  stage: 'starting',
  preferences: defaults,
  pairings: [],
  accountCount: 0,
  accounts: null,
  hasLock: false,
  hasPasskey: false,
  waiting: {},
  troubles: {},
  asked: null,
  later: [],
  isOffline: false,
  push: 'off',
  isUpdateReady: false,
  removed: [],
  isErased: false,
}

const listeners = new Set<() => void>()

export const get = () => state

export function set(change: Partial<State>): void {
  state = { ...state, ...change }
  for (const tell of listeners) tell()
}

export function useStore(): State {
  return useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, get)
}
