import type { Message, Via } from '../vocabulary/message.ts'
import type { Channel, ChannelPorts } from './channel.ts'
import { inXml } from './encode.ts'
import { refusal, request } from './http-request.ts'
import type { TwilioProvider } from './providers.ts'

const officialUrl = 'https://api.twilio.com'

/** The voices' names of our languages. */
const voices: Readonly<Record<string, string>> = { en: 'en-US', es: 'es-ES' }

/** SMS and calls by Twilio's REST API of 2010-04-01, or one that is compatible. */
export function twilioChannel(provider: TwilioProvider, via: Via, ports: ChannelPorts): Channel {
  const { id, baseUrl = officialUrl, accountSid, authToken, from } = provider
  const account = `${baseUrl.replace(/\/+$/, '')}/2010-04-01/Accounts/${encodeURIComponent(accountSid)}`
  const url = `${account}/${via === 'call' ? 'Calls' : 'Messages'}.json`
  const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`

  return {
    id,
    via,
    async send(contact, message, _customerId, signal) {
      const content = via === 'call' ? { Twiml: spoken(message) } : { Body: message.text }
      const form = { To: contact, From: from, ...content, StatusCallback: ports.receiptUrl(id) }
      const init = { method: 'POST', headers: { authorization }, body: new URLSearchParams(form) }
      const { isFine, status, text } = await request(url, init, signal)
      const answer = readAnswer(text)
      if (!isFine) throw refusal(status, answer.code)
      return { reference: answer.sid }
    },
  }
}

/** What is read to the person. The text says the code twice; the pause keeps the line a moment after the last word. */
function spoken({ text, language }: Message): string {
  const voice = voices[language] ?? 'en-US'
  return `<Response><Say language="${voice}">${inXml(text)}</Say><Pause length="1"/></Response>`
}

/** `sid` of what was taken, `code` of what was refused: https://www.twilio.com/docs/api/errors */
function readAnswer(text: string): { sid: string | null; code: string } {
  const { sid, code } = parse(text)
  return {
    sid: typeof sid === 'string' && /^[A-Za-z0-9]{1,64}$/.test(sid) ? sid : null,
    code: Number.isInteger(code) ? String(code) : '',
  }
}

function parse(text: string): { sid?: unknown; code?: unknown } {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}
