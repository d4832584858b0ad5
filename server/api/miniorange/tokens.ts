import Type from 'typebox'
import { resyncToken } from '../../engine/token-codes.ts'
import {
  type ExportRequest,
  exportTokens,
  type ImportOutcome,
  type ImportRequest,
  importTokens,
} from '../../engine/token-files.ts'
import {
  assignToken,
  disableToken,
  enableToken,
  type ListedToken,
  listTokens,
  type TokenOutcome,
  unassignToken,
} from '../../engine/tokens.ts'
import { line } from '../line.ts'
import { code, customerKey, username } from './bodies.ts'
import { type Call, endpoint, type Reply } from './endpoint.ts'
import { tokenRefusals } from './enrolment-words.ts'
import { said } from './words.ts'

/** Hardware tokens: our extension of the vendor's API (docs/tokens.md). */

const bodyBytesMax = 1024 * 1024
const fileLettersMax = 1_000_000
const pageSize = 100
const pageSizeMax = 1_000
/** Rows whose problems are told, of a file that has more. */
const errorsShownMax = 1_000

const serial = line(64, 'The serial number of the token, as it was imported.')
const preSharedKey = Type.String({
  pattern: '^([0-9a-fA-F]{32}|[0-9a-fA-F]{48}|[0-9a-fA-F]{64})$',
  description: 'The AES key of an encrypted PSKC file, in hexadecimal.',
})
const password = Type.String({
  minLength: 1,
  maxLength: 256,
  description: 'The password of an encrypted PSKC file.',
})
const page = {
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000_000, description: 'Tokens to skip.' })),
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: pageSizeMax, description: 'Tokens to give at most; 100 unless told.' }),
  ),
}
const tokenBody = Type.Object({ customerKey: Type.Optional(customerKey), serial })

function pageOf(body: { readonly offset?: number; readonly limit?: number }) {
  return { offset: body.offset ?? 0, limit: body.limit ?? pageSize }
}

function requestOf<Body extends { serial: string }>({ caller: { customer, mark }, body, requestId }: Call<Body>) {
  return { customer, serial: body.serial, request: mark, requestId }
}

function replyTo(outcome: TokenOutcome): Reply {
  if (!outcome.ok) return tokenRefusals[outcome.reason]
  return { serial: outcome.serial, username: outcome.username, ...said.done }
}

export const importTokensCall = endpoint({
  path: '/api/admin/tokens/import',
  summary: 'Import hardware tokens from a file of their maker',
  refusal: 'ERROR',
  bodyBytesMax,
  body: Type.Object({
    customerKey: Type.Optional(customerKey),
    file: Type.String({
      minLength: 1,
      maxLength: fileLettersMax,
      description: 'The text of the file: OATH CSV, PSKC or Yubico CSV.',
    }),
    format: Type.Optional(
      Type.String({
        pattern: '^(auto|oath-csv|pskc|yubico)$',
        description: '`oath-csv`, `pskc` or `yubico`; `auto`, unless told, finds out.',
      }),
    ),
    preSharedKey: Type.Optional(preSharedKey),
    password: Type.Optional(password),
    dryRun: Type.Optional(Type.Boolean({ description: 'Say what would come of it, and keep nothing.' })),
  }),
  async handle({ engine, caller: { customer, mark }, body, requestId }) {
    const isDryRun = body.dryRun ?? false
    const outcome = await importTokens(engine, {
      customer,
      file: {
        text: body.file,
        format: (body.format ?? 'auto') as ImportRequest['file']['format'], // by the pattern
        key: body.preSharedKey === undefined ? null : Buffer.from(body.preSharedKey, 'hex'),
        password: body.password ?? null,
      },
      isDryRun,
      request: mark,
      requestId,
    })
    if (outcome.ok) return imported(outcome, isDryRun)
    return outcome.reason === 'unreadable' ? { status: 'FAILED', message: outcome.message } : tokenRefusals.repeated
  },
})

function imported(outcome: Extract<ImportOutcome, { ok: true }>, dryRun: boolean): Reply {
  const { format, added, weak, errors } = outcome
  const result = { format, dryRun, added, refused: errors.length, weak, errors: errors.slice(0, errorsShownMax) }
  if (errors.length === 0) return { ...result, ...said.done }
  return { ...result, status: 'FAILED', message: `${errors.length} of ${errors.length + added} tokens were not taken.` }
}

export const listTokensCall = endpoint({
  path: '/api/admin/tokens/list',
  summary: 'List hardware tokens and who has them',
  refusal: 'ERROR',
  body: Type.Object({ customerKey: Type.Optional(customerKey), ...page }),
  async handle({ engine, caller: { customer }, body }) {
    const { tokens, total } = await listTokens(engine, { customer, ...pageOf(body) })
    return { tokens: tokens.map(shownToken), total, ...said.done }
  },
})

function shownToken({ serial: number, kind, state, username: owner, isWeak, lastUsedAtMs, ...rest }: ListedToken) {
  return {
    serial: number,
    type: kind.toUpperCase(),
    digits: rest.digits,
    algorithm: rest.algorithm?.toUpperCase() ?? null,
    period: rest.periodSeconds,
    publicId: rest.publicId,
    state: state.toUpperCase(),
    username: owner,
    isWeak,
    lastUsedDttm: lastUsedAtMs,
    creationDttm: rest.createdAtMs,
  }
}

export const assignTokenCall = endpoint({
  path: '/api/admin/tokens/assign',
  summary: 'Give a hardware token to a user',
  refusal: 'ERROR',
  body: Type.Object({ customerKey: Type.Optional(customerKey), serial, username }),
  handle: async (call) => replyTo(await assignToken(call.engine, { ...requestOf(call), username: call.body.username })),
})

export const unassignTokenCall = endpoint({
  path: '/api/admin/tokens/unassign',
  summary: 'Take a hardware token back',
  refusal: 'ERROR',
  body: tokenBody,
  handle: async (call) => replyTo(await unassignToken(call.engine, requestOf(call))),
})

export const disableTokenCall = endpoint({
  path: '/api/admin/tokens/disable',
  summary: 'Refuse the codes of a hardware token, as when it is lost',
  refusal: 'ERROR',
  body: tokenBody,
  handle: async (call) => replyTo(await disableToken(call.engine, requestOf(call))),
})

export const enableTokenCall = endpoint({
  path: '/api/admin/tokens/enable',
  summary: 'Take the codes of a disabled hardware token again',
  refusal: 'ERROR',
  body: tokenBody,
  handle: async (call) => replyTo(await enableToken(call.engine, requestOf(call))),
})

export const resyncTokenCall = endpoint({
  path: '/api/admin/tokens/resync',
  summary: 'Find a hardware token again by two codes in a row',
  refusal: 'FAILED',
  body: Type.Object({
    customerKey: Type.Optional(customerKey),
    serial,
    token: code,
    nextToken: line(64, 'The code that the token showed after it.'),
  }),
  async handle(call) {
    const { token, nextToken } = call.body
    const codes = [token, nextToken].map((one) => one.replaceAll(/\s/g, ''))
    return replyTo(await resyncToken(call.engine, { ...requestOf(call), codes: [codes[0] ?? '', codes[1] ?? ''] }))
  },
})

export const exportTokensCall = endpoint({
  path: '/api/admin/tokens/export',
  summary: 'Export hardware tokens as PSKC, encrypted unless told otherwise',
  refusal: 'ERROR',
  body: Type.Object({
    customerKey: Type.Optional(customerKey),
    preSharedKey: Type.Optional(preSharedKey),
    password: Type.Optional(password),
    plain: Type.Optional(Type.Boolean({ description: 'Every seed stands in the file for everybody to read.' })),
    ...page,
  }),
  async handle({ engine, caller: { customer, mark }, body, requestId }) {
    const protection = protectionOf(body)
    if (protection === undefined) return { status: 'ERROR', message: 'Send one of preSharedKey, password and plain.' }
    const asked = { customer, protection, ...pageOf(body), request: mark, requestId }
    const outcome = await exportTokens(engine, asked)
    if (!outcome.ok) return tokenRefusals[outcome.reason]
    const { file, exported, total } = outcome
    return { file, exported, total, ...said.done }
  },
})

/** Exactly one way to protect a file must be chosen; undefined when it is not. */
function protectionOf(body: {
  readonly preSharedKey?: string
  readonly password?: string
  readonly plain?: boolean
}): ExportRequest['protection'] | undefined {
  const given = [
    ...(body.preSharedKey === undefined ? [] : [{ key: Buffer.from(body.preSharedKey, 'hex') }]),
    ...(body.password === undefined ? [] : [{ password: body.password }]),
    ...(body.plain ? [null] : []),
  ]
  return given.length === 1 ? given[0] : undefined
}
