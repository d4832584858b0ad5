import type { Asking, EvaluateCall, PageAnswer, Profile, Response, Waiting } from '../contract/risk.ts'
import { collect } from './collect.ts'
import { type Device, openDevice } from './device.ts'
import { post, send } from './page-calls.ts'
import { usePasskey } from './passkey.ts'
import { untilAnswered } from './waiting.ts'

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
  challenge(subject: Subject, obligationType?: string, asking?: Asking): Promise<PageAnswer>
  /** Of what the user answers elsewhere it waits for the end; whatever was typed meanwhile is not sent. */
  validate(subject: Subject, response: Response, waiting?: Waiting): Promise<PageAnswer>
}

/** What the page holds between evaluate and validate: without it nobody can answer, or use up, its question. */
interface Running {
  readonly evaluation: string
  readonly device: Device
  /** What the last challenge asked is answered by a link or on a phone. */
  isElsewhere: boolean
  /** What a passkey has to answer; null: something else was asked. */
  publicKey: object | null
  /** Ends the waiting for that; a newer question or a newer `validate` does. */
  stop: () => void
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
      if (answer.evaluation) {
        running.get(nameOf(subject))?.stop()
        running.set(nameOf(subject), {
          evaluation: answer.evaluation,
          device,
          isElsewhere: false,
          publicKey: null,
          stop: () => undefined,
        })
      }
      return kept(answer, device)
    },

    async challenge(subject, obligationType, asking = {}) {
      const one = running.get(nameOf(subject))
      if (!one) return none(subject)
      const chosen = obligationType === undefined ? {} : { obligationType }
      one.stop()
      const call = { ...callOf(subject), evaluation: one.evaluation, ...chosen, ...asking }
      const answer = await post(server, 'challenge', call)
      one.isElsewhere = answer.isAnsweredElsewhere === true
      one.publicKey = answer.publicKey ?? null
      return answer
    },

    async validate(subject, response, waiting = {}) {
      const one = running.get(nameOf(subject))
      if (!one) return none(subject)
      one.stop()
      const call = { ...callOf(subject), evaluation: one.evaluation }
      if (one.publicKey) {
        const used = await usePasskey(one.publicKey, { ...waiting, signal: stopsWith(waiting.signal, one) })
        if (!('assertion' in used)) return { ...callOf(subject), ...used }
        return kept(await post(server, 'validate', { ...call, ...response, ...used }), one.device)
      }
      if (!one.isElsewhere) return kept(await post(server, 'validate', { ...call, ...response }), one.device)
      const { saveDevice } = response
      const look = () => send(server, 'validate', { ...call, saveDevice })
      const signal = stopsWith(waiting.signal, one)
      return kept({ ...callOf(subject), ...(await untilAnswered(look, { ...waiting, signal })) }, one.device)
    },
  }
}

/** Ends with the page's own signal, or when this page goes on with something else. */
function stopsWith(own: AbortSignal | undefined, one: Running): AbortSignal {
  const waiting = new AbortController()
  one.stop = () => waiting.abort()
  if (own?.aborted) waiting.abort()
  own?.addEventListener('abort', one.stop, { once: true })
  return waiting.signal
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
