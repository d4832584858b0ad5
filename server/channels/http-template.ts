import { DeliveryError } from './channel.ts'
import { inJson, inUrl, inXml } from './encode.ts'

/** A request as an operator writes it down: `{to}`, `{text}` and `{from}` stand in its URL, headers and body. */
export interface HttpTemplate {
  readonly method?: 'GET' | 'POST' | 'PUT'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** Absent: no body. JSON when the Content-Type header says so, else a form or plain text. */
  readonly body?: string
}

/** What stands for the contact, the text and the sender in a provider's URL, headers and body. */
export const placeholder = /\{(to|text|from)\}/g

interface Values {
  readonly to: string
  readonly text: string
  readonly from: string
}

/** The request of a provider with its placeholders filled in, each encoded for where it stands. */
export function filledRequest({ method, url, headers = {}, body }: HttpTemplate, values: Values) {
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
