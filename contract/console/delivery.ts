import type { GatewayHealth, Spend } from './home.ts'
import type { ConsoleRoute, Page } from './route.ts'
import type { Language, Via } from './words.ts'

export interface ProviderRow {
  readonly id: string
  readonly type: 'smpp' | 'twilio' | 'http' | 'smtp'
  readonly via: readonly Via[]
  /** ISO 3166; empty: all countries. */
  readonly countries: readonly string[]
  /** All but its secrets. */
  readonly shown: Readonly<Record<string, unknown>>
  readonly health: GatewayHealth
}

export interface DeliverySetup {
  /** In the order they are tried. */
  readonly providers: readonly ProviderRow[]
  readonly hasInbox: boolean
  readonly smtpFrom: string
  readonly hasSmtp: boolean
  /** For a number of each country: which providers, in order. */
  readonly routes: readonly {
    readonly country: string
    readonly sms: readonly string[]
    readonly call: readonly string[]
  }[]
  readonly allowedCountries: readonly string[]
  readonly spend: Spend
  readonly limits: readonly { readonly name: string; readonly value: string; readonly meaning: string }[]
  readonly spendByDay: readonly {
    readonly dayMs: number
    readonly via: Via
    readonly sent: number
    readonly failed: number
  }[]
}

export interface TemplateRow {
  readonly id: string
  readonly language: Language
  readonly text: string
  readonly isOwn: boolean
  /** Why our text is used instead of the own one. */
  readonly problem: string | null
  readonly allowed: readonly string[]
  readonly needed: readonly string[]
}

export interface PreviewedMessage {
  readonly message: 'code' | 'links' | 'voice' | 'notice'
  readonly via: Via
  readonly subject: string | null
  readonly text: string
  readonly html: string | null
  readonly smsParts: number | null
}

export interface DeliveryRow {
  readonly id: string
  readonly challengeId: string | null
  readonly via: Via
  /** Masked. */
  readonly contact: string
  readonly state: 'sending' | 'sent' | 'failed'
  readonly reason: string | null
  readonly createdAtMs: number
  readonly settledAtMs: number | null
  readonly tries: readonly {
    readonly provider: string
    readonly isTaken: boolean
    readonly detail: string | null
    readonly atMs: number
    readonly receipt: 'delivered' | 'failed' | null
    readonly receiptAtMs: number | null
  }[]
}

export interface DeliveryCalls {
  'delivery.look': { answer: DeliverySetup }
  /** The whole list in order; secrets that are left out stay as they are. Server-wide admins alone. */
  'delivery.setProviders': { body: { providers: readonly Readonly<Record<string, unknown>>[] }; answer: DeliverySetup }
  'delivery.log': { query: { limit?: number; challengeId?: string }; answer: Page<DeliveryRow> }
  'templates.list': { answer: Page<TemplateRow> }
  /** Messages as they would arrive; `text` absent: as it is set. */
  'templates.preview': {
    body: { id: string; language: Language; text?: string }
    answer: { problem: string | null; messages: readonly PreviewedMessage[] }
  }
  /** `text` null: back to ours. */
  'templates.set': { params: { id: string; language: string }; body: { text: string | null }; answer: TemplateRow }
}

export const deliveryRoutes = {
  'delivery.look': { method: 'GET', path: '/api/console/delivery', needs: 'inspect' },
  'delivery.setProviders': {
    method: 'PUT',
    path: '/api/console/delivery/providers',
    needs: 'manage',
    isDangerous: true,
  },
  'delivery.log': { method: 'GET', path: '/api/console/delivery/log', needs: 'look' },
  'templates.list': { method: 'GET', path: '/api/console/templates', needs: 'inspect' },
  'templates.preview': { method: 'POST', path: '/api/console/templates/preview', needs: 'inspect' },
  'templates.set': { method: 'PUT', path: '/api/console/templates/:id/:language', needs: 'manage' },
} as const satisfies Record<keyof DeliveryCalls, ConsoleRoute>
