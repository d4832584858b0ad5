import type { ConsoleRoute, Page } from './route.ts'

export interface InspectedCall {
  readonly id: string
  readonly atMs: number
  readonly path: string
  readonly code: number
  readonly ms: number
  readonly outcome: string | null
  readonly reason: string | null
  readonly request: string
  readonly answer: string
  readonly curl: string | null
}

export interface WebhookRow {
  readonly id: string
  readonly event: string
  readonly username: string
  readonly state: 'waiting' | 'delivered' | 'given-up'
  readonly tries: number
  readonly lastCode: number | null
  readonly createdAtMs: number
  readonly nextTryAtMs: number | null
  readonly body: string
}

export interface DeveloperCalls {
  /** Null in production: there is no inspector. */
  'developers.calls': { answer: { calls: readonly InspectedCall[] | null } }
  'developers.webhooks': { query: { limit?: number }; answer: Page<WebhookRow> & { url: string | null } }
  'developers.resend': { params: { id: string }; answer: { queued: true } }
}

export const developerRoutes = {
  'developers.calls': { method: 'GET', path: '/api/console/developers/calls', needs: 'inspect' },
  'developers.webhooks': { method: 'GET', path: '/api/console/developers/webhooks', needs: 'inspect' },
  'developers.resend': { method: 'POST', path: '/api/console/developers/webhooks/:id/resend', needs: 'manage' },
} as const satisfies Record<keyof DeveloperCalls, ConsoleRoute>
