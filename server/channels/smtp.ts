import type { Transporter } from 'nodemailer'
import { type Channel, DeliveryError } from './channel.ts'

const connectTimeoutMs = 3_000
const silenceTimeoutMs = 7_500

/** E-mail by SMTP (RFC 5321). `url`: `smtp://user:password@host:587` or `smtps://host:465`. */
export function smtpChannel(id: string, url: string, from: string): Channel {
  let transport: Promise<Transporter> | undefined
  return {
    id,
    via: 'email',
    async send(contact, message, _customerId, signal) {
      transport ??= openTransport(url)
      const { subject, text, html } = message
      // The address goes in as a structure, so that nothing in it can become a header or a second recipient.
      const mail = {
        from,
        to: { name: '', address: contact },
        subject: subject ?? '',
        text,
        ...(html === null ? {} : { html }),
      }
      // nodemailer stops the conversation itself when the time is over, or never begins it.
      const options = { ...mail, disableFileAccess: true, disableUrlAccess: true, signal }
      const { messageId } = await (await transport).sendMail(options).catch(rethrow)
      return { reference: messageId ?? null }
    },
  }
}

/** Loaded at the first e-mail: a server that sends none does not pay for it. */
export async function openTransport(url: string): Promise<Transporter> {
  const { createTransport } = await import('nodemailer')
  const { protocol, username, hostname } = new URL(url)
  const isLoopback = /^(localhost|127\..*|\[::1\])$/.test(hostname)
  return createTransport({
    url,
    // A password is not sent in the clear over a network.
    requireTLS: protocol === 'smtp:' && username !== '' && !isLoopback,
    connectionTimeout: connectTimeoutMs,
    greetingTimeout: connectTimeoutMs,
    socketTimeout: silenceTimeoutMs,
  })
}

/** Commands before the text was given over: a refusal of one says that the server has nothing yet. */
const earlyCommands = new Set(['CONN', 'EHLO', 'HELO', 'STARTTLS', 'MAIL FROM', 'RCPT TO'])
/** A socket that never opened. nodemailer says `CONN` of every broken connection, also of one that broke after the text. */
const neverOpened = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH'])

interface SmtpError {
  readonly code?: string
  readonly originalCode?: string
  readonly timeoutType?: string
  readonly command?: string
  readonly responseCode?: number
}

function rethrow(error: unknown): never {
  const { code = '', originalCode = '', timeoutType = '', command = '', responseCode = 0 } = error as SmtpError
  const isTemporary = responseCode >= 400 && responseCode < 500
  const isUnreached =
    code === 'EDNS' || neverOpened.has(originalCode) || ['CONNECT_TIMEOUT', 'GREETING_TIMEOUT'].includes(timeoutType)
  const reason = responseCode ? `the server answered ${responseCode}` : `the connection failed (${code || 'unknown'})`
  throw new DeliveryError(reason, responseCode ? earlyCommands.has(command) && isTemporary : isUnreached)
}
