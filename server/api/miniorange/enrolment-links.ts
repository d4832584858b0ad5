import Type from 'typebox'
import type { LinkRequest, OfferedLink } from '../../engine/enrolment-link.ts'
import type { Engine } from '../../engine/ports.ts'
import { customerKey, language, username } from './bodies.ts'
import { endpoint, type Reply } from './endpoint.ts'
import { deliveries, said } from './words.ts'

/** Calls for a one-time link, by which a user sets something up on a page of ours: our extension of the family. */

interface LinkKind<Reason extends string> {
  readonly path: `/api/auth/${string}`
  readonly summary: string
  readonly refusals: Readonly<Record<Reason, Reply>>
  begin(engine: Engine, request: LinkRequest): Promise<OfferedLink | { readonly ok: false; readonly reason: Reason }>
}

export function enrolmentLinkCall<Reason extends string>({ path, summary, refusals, begin }: LinkKind<Reason>) {
  return endpoint({
    path,
    summary,
    refusal: 'ERROR',
    body: Type.Object({
      customerKey: Type.Optional(customerKey),
      username,
      sendEmail: Type.Optional(Type.Boolean({ description: 'Send the link to the address of the user, too.' })),
      language: Type.Optional(language),
    }),
    async handle({ engine, caller: { customer, mark }, body, requestId }) {
      const outcome = await begin(engine, {
        customer,
        username: body.username,
        isMailed: body.sendEmail ?? false,
        language: body.language ?? null,
        request: mark,
        requestId,
      })
      if (!outcome.ok) return refusals[outcome.reason]
      const { challengeId, link, expiresAtMs } = outcome
      const told = { txId: challengeId, username: body.username, link, expiresAt: expiresAtMs }
      return { ...told, ...deliveries(outcome.deliveries), ...said.enrolmentLink }
    },
  })
}
