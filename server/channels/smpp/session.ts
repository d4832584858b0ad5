import type { Library, Pdu, Session } from 'smpp'
import { DeliveryError } from '../channel.ts'
import type { SmppProvider } from '../providers.ts'
import { type Heard, readReceipt } from './receipt.ts'

const enquireEveryMs = 30_000
const enquireTimeoutMs = 5_000
const bindTimeoutMs = 5_000
const unbindTimeoutMs = 1_000
const version34 = 0x34

/** What a centre may ask of us; `unknown` is answered with `generic_nack`. */
const answered = new Set(['enquire_link', 'deliver_sm', 'data_sm', 'unbind', 'unknown'])

/** A bind that the centre refused: trying again with the same words in a moment changes nothing. */
export class RefusalError extends DeliveryError {}

/** Connects and binds as a transceiver. `hear` gets each receipt. */
export async function openSession(
  provider: SmppProvider,
  hear: (receipt: Heard) => void,
  signal: AbortSignal,
): Promise<SmppSession> {
  const { default: smpp } = await import('smpp')
  const { host, port, isTls = false } = provider
  // Nothing is written before the connection stands: with TLS, not before the certificate was checked.
  const connected = Promise.withResolvers<void>()
  const session = new SmppSession(
    smpp,
    smpp.connect({ host, port, tls: isTls, noDelay: true }, connected.resolve),
    hear,
  )
  const limit = AbortSignal.any([signal, AbortSignal.timeout(bindTimeoutMs)])
  const giveUp = () => session.destroy()
  limit.addEventListener('abort', giveUp)
  if (limit.aborted) giveUp()
  try {
    await Promise.race([connected.promise, session.ended])
    await session.bind(provider, limit)
    return session
  } catch (error) {
    session.destroy()
    throw error instanceof RefusalError ? error : new DeliveryError(session.problem, true)
  } finally {
    limit.removeEventListener('abort', giveUp)
  }
}

/** One connection to a centre, from its bind to its end. */
export class SmppSession {
  /** Resolves when the connection is gone. */
  readonly ended: Promise<void>
  readonly #smpp: Library
  readonly #session: Session
  readonly #waiting = new Map<number, PromiseWithResolvers<Pdu>>()
  #enquiries: NodeJS.Timeout | undefined
  #isEnquiring = false
  #errorCode: string | undefined

  constructor(smpp: Library, session: Session, hear: (receipt: Heard) => void) {
    this.#smpp = smpp
    this.#session = session
    session.on('pdu', (pdu) => {
      if (pdu.isResponse()) this.#waiting.get(pdu.sequence_number)?.resolve(pdu)
      else this.#serve(pdu, hear)
    })
    session.on('error', ({ code }) => {
      this.#errorCode ??= code ?? 'not SMPP'
      session.destroy()
    })
    this.ended = new Promise((resolve) => {
      session.on('close', () => {
        clearInterval(this.#enquiries)
        const lost = new DeliveryError('the connection was lost before the answer', false)
        for (const { reject } of this.#waiting.values()) reject(lost)
        resolve()
      })
    })
  }

  /** Why there is no connection. */
  get problem(): string {
    return `the connection failed (${this.#errorCode ?? 'closed before the bind'})`
  }

  async bind({ systemId, password, systemType }: SmppProvider, signal: AbortSignal): Promise<void> {
    const login = { system_id: systemId, password, system_type: systemType ?? '', interface_version: version34 }
    const { command_status } = await this.#request('bind_transceiver', login, signal)
    if (command_status !== 0)
      throw new RefusalError(`the bind was refused (${nameOf(this.#smpp, command_status)})`, false)
    this.#enquiries = setInterval(() => void this.#enquire(), enquireEveryMs)
  }

  /** Hands one short message over; returns the centre's id of it. */
  async submit(fields: object, signal: AbortSignal): Promise<string | null> {
    // A centre that is silent now may be gone: better to know before the next message.
    const doubt = () => void this.#enquire()
    signal.addEventListener('abort', doubt)
    try {
      const { command_status, message_id } = await this.#request('submit_sm', fields, signal)
      if (command_status === 0) return message_id || null
      const name = nameOf(this.#smpp, command_status)
      throw new DeliveryError(`the centre answered ${name}`, isForAMoment(name))
    } finally {
      signal.removeEventListener('abort', doubt)
    }
  }

  /** Says goodbye and ends the connection. */
  async close(): Promise<void> {
    await this.#request('unbind', {}, AbortSignal.timeout(unbindTimeoutMs)).catch(() => undefined)
    this.destroy()
    await this.ended
  }

  destroy(): void {
    this.#session.destroy()
  }

  async #request(command: string, fields: object, signal: AbortSignal): Promise<Pdu> {
    if (signal.aborted) throw new DeliveryError('there was no time left', true)
    const pdu = new this.#smpp.PDU(command, fields)
    if (!this.#session.send(pdu)) throw new DeliveryError('the connection is gone', true)
    const answer = Promise.withResolvers<Pdu>()
    const giveUp = () => answer.reject(new DeliveryError('the centre did not answer in time', false))
    this.#waiting.set(pdu.sequence_number, answer)
    signal.addEventListener('abort', giveUp)
    try {
      return await answer.promise
    } finally {
      this.#waiting.delete(pdu.sequence_number)
      signal.removeEventListener('abort', giveUp)
    }
  }

  #serve(pdu: Pdu, hear: (receipt: Heard) => void): void {
    if (!answered.has(pdu.command)) return
    this.#session.send(pdu.response())
    if (pdu.command === 'unbind') this.#session.close()
    const heard = readReceipt(pdu, this.#smpp.encodings.ASCII)
    // After the answers that came in the same packet: a receipt may follow its message's answer at once.
    if (heard) setImmediate(hear, heard)
  }

  /** A connection that does not answer is ended. */
  async #enquire(): Promise<void> {
    if (this.#isEnquiring) return
    this.#isEnquiring = true
    await this.#request('enquire_link', {}, AbortSignal.timeout(enquireTimeoutMs)).catch(() => this.destroy())
    this.#isEnquiring = false
  }
}

/** The specification's name of a status, or its number. */
function nameOf({ errors }: Library, status: number): string {
  const known = Object.entries(errors).find(([, value]) => value === status)
  return known ? known[0] : `0x${status.toString(16)}`
}

function isForAMoment(name: string): boolean {
  return name === 'ESME_RTHROTTLED' || name === 'ESME_RMSGQFUL'
}
