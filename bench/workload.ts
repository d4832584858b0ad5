import { createHmac, createSecretKey, hash, type KeyObject, randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'

export const customerKey = '11627'
export const apiKey = 'an-api-key-of-the-benchmark'

const stepMs = 30_000
/** One request in so many carries a wrong code. */
const wrongOneIn = 50
const wrongMessage = 'Invalid OTP provided. Please try again.'
const usedMessage = 'This code was already used.'

/** Somebody with an authenticator app, and the secret in it. */
export interface Person {
  readonly username: string
  readonly secret: Buffer
  /** The secret ready for use: a quarter of the price of its bytes, and the driver shares the processors. */
  readonly key: KeyObject
}

export function makePeople(count: number): Person[] {
  return Array.from({ length: count }, (_, index) => {
    const secret = randomBytes(20)
    return { username: `user-${String(index).padStart(6, '0')}@example.com`, secret, key: createSecretKey(secret) }
  })
}

/** One request, and what its answer must be. */
export interface Call {
  readonly text: string
  readonly isRight: boolean
  readonly person: Person
  readonly code: string
}

/**
 * Requests for one target. Everybody's code of the current step is sent once; the same person comes again in a later
 * step only, because a code counts once. The yardsticks take any code, so with them nobody has to wait.
 */
export class Workload {
  readonly #people: readonly Person[]
  readonly #isYardstick: boolean
  /** What everybody sent last: one in a million has the same code in the next step, and a used code is refused. */
  readonly #sent = new Map<Person, string>()
  #made = 0
  #step = 0
  #madeInStep = 0

  constructor(people: readonly Person[], isYardstick: boolean) {
    this.#people = people
    this.#isYardstick = isYardstick
  }

  /** Resolves when the current step has codes for so many requests, or all of them; at most one step later. */
  async ready(requests: number): Promise<void> {
    this.#moveTo(Date.now())
    const left = this.#people.length - this.#madeInStep
    if (this.#isYardstick || left >= Math.min(requests, this.#people.length)) return
    await sleep(stepMs - (Date.now() % stepMs) + 1)
  }

  /** The next request; undefined when everybody's code of this step was sent. */
  next(): Call | undefined {
    const nowMs = Date.now()
    this.#moveTo(nowMs)
    const size = this.#people.length
    if (this.#madeInStep >= size && !this.#isYardstick) return undefined
    const person = this.#people[this.#made % size]
    if (!person) return undefined
    // The lap is added so that it does not hit the same people in every lap: ten failures in a row would lock them.
    const isRight = (this.#made + Math.floor(this.#made / size)) % wrongOneIn !== 0
    this.#made++
    this.#madeInStep++
    const code = isRight ? codeAt(person.key, this.#step) : wrongCodeAt(person.key, this.#step)
    if (this.#sent.get(person) === code && !this.#isYardstick) return this.next()
    this.#sent.set(person, code)
    return { text: requestText(person, code, nowMs), isRight, person, code }
  }

  /** What is wrong with the answer to a call; undefined when nothing is. */
  problemOf(call: Call, answer: string): string | undefined {
    if (this.#isYardstick) return answer.includes('"ok":true') ? undefined : `the yardstick failed: ${answer}`
    if (call.isRight === isAccepted(answer) && (call.isRight || answer.includes(wrongMessage))) return undefined
    return `${call.isRight ? 'a right code was refused' : 'a wrong code was not refused as wrong'}: ${bodyOf(answer)}`
  }

  #moveTo(nowMs: number): void {
    const step = Math.floor(nowMs / stepMs)
    if (step === this.#step) return
    this.#step = step
    this.#madeInStep = 0
  }
}

/** The same code in a fresh request: only the code itself can be what refuses it. */
export function sentAgain({ person, code }: Call): string {
  return requestText(person, code, Date.now())
}

/** What is wrong with the answer to a code that was accepted before. */
export function problemOfReplay(answer: string): string | undefined {
  return !isAccepted(answer) && answer.includes(usedMessage)
    ? undefined
    : `a used code was not refused as used: ${bodyOf(answer)}`
}

function isAccepted(answer: string): boolean {
  return answer.includes('"status":"SUCCESS"')
}

function bodyOf(answer: string): string {
  return answer.slice(answer.indexOf('\r\n\r\n') + 4)
}

/** RFC 6238 with SHA-1 and six digits: written again here, so that the server is not judged by itself. */
function codeAt(key: KeyObject, step: number): string {
  counter.writeUInt32BE(step, 4)
  const mac = createHmac('sha1', key).update(counter).digest()
  const truncated = mac.readUInt32BE((mac[19] ?? 0) & 15) & 0x7fffffff
  return String(truncated % 1_000_000).padStart(6, '0')
}

const counter = Buffer.alloc(8)

/** A code of none of the steps that the server looks at, now or a step later. */
function wrongCodeAt(key: KeyObject, step: number): string {
  const right = [-1, 0, 1, 2].map((offset) => codeAt(key, step + offset))
  let number = Number(right[1])
  let code = ''
  do {
    number = (number + 1) % 1_000_000
    code = String(number).padStart(6, '0')
  } while (right.includes(code))
  return code
}

function requestText({ username }: Person, code: string, nowMs: number): string {
  const body = `{"customerKey":"${customerKey}","username":"${username}","token":"${code}","authType":"GOOGLE AUTHENTICATOR"}`
  return `${head(nowMs)}${body.length}\r\n\r\n${body}`
}

/** A signed request to another call. */
export function signedHead(path: string, nowMs: number, body: string): string {
  return `${head(nowMs).replace('/moas/api/auth/validate', path)}${Buffer.byteLength(body)}\r\n\r\n${body}`
}

let headText = ''
let headAtMs = 0

/** Requests of one millisecond have one signature; the server checks each of them all the same. */
function head(nowMs: number): string {
  if (nowMs === headAtMs) return headText
  headAtMs = nowMs
  const signature = hash('sha512', `${customerKey}${nowMs}${apiKey}`)
  headText = `POST /moas/api/auth/validate HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nCustomer-Key: ${customerKey}\r\nTimestamp: ${nowMs}\r\nAuthorization: ${signature}\r\nContent-Length: `
  return headText
}
