import type { EvaluateCall, PageAnswer, Profile, Response } from '../contract/risk.ts'
import { collect } from './collect.ts'
import { type Device, openDevice } from './device.ts'
import { post } from './page-calls.ts'

/** Who is asked about, and where. */
export interface Subject {
  readonly customerKey: string
  readonly userKey: string
}

/** Talks to one server for one page. `session` is asked for the token each time, since pages may change theirs. */
export interface Client {
  isUserRegistered(subject: Subject): Promise<PageAnswer>
  registerUser(subject: Subject, profile: Profile): Promise<PageAnswer>
  evaluateRisk(subject: Subject): Promise<PageAnswer>
  /** `obligationType`: one of those that evaluate offered; left out: the first. */
  challenge(subject: Subject, obligationType?: string): Promise<PageAnswer>
  validate(subject: Subject, response: Response): Promise<PageAnswer>
}

/** What the page holds between evaluate and validate: without it nobody can answer, or use up, its question. */
interface Running {
  readonly evaluation: string
  readonly device: Device
}

export function createClient(server: string, session: () => string | undefined): Client {
  const running = new Map<string, Running>()
  const seen = collect()
  seen.catch(() => undefined) // evaluate tells

  const callOf = ({ customerKey, userKey }: Subject) => {
    const token = session()
    return { customerKey: String(customerKey), userKey: String(userKey), ...(token ? { session: token } : {}) }
  }
  const nameOf = ({ customerKey, userKey }: Subject) => `${customerKey}\n${userKey}`
  const none = (subject: Subject): PageAnswer => {
    return { ...callOf(subject), status: 'ERROR', message: 'Evaluate the risk first.' }
  }

  return {
    isUserRegistered: (subject) => post(server, 'user', callOf(subject)),
    registerUser: (subject, profile) => post(server, 'register', { ...callOf(subject), ...profile }),

    async evaluateRisk(subject) {
      const call = callOf(subject)
      const device = await openDevice(server, call.customerKey, call.userKey)
      const proof = call.session === undefined ? {} : await device.prove(call.session)
      const body: EvaluateCall = { ...call, device: { ...(await seenOf(seen)), ...proof } }
      const answer = await post(server, 'evaluate', body)
      if (answer.evaluation) running.set(nameOf(subject), { evaluation: answer.evaluation, device })
      return kept(answer, device)
    },

    async challenge(subject, obligationType) {
      const one = running.get(nameOf(subject))
      if (!one) return none(subject)
      const chosen = obligationType === undefined ? {} : { obligationType }
      return post(server, 'challenge', { ...callOf(subject), evaluation: one.evaluation, ...chosen })
    },

    async validate(subject, response) {
      const one = running.get(nameOf(subject))
      if (!one) return none(subject)
      const answer = await post(server, 'validate', { ...callOf(subject), evaluation: one.evaluation, ...response })
      return kept(answer, one.device)
    },
  }
}

/** A browser that tells nothing of itself is a stranger, and not an error. */
async function seenOf(seen: ReturnType<typeof collect>): ReturnType<typeof collect> {
  try {
    return await seen
  } catch {
    return { components: {}, hints: {} }
  }
}

/** Keeps the token of the device before the page hears of its success; it is no business of the page. */
async function kept(answer: PageAnswer, device: Device): Promise<PageAnswer> {
  const { deviceToken, ...rest } = answer
  if (deviceToken) await device.keep(deviceToken)
  return rest
}
