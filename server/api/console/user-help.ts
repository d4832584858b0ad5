import type { UserAct } from '../../../contract/console/users.ts'
import { forgetDevice } from '../../engine/adaptive-devices.ts'
import { removeDevice } from '../../engine/devices.ts'
import { byOf, resetMethod, unlockPerson } from '../../engine/people.ts'
import { makeTemporaryCode, type TemporaryCodeOutcome, temporaryHoursUsual } from '../../engine/temporary-code.ts'
import { setEnabled } from '../../engine/users.ts'
import type { MethodId } from '../../vocabulary/method.ts'
import type { User } from '../../vocabulary/user.ts'
import type { Asked, Handlers } from './asked.ts'
import { invalid, notFound, Problem } from './problem.ts'
import { asHimself, helping, refusals, userOf } from './user-asked.ts'
import { detailOf } from './user-detail.ts'

/** What helps a user, or stops him: each act has its reason, and leaves a line in the audit. */
export const userHelp = {
  'users.act': async (asked) => {
    const user = await userOf(asked)
    if (!user) return notFound('user')
    const done = await act(asked, user)
    if (done instanceof Problem) return done
    const shown = await detailOf(asked.engine, asked.customer.id, user.id)
    return { user: shown instanceof Problem ? null : shown, code: null, ...done }
  },
} satisfies Handlers<'users.act'>

type Acted = { readonly text: string; readonly code?: string }

async function act(asked: Asked<'users.act'>, user: User): Promise<Acted | Problem> {
  const { engine, customer, body } = asked
  const help = helping(asked)
  const request = { customer, username: user.username, ...asHimself(asked), by: byOf(help) }
  switch (body.act) {
    case 'unlock': {
      const count = await unlockPerson(engine, help, user.id)
      return { text: count === 0 ? 'There was no failure to forget.' : 'The locks are open.' }
    }
    case 'enable':
    case 'disable': {
      const isEnabled = body.act === 'enable'
      const outcome = await setEnabled(engine, request, isEnabled)
      return outcome.ok ? { text: enabled[`${isEnabled}`] } : refusals[outcome.reason]
    }
    case 'reset-method':
      return reset(asked, user, body)
    case 'temporary-code':
      return temporaryCode(await makeTemporaryCode(engine, { ...request, hours: body.hours ?? temporaryHoursUsual }))
    case 'end-trust':
      return endTrust(asked, user, body.deviceId)
    case 'remove-phone': {
      const outcome = await removeDevice(engine, { ...request, deviceId: body.deviceId })
      return outcome.ok ? { text: 'The phone is removed; the user is told.' } : notFound('phone of this user')
    }
  }
}

async function reset(
  asked: Asked<'users.act'>,
  user: User,
  { method, credentialId }: Extract<UserAct, { act: 'reset-method' }>,
): Promise<Acted | Problem> {
  if (method === 'hardware-token') return invalid('Take the token back on the page of tokens.', 'method')
  const known = method as MethodId // unknown ones find nothing
  const count = await resetMethod(asked.engine, helping(asked), user, known, credentialId)
  return count === 0 ? notFound('method of this user') : { text: 'The method is gone; the user is told.' }
}

async function endTrust(asked: Asked<'users.act'>, { username }: User, id: string | null): Promise<Acted | Problem> {
  const { engine, customer } = asked
  const isForgotten = await forgetDevice(engine, customer, username, id, byOf(helping(asked)))
  return isForgotten ? { text: forgotten[id === null ? 'all' : 'one'] } : notFound('device of this user')
}

const forgotten = {
  all: 'No device is remembered any more.',
  one: 'The device is forgotten; it is asked for a second factor again.',
} as const

const enabled = { true: 'The user may sign in.', false: 'The user may not sign in.' } as const

function temporaryCode(outcome: TemporaryCodeOutcome): Acted | Problem {
  if (!outcome.ok) return noCode[outcome.reason]
  return { text: 'A temporary code was made; the user is told.', code: outcome.code }
}

const noCode = {
  'unknown-user': notFound('user'),
  'disabled-user': invalid('A user who is disabled is given no code.'),
  'turned-off': invalid('The groups of this user allow him no recovery codes, and this is one.'),
} as const satisfies Record<Extract<TemporaryCodeOutcome, { ok: false }>['reason'], Problem>
