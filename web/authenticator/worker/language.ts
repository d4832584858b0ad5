import { find } from '../vault/database.ts'

/** The language that was chosen in the app, else the browser's. */
export async function preferredLanguage(browsers: string): Promise<'en' | 'es'> {
  const kept = await find<{ language?: string }>('settings', 'preferences').catch(() => undefined)
  const wanted = kept?.language === 'en' || kept?.language === 'es' ? kept.language : browsers
  return wanted.startsWith('es') ? 'es' : 'en'
}
