import type { Via } from '../vocabulary.ts'
import { type Channel, DeliveryError } from './channel.ts'
import { inJson, inUrl, inXml } from './encode.ts'
import { refusal, request } from './http-request.ts'
import type { HttpProvider } from './providers.ts'

const referenceCharactersMax = 100

/** What stands for the contact, the text and the sender in a provider's URL, headers and body. */
export const placeholder = /\{(to|text|from)\}/g

interface Values {
  readonly to: string
  readonly text: string
  readonly from: string
}

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

/** The request of a provider with its placeholders filled in, each encoded for where it stands. */
export function filledRequest({ method, url, headers = {}, body }: HttpProvider, values: Values) {
  const own = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), fill(value, values, inHeader)])
  const filled = { 'content-type': formType, ...Object.fromEntries(own) } as Record<string, string> // texts, all of them
  const { 'content-type': type, ...others } = filled
  return {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    url: fill(url, values, inUrl),
    headers: body === undefined ? others : filled,
    ...(body === undefined ? {} : { body: fill(body, values, encoderFor(type ?? '')) }),
  }
}

/** In one go: what looks like a placeholder inside a value stays as it is. */
function fill(template: string, values: Values, encode: (value: string) => string): string {
  return template.replace(placeholder, (_, name: keyof Values) => encode(values[name]))
}

const formType = 'application/x-www-form-urlencoded'

/** How values are written into a body of this type. */
function encoderFor(contentType: string): (value: string) => string {
  const type = contentType.toLowerCase()
  if (type.includes('json')) return inJson
  if (type.includes('xml')) return inXml
  return type.startsWith('text/plain') ? (value) => value : inUrl
}

function inHeader(value: string): string {
  if (/[^\t\x20-\x7e\xa0-\xff]/.test(value)) throw new DeliveryError('a header cannot carry this text', false)
  return value
}
