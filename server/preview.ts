import type { Language, TemplateId } from './engine/templates.ts'
import { messageOf, noticeOf } from './engine/wording.ts'
import type { ToSend } from './methods/method.ts'
import type { Customer } from './vocabulary/customer.ts'
import type { Message, Via } from './vocabulary/message.ts'

/** A message as it would arrive, with made-up values of the usual length. */
export interface Previewed extends Message {
  /** `code`, `links`, `voice` or `notice`. */
  readonly message: 'code' | 'links' | 'voice' | 'notice'
  readonly channel: Via
  /** What an SMS costs: as many messages. */
  readonly smsParts: number | null
  readonly title: string
  readonly shown: string
}

const challengeId = '60e0e9d3-6cc3-4f43-a4be-4f9f1f4a7d0c'
const secret = (letter: string) => letter.repeat(43)
const transactionName = 'Sign in'
const noticeAtMs = Date.UTC(2026, 0, 2, 3, 4)

type Kind = 'code' | 'links' | 'voice' | 'notice'

/** Every kind of message and the texts it is made of; a text of several kinds is shown in each. */
const kinds: readonly (readonly [message: Kind, via: Via, texts: readonly TemplateId[]])[] = [
  ['code', 'sms', ['code.sms', 'purpose']],
  ['code', 'email', ['code.email.subject', 'code.email.text', 'purpose']],
  ['code', 'call', ['code.call']],
  ['links', 'sms', ['links.sms', 'purpose']],
  ['links', 'email', ['links.email.subject', 'links.email.text', 'purpose']],
  ['voice', 'sms', ['voice.sms', 'purpose']],
  ['voice', 'email', ['voice.email.subject', 'voice.email.text', 'purpose']],
  ['notice', 'email', ['notice.subject', 'notice.text']],
  ['notice', 'sms', ['notice.text']],
]

/** The messages of a customer, or those that hold one of his texts. */
export async function previewed(
  customer: Customer,
  language: Language,
  baseUrl: string,
  only: TemplateId | undefined,
): Promise<readonly Previewed[]> {
  const { codeLength, codeTtlSeconds } = customer.settings
  const context = {
    customerName: customer.name,
    transactionName,
    ttlSeconds: codeTtlSeconds,
    language,
    templates: customer.templates,
    baseUrl,
  }
  const render = (message: Kind, via: Via): Message => {
    if (message === 'notice') return noticeOf('contact-changed', via, noticeAtMs, context)
    const sent = {
      code: { kind: 'code', via, code: '12345678'.slice(0, codeLength) },
      links: { kind: 'links', via, challengeId, accept: secret('A'), deny: secret('D') },
      voice: { kind: 'voice', via, challengeId, secret: secret('A') },
    } as const satisfies Record<string, ToSend>
    return messageOf(sent[message], context)
  }
  const wanted = kinds.filter(([, , texts]) => only === undefined || texts.includes(only))
  return Promise.all(wanted.map(([message, via]) => shownAs(message, via, render(message, via))))
}

async function shownAs(message: Previewed['message'], via: Via, rendered: Message): Promise<Previewed> {
  const { subject, text } = rendered
  const smsParts = via === 'sms' ? await partsNeeded(text) : null
  const size = smsParts === null ? '' : `, ${text.length} characters, ${smsParts} SMS`
  const shown = subject === null ? text : `Subject: ${subject}\n\n${text}`
  return { message, channel: via, ...rendered, smsParts, title: `${message} by ${via}${size}`, shown }
}

/** As the SMPP channel cuts it; other gateways count the same way. */
async function partsNeeded(text: string): Promise<number> {
  const [{ default: smpp }, { partsOf }] = await Promise.all([import('smpp'), import('./channels/smpp/text.ts')])
  return partsOf(text, smpp.encodings.ASCII, 0).length
}
