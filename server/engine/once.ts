import type { RequestMark } from '../vocabulary/request-mark.ts'
import type { Engine } from './ports.ts'

/** Marks a request as seen. False for a copy of one that was, on any node: it must do nothing. */
export function isFirst(engine: Pick<Engine, 'store'>, request: RequestMark): Promise<boolean> {
  return engine.store.write((tx) => tx.marks.claim(request))
}
