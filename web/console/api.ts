import type { ConsoleProblem, ConsoleRoute } from '../../contract/console/route.ts'
import type { SessionState } from '../../contract/console/session.ts'
import { type Answered, type CallName, consoleRoutes, type Given } from '../../contract/console.ts'

/** A refusal of the server, or that it could not be reached; `message` is a sentence for people. */
export class Problem extends Error {
  readonly code: ConsoleProblem['code'] | 'offline'
  /** The field that it is about. */
  readonly field: string | undefined
  readonly details: readonly string[]

  constructor({ code, message, field, details }: Omit<ConsoleProblem, 'code'> & { code: Problem['code'] }) {
    super(message)
    this.code = code
    this.field = field
    this.details = details ?? []
  }
}

/** What calls carry: the session's token and the customer that they are about. */
const carried: { csrfToken: string | null; customerId: number | null } = { csrfToken: null, customerId: null }

/** What is asked of whoever shows things. */
const asked: {
  /** Proves the second factor again; false: the admin would rather not. */
  confirm: () => Promise<boolean>
  signedOut: () => void
} = { confirm: async () => false, signedOut: () => undefined }

export function carry(session: SessionState): void {
  carried.csrfToken = session.csrfToken
}

/** Later calls are about this customer; null: the one that the server thinks of first. */
export function chooseCustomer(customerId: number | null): void {
  carried.customerId = customerId
}

export function whenAsked(handlers: Partial<typeof asked>): void {
  Object.assign(asked, handlers)
}

/** Makes a call; throws a `Problem`. What needs the second factor again is asked for it and then repeated, once. */
export async function call<Name extends CallName>(
  name: Name,
  given?: Given<Name>,
  signal?: AbortSignal,
): Promise<Answered<Name>> {
  try {
    return await send(name, given, signal)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    if (error.code === 'confirm-needed' && (await asked.confirm())) return send(name, given, signal)
    if (error.code === 'signed-out') asked.signedOut()
    throw error
  }
}

/** The address of a call that is fetched as a file. */
function addressOf<Name extends CallName>(name: Name, given?: Given<Name>): string {
  const { params, query } = (given ?? {}) as { params?: Record<string, string>; query?: Record<string, unknown> }
  const path = consoleRoutes[name].path.replace(/:(\w+)/g, (_all, key: string) =>
    encodeURIComponent(params?.[key] ?? ''),
  )
  const parts = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== '')
  const text = new URLSearchParams(parts.map(([key, value]) => [key, String(value)])).toString()
  return text ? `${path}?${text}` : path
}

/** Fetches a file and hands it to the browser to keep. */
export async function download<Name extends CallName>(name: Name, given: Given<Name>, fileName: string): Promise<void> {
  const answer = await request(addressOf(name, given), { method: 'GET', headers: headers() })
  if (!answer.ok) throw await problemOf(answer)
  const link = document.createElement('a')
  link.href = URL.createObjectURL(await answer.blob())
  link.download = fileName
  link.click()
  URL.revokeObjectURL(link.href)
}

async function send<Name extends CallName>(
  name: Name,
  given: Given<Name> | undefined,
  signal: AbortSignal | undefined,
): Promise<Answered<Name>> {
  const { method } = consoleRoutes[name] as ConsoleRoute
  const { body } = (given ?? {}) as { body?: unknown }
  const answer = await request(addressOf(name, given), {
    method,
    headers: { ...headers(), ...(method === 'GET' ? {} : { 'content-type': 'application/json' }) },
    ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
    ...(signal ? { signal } : {}),
  })
  if (!answer.ok) throw await problemOf(answer)
  return (await answer.json()) as Answered<Name> // the server keeps to the contract
}

function headers(): Record<string, string> {
  return {
    ...(carried.csrfToken ? { 'x-csrf-token': carried.csrfToken } : {}),
    ...(carried.customerId === null ? {} : { 'x-console-customer': String(carried.customerId) }),
  }
}

async function request(address: string, options: RequestInit): Promise<Response> {
  try {
    return await fetch(address, { credentials: 'same-origin', ...options })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new Problem({ code: 'offline', message: 'The server cannot be reached. Is it running, and are you online?' })
  }
}

async function problemOf(answer: Response): Promise<Problem> {
  const body = (await answer.json().catch(() => null)) as ConsoleProblem | null
  if (body && typeof body.code === 'string' && typeof body.message === 'string') return new Problem(body)
  return new Problem({ code: 'broken', message: `The server answered ${answer.status}. Its log says more.` })
}
