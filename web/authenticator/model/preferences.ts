export interface Preferences {
  readonly language: 'auto' | 'en' | 'es'
  readonly theme: 'auto' | 'light' | 'dark'
  /** How long the app stays open after it was left; 0: not at all. */
  readonly lockAfterSeconds: number
}

export const lockAfterChoices = [0, 60, 300] as const
export const defaults: Preferences = { language: 'auto', theme: 'auto', lockAfterSeconds: 60 }

export function applyTheme({ theme }: Preferences): void {
  if (theme === 'auto') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
}
