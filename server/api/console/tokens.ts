import type { TokenRow } from '../../../contract/console/tokens.ts'
import { resyncToken } from '../../engine/token-codes.ts'
import { importTokens } from '../../engine/token-files.ts'
import {
  assignToken,
  disableToken,
  enableToken,
  listTokens,
  type TokenOutcome,
  type TokenRefusal,
  unassignToken,
} from '../../engine/tokens.ts'
import type { Customer } from '../../vocabulary/customer.ts'
import type { Asked, Handlers } from './asked.ts'
import { invalid, notFound, Problem } from './problem.ts'

type Names = 'tokens.list' | 'tokens.import' | 'tokens.assign' | 'tokens.act' | 'tokens.resync'

/** Hardware tokens: on the shelf, and in people's hands. */
export const tokens = {
  'tokens.list': async ({ engine, customer, query }) => {
    const { offset = 0, limit = 50, q, state } = query
    const found = await listTokens(engine, {
      customer,
      offset,
      limit,
      wanted: { serial: q?.trim() || undefined, state },
    })
    return { items: found.tokens, total: found.total, isTotalExact: true }
  },

  'tokens.import': async ({ engine, customer, body, actor, visitor }) => {
    const { text, key, password, isDryRun } = body
    const file = {
      text,
      format: 'auto',
      key: key ? Buffer.from(key, 'base64') : null,
      password: password ?? null,
    } as const
    const by = { by: actor.name, byId: actor.adminId }
    const request = { customer, file, isDryRun, request: null, requestId: visitor.requestId, by }
    const outcome = await importTokens(engine, request)
    if (outcome.ok)
      return { ...outcome, errors: outcome.errors.map(({ row, serial, message }) => ({ row, serial, message })) }
    return invalid(outcome.reason === 'unreadable' ? outcome.message : 'This was done before.', 'text')
  },

  'tokens.assign': async (asked) =>
    ended(
      asked,
      await assignToken(asked.engine, { ...requestOf(asked, asked.body.reason), username: asked.body.username }),
    ),

  'tokens.act': async (asked) => {
    const change = { unassign: unassignToken, disable: disableToken, enable: enableToken }[asked.body.act]
    return ended(asked, await change(asked.engine, requestOf(asked, asked.body.reason)))
  },

  'tokens.resync': async (asked) =>
    ended(asked, await resyncToken(asked.engine, { ...requestOf(asked, undefined), codes: asked.body.codes })),
} satisfies Handlers<Names>

type OnOne = { readonly customer: Customer; readonly params: { readonly serial: string } } & Pick<
  Asked<'tokens.act'>,
  'engine' | 'actor' | 'visitor'
>

function requestOf({ customer, params, actor, visitor }: OnOne, reason: string | undefined) {
  const by = { by: actor.name, byId: actor.adminId, ...(reason === undefined ? {} : { reason }) }
  return { customer, serial: params.serial, request: null, requestId: visitor.requestId, by }
}

async function ended({ engine, customer, params }: OnOne, outcome: TokenOutcome): Promise<TokenRow | Problem> {
  if (!outcome.ok) return refusals[outcome.reason]
  const { tokens: found } = await listTokens(engine, {
    customer,
    offset: 0,
    limit: 1,
    wanted: { serial: params.serial },
  })
  return found[0] ?? notFound('token')
}

const conflict = (message: string) => new Problem('conflict', message)

const refusals = {
  'unknown-token': notFound('token'),
  'unknown-user': invalid('There is no such user.', 'username'),
  'disabled-user': conflict('This user is disabled.'),
  'turned-off': conflict('The groups of this user allow him no hardware token.'),
  taken: conflict('Somebody else has this token. Take it back first.'),
  unassigned: conflict('Nobody has this token.'),
  'disabled-token': conflict('This token is disabled.'),
  'too-many': conflict('This user has as many tokens as one may have.'),
  changed: conflict('Somebody else changed this token just now. Look again.'),
  'no-resync': conflict('A YubiKey is always in step.'),
  wrong: invalid('These are not two codes of this token, one after the other.', 'codes'),
  used: invalid('These codes were used before. Wait for the next ones.', 'codes'),
  locked: new Problem('locked', 'Locked after too many wrong codes.'),
  disabled: new Problem('locked', 'Disabled after too many wrong codes. Unlock the user first.'),
  repeated: conflict('This was done before.'),
} as const satisfies Record<TokenRefusal, Problem>
