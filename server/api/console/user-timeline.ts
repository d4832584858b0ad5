import type { TimelineEntry } from '../../../contract/console/users.ts'
import { weighedOf } from '../../engine/adaptive-review.ts'
import { findPerson, historyOf } from '../../engine/people.ts'
import { factsOf, tell } from '../../engine/timeline.ts'
import type { Handlers } from './asked.ts'
import { notFound } from './problem.ts'

const limitUsual = 50

/** What befell a user, newest first, in words. */
export const userTimeline = {
  'users.timeline': async ({ engine, customer, params, query }) => {
    if (!(await findPerson(engine, customer.id, params.id))) return notFound('user')
    const limit = query.limit ?? limitUsual
    const history = await historyOf(engine, customer.id, params.id, { before: query.before, limit: limit + 1 })
    const weighed = await weighedOf(engine, customer, params.id)
    const items = history.slice(0, limit).flatMap(({ entry, challenge }): TimelineEntry[] => {
      // Of an answer that is judged slowly, its end is told and not its beginning.
      if (entry.outcome === 'judging') return []
      const { group, tone, text, why } = tell(entry, challenge, weighed.get(entry.challengeId ?? ''))
      const { id, atMs, method, challengeId, requestId } = entry
      return [
        { id: String(id), atMs, kind: group, tone, text, why, method, challengeId, requestId, details: factsOf(entry) },
      ]
    })
    return { items, total: items.length, isTotalExact: history.length <= limit }
  },
} satisfies Handlers<'users.timeline'>
