import type { ConsoleRoute } from './route.ts'
import type { MethodWord, Via } from './words.ts'

export interface Home {
  readonly checklist: readonly {
    readonly id: 'base-url' | 'email' | 'sms' | 'first-user' | 'second-admin' | 'backup' | 'first-challenge'
    readonly isDone: boolean
    readonly title: string
    /** What to do, in a sentence. */
    readonly advice: string
    /** Where in the console, such as `/console/delivery`; null: on the host. */
    readonly href: string | null
  }[]
  /** Of the last 24 hours, newest hour last. */
  readonly today: {
    readonly asked: number
    readonly approved: number
    readonly denied: number
    readonly failed: number
    readonly waiting: number
    readonly byMethod: readonly MethodCount[]
    readonly byHour: readonly { readonly atMs: number; readonly approved: number; readonly refused: number }[]
  }
  readonly gateways: readonly GatewayHealth[]
  readonly attention: readonly Attention[]
  readonly users: { readonly total: number; readonly isTotalExact: boolean; readonly locked: number }
  readonly spend: Spend
}

export interface MethodCount {
  readonly method: MethodWord
  readonly asked: number
  readonly approved: number
  readonly refused: number
  readonly unanswered: number
}

export interface GatewayHealth {
  readonly id: string
  readonly type: string
  readonly via: readonly Via[]
  /** Of the last 24 hours. */
  readonly taken: number
  readonly failed: number
  readonly delivered: number
  readonly lastProblem: string | null
  readonly lastProblemAtMs: number | null
  readonly state: 'idle' | 'well' | 'troubled' | 'failing'
}

export interface Attention {
  readonly level: 'bad' | 'warn' | 'note'
  readonly text: string
  readonly href: string | null
  readonly atMs: number | null
}

export interface Spend {
  /** Messages in the last 24 hours, of `budget`. */
  readonly used: number
  readonly budget: number
}

export interface HomeCalls {
  'home.look': { answer: Home }
  /** Sends a message to try the set-up out; `via` by the providers in use. */
  'home.test': {
    body: { via: 'sms' | 'email' | 'call'; to: string }
    answer: { isSent: boolean; detail: string | null; provider: string | null }
  }
}

export const homeRoutes = {
  'home.look': { method: 'GET', path: '/api/console/home', needs: 'look' },
  'home.test': { method: 'POST', path: '/api/console/home/test', needs: 'manage' },
} as const satisfies Record<keyof HomeCalls, ConsoleRoute>
