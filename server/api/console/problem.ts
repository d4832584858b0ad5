import type { ConsoleProblem, ProblemCode } from '../../../contract/console/route.ts'

const statuses = {
  'signed-out': 401,
  wrong: 401,
  'not-allowed': 403,
  'confirm-needed': 403,
  'cross-site': 403,
  'not-found': 404,
  conflict: 409,
  invalid: 422,
  locked: 423,
  'too-many': 429,
  busy: 503,
  broken: 500,
} as const satisfies Record<ProblemCode, number>

/** Why a call is refused, as its answer. */
export class Problem {
  readonly code: ProblemCode
  readonly message: string
  readonly more: Pick<ConsoleProblem, 'field' | 'details'>

  constructor(code: ProblemCode, message: string, more: Problem['more'] = {}) {
    this.code = code
    this.message = message
    this.more = more
  }

  get status(): number {
    return statuses[this.code]
  }

  get body(): ConsoleProblem {
    return { code: this.code, message: this.message, ...this.more }
  }
}

export function invalid(message: string, field?: string): Problem {
  return new Problem('invalid', message, field === undefined ? {} : { field })
}

export const notFound = (what: string) => new Problem('not-found', `There is no such ${what}.`)
