import type { Via } from '../vocabulary/message.ts'
import { type Channel, DeliveryError } from './channel.ts'
import { refusal, request } from './http-request.ts'
import { filledRequest } from './http-template.ts'
import type { HttpProvider } from './providers.ts'

const referenceCharactersMax = 100

/** SMS or calls by any gateway with an HTTP API. */
export function httpGateway(provider: HttpProvider, via: Via): Channel {
  const { id, from = '', successPattern, referencePattern } = provider
  const success = successPattern === undefined ? null : new RegExp(successPattern)
  const referenceIn = referencePattern === undefined ? null : new RegExp(referencePattern)

  return {
    id,
    via,
    async send(contact, { text }, _customerId, signal) {
      const { url, ...init } = filledRequest(provider, { to: contact, text, from })
      const answer = await request(url, init, signal)
      if (!answer.isFine) throw refusal(answer.status)
      if (success && !success.test(answer.text)) throw new DeliveryError('the answer is not that of a success', false)
      return { reference: referenceIn?.exec(answer.text)?.[1]?.slice(0, referenceCharactersMax) || null }
    },
  }
}
