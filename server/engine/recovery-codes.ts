import { hashingsOfSet, newRecoveryCodes, secretOfCode } from '../methods/recovery-code.ts'
import { randomId } from '../security/random.ts'
import type { AuditNote } from '../vocabulary/audit.ts'
import type { Credential } from '../vocabulary/credential.ts'
import type { Customer } from '../vocabulary/customer.ts'
import type { RequestMark } from '../vocabulary/request-mark.ts'
import { mayEnrol } from './allowed-methods.ts'
import { foldUsername } from './contacts.ts'
import { hashQueue } from './hashing.ts'
import { notify, tellUser } from './notices.ts'
import type { Engine } from './ports.ts'
import { toolsFor } from './tools.ts'

const method = 'recovery-code'
/** As few as this, and the user is told. */
export const fewCodes = 2

export interface RecoveryCodesRequest {
  readonly customer: Customer
  readonly username: string
  /** Null: nobody signed it, as on the command line. */
  readonly request: RequestMark | null
  readonly requestId: string | null
  /** Who did it and why, for the audit. */
  readonly by?: object
}

export type RecoveryCodesOutcome =
  | { readonly ok: true; readonly codes: readonly string[] }
  | { readonly ok: false; readonly reason: 'unknown-user' | 'disabled-user' | 'turned-off' | 'repeated' }

/** Makes a user ten recovery codes, which are shown this once. Those he had before end in the same write. */
export async function makeRecoveryCodes(
  engine: Pick<Engine, 'store' | 'clock'>,
  { customer, username, request, requestId, by }: RecoveryCodesRequest,
): Promise<RecoveryCodesOutcome> {
  const known = await engine.store.read.users.find(customer.id, foldUsername(username))
  if (!known) return { ok: false, reason: 'unknown-user' }

  const tools = toolsFor(customer, engine.clock())
  const codes = newRecoveryCodes(tools)
  const hashings = hashingsOfSet(codes, known.id, tools)
  const credentials = await hashQueue.hold(customer.id, hashings.length, (hash) =>
    Promise.all(
      hashings.map(async (one): Promise<Credential> => {
        const secret = secretOfCode(one, await hash(one))
        return { id: randomId(), method, state: 'active', label: null, secret, lastStep: -1, lastUsedAtMs: null }
      }),
    ),
  )
  const nowMs = engine.clock()
  return engine.store.write(async (tx): Promise<RecoveryCodesOutcome> => {
    if (request && !(await tx.marks.claim(request))) return { ok: false, reason: 'repeated' }
    // As he is now: hashing took a while.
    const user = await tx.users.byId(customer.id, known.id)
    if (!user) return { ok: false, reason: 'unknown-user' }
    if (!user.isEnabled) return { ok: false, reason: 'disabled-user' }
    if (!(await mayEnrol(tx, customer, user.id, method))) return { ok: false, reason: 'turned-off' }
    await tx.credentials.replace(customer.id, user.id, credentials, nowMs)
    const told = { userId: user.id, username: user.username, contacts: user }
    await notify(tx, { customer, event: 'recovery-codes-made', ...told, nowMs })
    const who = by ?? (requestId === null ? { by: 'command line' } : null)
    const detail = who && JSON.stringify(who)
    const note: AuditNote = { kind: 'enrolment', subject: user.id, method, challengeId: null, requestId, detail }
    await tx.audit.append(customer.id, note, 'made', nowMs)
    return { ok: true, codes }
  })
}

/** How many codes a user has left. */
export function recoveryCodesLeft({ store }: Pick<Engine, 'store'>, customerId: number, userId: string) {
  return store.read.credentials.unused(customerId, userId, method)
}

/** Tells a user who has just used a code when few are left. */
export async function tellOfFewCodes(engine: Engine, customer: Customer, userId: string): Promise<void> {
  const left = await recoveryCodesLeft(engine, customer.id, userId)
  if (left <= fewCodes)
    await tellUser(engine, customer, userId, 'recovery-codes-few', `${userId} ${left} ${engine.clock()}`)
}
