import { find, put } from '../vault/database.ts'
import { set } from './store.ts'

export interface Preferences {
  readonly language: 'auto' | 'en' | 'es'
  readonly theme: 'auto' | 'light' | 'dark'
  /** How long the app stays open after it was left; 0: not at all. */
  readonly lockAfterSeconds: number
}

export const lockAfterChoices = [0, 60, 300] as const
export const defaults: Preferences = { language: 'auto', theme: 'auto', lockAfterSeconds: 60 }

const name = 'preferences'

export async function readPreferences(): Promise<Preferences> {
  return { ...defaults, ...(await find<Partial<Preferences>>('settings', name)) }
}

/** The look changes when it is kept: what is seen is what the app opens with next. */
export async function savePreferences(preferences: Preferences): Promise<void> {
  set({ preferences })
  await put('settings', preferences, name)
  applyTheme(preferences)
}

export function applyTheme({ theme }: Preferences): void {
  if (theme === 'auto') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
}
