import type { ConsoleRoute } from './route.ts'
import type { MethodWord } from './words.ts'

const megabyte = 1024 * 1024

export interface Policy {
  /** The rules in force, each with the setting that changes it. */
  readonly sentences: readonly {
    readonly id: string
    readonly text: string
    readonly setting: string | null
    readonly tone: 'good' | 'warn'
  }[]
  readonly methods: readonly {
    readonly method: MethodWord
    readonly name: string
    readonly strength: 'strong' | 'fair' | 'weak'
    readonly isOn: boolean
    /** The setting that turns it on and off; null: always there. */
    readonly setting: string | null
    /** Who has set it up; null where nothing needs to be: everybody with a number or an address. */
    readonly users: number | null
    readonly why: string
  }[]
}

export interface SettingRow {
  readonly name: string
  readonly scope: 'customer' | 'server'
  /** The kind of input: `parse` of the server decides. */
  readonly kind: 'boolean' | 'number' | 'choice' | 'text' | 'list' | 'secret' | 'json'
  readonly choices: readonly string[]
  /** As text, as it is set; empty for a secret. */
  readonly value: string
  readonly fallback: string
  readonly isDefault: boolean
  /** Of a secret: whether there is one. */
  readonly isSet: boolean
  readonly meaning: string
  /** What is given up by changing it. */
  readonly risk: string | null
  /** Where on the page it belongs. */
  readonly section: 'name' | 'messages' | 'limits' | 'sign-in' | 'passkeys' | 'compatibility' | 'webhooks' | 'server'
}

/** Of the file that is uploaded. */
export const logoBytesMax = 64 * 1024

export interface PolicyCalls {
  'policy.look': { answer: Policy }
  'settings.list': {
    answer: { settings: readonly SettingRow[]; customer: { id: number; name: string; logo: string | null } }
  }
  /** `value` null: back to the default. Server-wide ones are for server-wide admins alone. */
  'settings.set': { params: { name: string }; body: { value: string | null }; answer: SettingRow }
  'settings.rename': { body: { name: string }; answer: { id: number; name: string } }
  /** `image`: a PNG, JPEG or WebP of at most `logoBytesMax`, in base64. `logo` is the path of what was made of it. */
  'settings.setLogo': { body: { image: string }; answer: { logo: string } }
  'settings.removeLogo': { answer: { logo: null } }
}

export const policyRoutes = {
  'policy.look': { method: 'GET', path: '/api/console/policy', needs: 'inspect' },
  'settings.list': { method: 'GET', path: '/api/console/settings', needs: 'inspect' },
  'settings.set': { method: 'PUT', path: '/api/console/settings/:name', needs: 'manage' },
  'settings.rename': { method: 'POST', path: '/api/console/settings/rename', needs: 'manage' },
  'settings.setLogo': {
    method: 'POST',
    path: '/api/console/settings/logo',
    needs: 'manage',
    bodyBytesMax: megabyte / 4,
  },
  'settings.removeLogo': { method: 'DELETE', path: '/api/console/settings/logo', needs: 'manage' },
} as const satisfies Record<keyof PolicyCalls, ConsoleRoute>
