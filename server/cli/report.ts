/** What a command found or did: `text` for people, `json` for programs. */
export interface Report {
  readonly text: string
  readonly json: unknown
  /** For people too, where `text` is for a file. */
  readonly aside?: string
  /** False: what was looked at is not as it should be, and the command ends with exit code 1. */
  readonly isFine?: boolean
}

/** Makes an action for commander of a job; what it reports is printed at the end, in one place. */
export type Act = <Args extends unknown[]>(job: (...args: Args) => Promise<Report>) => (...args: Args) => Promise<void>

/** What cannot be done, in a sentence that says what to do next. */
export class Refusal extends Error {}
