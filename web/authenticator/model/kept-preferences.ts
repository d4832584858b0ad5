import { find, put } from '../vault/database.ts'
import { applyTheme, defaults, type Preferences } from './preferences.ts'
import { set } from './store.ts'

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
