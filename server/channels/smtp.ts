import type { Transporter } from 'nodemailer'
import { type Channel, DeliveryError } from './channel.ts'

const connectTimeoutMs = 3_000
const silenceTimeoutMs = 7_500

/** E-mail by SMTP (RFC 5321). `url`: `smtp://user:password@host:587` or `smtps://host:465`. */
export function smtpChannel(url: string, from: string): Channel {
  let transport: Promise<Transporter> | undefined
  return {
    id: 'smtp',
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
      const sending = (await transport).sendMail({ ...mail, disableFileAccess: true, disableUrlAccess: true })
      await Promise.race([sending.catch(rethrow), aborted(signal)])
    },
  }
}

/** Loaded at the first e-mail: a server that sends none does not pay for it. */
async function openTransport(url: string): Promise<Transporter> {
  const { createTransport } = await import('nodemailer')
  return createTransport({
    url,
    connectionTimeout: connectTimeoutMs,
    greetingTimeout: connectTimeoutMs,
    socketTimeout: silenceTimeoutMs,
  })
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new DeliveryError('the server did not answer in time', false)), {
      once: true,
    })
  })
}

/** Phases before the text was given over: the server surely has nothing yet. */
const earlyCommands = new Set(['CONN', 'EHLO', 'HELO', 'STARTTLS', 'MAIL FROM', 'RCPT TO'])

function rethrow(error: unknown): never {
  const {
    code = '',
    command = '',
    responseCode = 0,
  } = error as { code?: string; command?: string; responseCode?: number }
  const isTemporary = responseCode === 0 || (responseCode >= 400 && responseCode < 500)
  const reason = responseCode ? `the server answered ${responseCode}` : `the connection failed (${code || 'unknown'})`
  throw new DeliveryError(reason, earlyCommands.has(command) && isTemporary)
}
