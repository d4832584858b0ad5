import type { FastifyInstance, FastifyRequest, RouteShorthandOptions } from 'fastify'
import { hidden, languageOf } from '../page.ts'
import { endingPage } from './page.ts'

/** Answers links below `root` that lost their end, or got a longer one, on their way through a mail program. */
export function answerBroken(app: FastifyInstance, root: string, posted: RouteShorthandOptions = {}): void {
  const over = async (request: FastifyRequest) => endingPage(languageOf(request), 'over')
  for (const path of [root, `${root}/*`]) {
    app.get(path, hidden, over)
    app.post(path, { ...hidden, ...posted }, over)
  }
}
