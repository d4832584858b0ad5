import type { MethodWord, Via } from '../../../contract/console/words.ts'

const methods: Readonly<Record<string, string>> = {
  'message-code': 'Code by message',
  'message-link': 'Link by message',
  'time-code': 'Authenticator app',
  'hardware-token': 'Hardware token',
  questions: 'Security questions',
  'recovery-code': 'Recovery codes',
  passkey: 'Passkey',
  push: 'Push',
  'qr-scan': 'QR scan',
  voice: 'Voice',
  password: 'Password',
}

/** The methods that can be chosen from. */
export const methodChoices = Object.entries(methods).map(([value, label]) => ({ value, label }))

/** What a method is called; one that came later keeps its own word. */
export function methodName(method: MethodWord): string {
  return methods[method] ?? method.charAt(0).toUpperCase() + method.slice(1).replaceAll('-', ' ')
}

export const viaNames: Readonly<Record<Via, string>> = { sms: 'SMS', email: 'E-mail', call: 'Call', push: 'Push' }

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`
}

export function percent(share: number | null): string {
  return share === null ? '–' : `${Math.round(share * 100)} %`
}

/** A code of a setting or of an outcome as words: `codeTtlSeconds` → `Code ttl seconds`. */
export function spaced(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])|([a-z])([0-9])/g, '$1$3 $2$4')
    .replaceAll(/[-_.]/g, ' ')
    .toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}
