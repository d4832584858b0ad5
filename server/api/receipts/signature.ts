import { createHmac } from 'node:crypto'
import { same } from '../../security/digest.ts'

/**
 * Whether Twilio signed this request: https://www.twilio.com/docs/usage/security#validating-requests. Twilio signs the
 * URL sometimes with and sometimes without its port, as its own libraries allow for (twilio-node, `webhooks.ts`).
 */
export function isSigned(authToken: string, url: string, form: URLSearchParams, signature: string): boolean {
  const given = Buffer.from(signature)
  const fits = spellings(url).map((spelling) => same(given, Buffer.from(signatureOf(authToken, spelling, form))))
  return fits.includes(true)
}

/** HMAC-SHA1 of the URL and the sorted form, in base64. */
export function signatureOf(authToken: string, url: string, form: URLSearchParams): string {
  const names = [...new Set(form.keys())].sort()
  const pairs = names.flatMap((name) => [...new Set(form.getAll(name))].sort().map((value) => name + value))
  return createHmac('sha1', authToken)
    .update(url + pairs.join(''))
    .digest('base64')
}

function spellings(url: string): readonly string[] {
  const { protocol, hostname, port, pathname, search } = new URL(url)
  const standardPort = protocol === 'https:' ? '443' : '80'
  const rest = pathname + search
  return [`${protocol}//${hostname}:${port || standardPort}${rest}`, `${protocol}//${hostname}${rest}`]
}
