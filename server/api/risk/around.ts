import type { PageAnswer } from '../../../contract/risk.ts'
import type { Engine } from '../../engine/ports.ts'
import type { evaluatedPageOf, pageOf } from './caller.ts'

/** What a call knows beside its page and its body. */
export interface Around {
  readonly engine: Engine
  readonly address: string
  readonly userAgent: string | null
  readonly requestId: string
}

/** What a page is told, before the names it sent are put beside it. */
export type Told = Omit<PageAnswer, 'customerKey' | 'userKey' | 'status'> & { readonly status: string }

/** A page that calls by itself, and one that goes on with what it evaluated. */
export type Caller = NonNullable<Awaited<ReturnType<typeof pageOf>>>
export type Evaluated = NonNullable<Awaited<ReturnType<typeof evaluatedPageOf>>>
