import type { MethodCount } from './home.ts'
import type { ConsoleRoute, Page } from './route.ts'
import type { MethodWord } from './words.ts'

export interface ActivityRow {
  readonly id: number
  readonly atMs: number
  readonly kind: string
  readonly outcome: string
  readonly method: MethodWord | null
  /** A sentence. */
  readonly text: string
  readonly tone: 'good' | 'bad' | 'warn' | 'plain'
  /** Null: nobody we know, or erased. */
  readonly user: { readonly id: string; readonly username: string } | null
  /** Who did it, when an admin did. */
  readonly by: string | null
  readonly challengeId: string | null
  readonly requestId: string | null
  readonly details: readonly { readonly name: string; readonly value: string }[]
}

export interface ActivityQuery {
  /** Rows older than this id; absent: the newest. */
  readonly before?: number
  /** Rows newer than this id, for following live; absent: no bound. */
  readonly after?: number
  readonly limit?: number
  readonly kind?: string
  readonly outcome?: string
  readonly method?: string
  readonly userId?: string
  readonly requestId?: string
  readonly sinceMs?: number
  readonly untilMs?: number
}

export interface Reports {
  readonly days: number
  readonly methodMix: readonly MethodCount[]
  readonly byDay: readonly {
    readonly dayMs: number
    readonly asked: number
    readonly approved: number
    readonly refused: number
    readonly unanswered: number
  }[]
  /** Of those that were answered at all, 0–1; null: none was. */
  readonly successRate: number | null
  /** Of those that were asked, 0–1. */
  readonly completionRate: number | null
  readonly noStrongMethod: {
    readonly total: number
    readonly first: readonly { readonly id: string; readonly username: string }[]
  }
  readonly usesSms: {
    readonly total: number
    readonly first: readonly { readonly id: string; readonly username: string }[]
  }
}

export interface AuditState {
  readonly rows: number
  readonly blocks: number
  readonly openRows: number
  readonly isWhole: boolean
  readonly problem: string | null
  readonly checkedAtMs: number
}

export interface ActivityCalls {
  'activity.list': { query: ActivityQuery; answer: Page<ActivityRow> }
  /** At most 10,000 rows, as a file; `text/csv` or `application/json`, not wrapped. */
  'activity.export': { query: ActivityQuery & { format: 'csv' | 'json' }; answer: string }
  'activity.reports': { query: { days?: 7 | 30 | 90 }; answer: Reports }
  /** Walks the customer's whole chain. */
  'activity.audit': { answer: AuditState }
}

export const activityRoutes = {
  'activity.list': { method: 'GET', path: '/api/console/activity', needs: 'inspect' },
  'activity.export': { method: 'GET', path: '/api/console/activity/export', needs: 'inspect' },
  'activity.reports': { method: 'GET', path: '/api/console/activity/reports', needs: 'inspect' },
  'activity.audit': { method: 'GET', path: '/api/console/activity/audit', needs: 'inspect' },
} as const satisfies Record<keyof ActivityCalls, ConsoleRoute>
