import type { ConsoleRoute, Page } from './route.ts'

export interface AppRow {
  readonly id: string
  readonly name: string
  /** The integration key: no secret. */
  readonly key: string
  readonly signatureOrder: 'node' | 'java' | 'php' | 'table' | 'framed'
  readonly trustedAddresses: readonly string[]
  readonly factors: number
  /** The secret before this one still counts until then. */
  readonly oldSecretUntilMs: number | null
  readonly createdAtMs: number
}

export interface ApiKeyState {
  readonly customerId: number
  readonly customerName: string
  /** Its last four letters. */
  readonly hint: string
  /** The key before this one still counts until then. */
  readonly oldKeyUntilMs: number | null
  /** The `appSecret` before this one still counts until then. */
  readonly oldSecretUntilMs: number | null
}

/** What plugins of miniOrange ask for beside the API key; they get both when they sign in to the customer. */
export interface PluginSecrets {
  readonly token: string
  readonly appSecret: string
}

export interface AppCalls {
  'apps.list': { answer: Page<AppRow> }
  /** `secret` is shown once. */
  'apps.add': {
    body: {
      name: string
      signatureOrder: AppRow['signatureOrder']
      trustedAddresses: readonly string[]
      factors: number
    }
    answer: { app: AppRow; secret: string }
  }
  'apps.change': {
    params: { id: string }
    body: { signatureOrder: AppRow['signatureOrder']; trustedAddresses: readonly string[]; factors: number }
    answer: AppRow
  }
  'apps.rotate': { params: { id: string }; body: { graceMinutes: number }; answer: { app: AppRow; secret: string } }
  'apps.remove': { params: { id: string }; answer: { removed: true } }
  'keys.look': { answer: ApiKeyState }
  /** Shows the key in full. */
  'keys.show': { answer: { apiKey: string } }
  /** Makes another one; the old one counts for `graceMinutes` more (0–10080). Shown once. */
  'keys.rotate': { body: { graceMinutes: number }; answer: { apiKey: string; state: ApiKeyState } }
  'keys.showSecrets': { answer: PluginSecrets }
  /** Makes others; the old `appSecret` counts for `graceMinutes` more (0–10080). */
  'keys.rotateSecrets': { body: { graceMinutes: number }; answer: PluginSecrets }
}

export const appRoutes = {
  'apps.list': { method: 'GET', path: '/api/console/apps', needs: 'inspect' },
  'apps.add': { method: 'POST', path: '/api/console/apps', needs: 'manage', isDangerous: true },
  'apps.change': { method: 'PUT', path: '/api/console/apps/:id', needs: 'manage' },
  'apps.rotate': { method: 'POST', path: '/api/console/apps/:id/rotate', needs: 'manage', isDangerous: true },
  'apps.remove': { method: 'DELETE', path: '/api/console/apps/:id', needs: 'manage', isDangerous: true },
  'keys.look': { method: 'GET', path: '/api/console/keys', needs: 'inspect' },
  'keys.show': { method: 'POST', path: '/api/console/keys/show', needs: 'own', isDangerous: true },
  'keys.rotate': { method: 'POST', path: '/api/console/keys/rotate', needs: 'own', isDangerous: true },
  'keys.showSecrets': { method: 'POST', path: '/api/console/keys/secrets/show', needs: 'own', isDangerous: true },
  'keys.rotateSecrets': { method: 'POST', path: '/api/console/keys/secrets/rotate', needs: 'own', isDangerous: true },
} as const satisfies Record<keyof AppCalls, ConsoleRoute>
