import type { FastifyPluginAsync } from 'fastify'
import { hidden } from '../page.ts'
import { isSigned } from './signature.ts'

const formBytesMax = 16 * 1024
const detailCharactersMax = 60

/** What there is to know of a provider that reports by HTTP. */
export interface Reporter {
  readonly id: string
  readonly type: string
  readonly authToken?: string
}

/** What a provider tells of a message it took before. */
export interface Report {
  readonly provider: string
  readonly reference: string
  readonly state: 'delivered' | 'failed'
  readonly detail: string
}

export interface ReceiptDeps {
  find(providerId: string): Promise<Reporter | undefined>
  onReceipt(report: Report): Promise<void>
  baseUrl(): string
}

/** The final words of Twilio for messages and calls; the others are on the way to one of them. */
const states: Readonly<Record<string, Report['state']>> = {
  delivered: 'delivered',
  completed: 'delivered',
  failed: 'failed',
  undelivered: 'failed',
  busy: 'failed',
  'no-answer': 'failed',
  canceled: 'failed',
}

/** Where providers report what became of a message. Only those that sign are heard: Twilio, and what is compatible. */
export function receiptHooks({ find, onReceipt, baseUrl }: ReceiptDeps): FastifyPluginAsync {
  return async (app) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: formBytesMax }, (_request, body, done) => {
      done(null, new URLSearchParams(String(body)))
    })
    app.post<{ Params: { provider: string } }>('/receipts/:provider', hidden, async (request, reply) => {
      const reporter = await find(request.params.provider)
      if (reporter?.type !== 'twilio' || !reporter.authToken) return reply.code(404).send()
      const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams()
      const signature = String(request.headers['x-twilio-signature'] ?? '')
      if (!isSigned(reporter.authToken, baseUrl() + request.url, form, signature)) {
        request.outcome = 'refused: the signature is wrong'
        return reply.code(403).send()
      }
      const report = readReport(form)
      if (report) await onReceipt({ ...report, provider: reporter.id })
      return reply.code(204).send()
    })
  }
}

/** https://www.twilio.com/docs/messaging/guides/track-outbound-message-status and /docs/voice/api/call-resource */
function readReport(form: URLSearchParams): Omit<Report, 'provider'> | undefined {
  const reference = form.get('MessageSid') ?? form.get('CallSid')
  const word = form.get('MessageStatus') ?? form.get('CallStatus') ?? ''
  const state = Object.hasOwn(states, word) && states[word]
  const detail = [word, form.get('ErrorCode')].filter(Boolean).join(' ').slice(0, detailCharactersMax)
  return reference && state ? { reference, state, detail } : undefined
}
