import { hashingsOfSet, newRecoveryCodes, secretOfCode, temporaryLabel } from '../methods/recovery-code.ts'
import { randomId } from '../security/random.ts'
import type { AuditNote } from '../vocabulary/audit.ts'
import type { Customer } from '../vocabulary/customer.ts'
import { mayEnrol } from './allowed-methods.ts'
import { foldUsername } from './contacts.ts'
import { hashQueue } from './hashing.ts'
import { notify } from './notices.ts'
import type { Engine } from './ports.ts'
import { toolsFor } from './tools.ts'

const method = 'recovery-code'
const hourMs = 3_600_000
/** How long a temporary code counts at most. */
export const temporaryHoursMax = 24
export const temporaryHoursUsual = 1

export interface TemporaryCodeRequest {
  readonly customer: Customer
  readonly username: string
  readonly requestId: string | null
  /** 1 to `temporaryHoursMax`. */
  readonly hours: number
  /** Who did it and why, for the audit. */
  readonly by: object
}

export type TemporaryCodeOutcome =
  | { readonly ok: true; readonly code: string; readonly untilMs: number }
  | { readonly ok: false; readonly reason: 'unknown-user' | 'disabled-user' | 'turned-off' }

/**
 * Makes a code that signs a user in once, until its time is over, and is shown this once. It is typed as a recovery code is
 * and stands beside those that the user has; one that was made before ends.
 */
export async function makeTemporaryCode(
  engine: Pick<Engine, 'store' | 'clock'>,
  { customer, username, requestId, hours, by }: TemporaryCodeRequest,
): Promise<TemporaryCodeOutcome> {
  const known = await engine.store.read.users.find(customer.id, foldUsername(username))
  if (!known) return { ok: false, reason: 'unknown-user' }

  const tools = toolsFor(customer, engine.clock())
  const [code = ''] = newRecoveryCodes(tools)
  const untilMs = tools.nowMs + hours * hourMs
  const [hashing] = hashingsOfSet([code], known.id, tools)
  if (!hashing) throw new Error('A code has nothing to be hashed.')
  const digest = await hashQueue.hold(customer.id, 1, (hash) => hash(hashing))
  const nowMs = engine.clock()
  return engine.store.write(async (tx): Promise<TemporaryCodeOutcome> => {
    // As he is now: hashing took a while.
    const user = await tx.users.byId(customer.id, known.id)
    if (!user) return { ok: false, reason: 'unknown-user' }
    if (!user.isEnabled) return { ok: false, reason: 'disabled-user' }
    if (!(await mayEnrol(tx, customer, user.id, method))) return { ok: false, reason: 'turned-off' }
    for (const { id, label } of await tx.credentials.list(customer.id, user.id, method))
      if (label !== null) await tx.credentials.remove(customer.id, user.id, method, id)
    const secret = secretOfCode(hashing, digest, untilMs)
    const label = temporaryLabel(untilMs)
    const kept = { id: randomId(), method, state: 'active', label, secret, lastStep: -1, lastUsedAtMs: null } as const
    await tx.credentials.add(customer.id, user.id, kept, nowMs)
    const told = { userId: user.id, username: user.username, contacts: user }
    await notify(tx, { customer, event: 'temporary-code-made', ...told, nowMs })
    const detail = JSON.stringify({ ...by, untilMs })
    const note: AuditNote = { kind: 'enrolment', subject: user.id, method, challengeId: null, requestId, detail }
    await tx.audit.append(customer.id, note, 'made-temporary', nowMs)
    return { ok: true, code, untilMs }
  })
}
