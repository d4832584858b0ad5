import type { ToSend } from '../methods/method.ts'
import type { Message, Via } from '../vocabulary/message.ts'
import { fill, type Language, type NoticeEvent, noticeEvents, type OwnTemplates } from './templates.ts'

/** What a message is about, beside its secret. */
export interface Context {
  readonly customerName: string
  readonly transactionName: string | null
  readonly ttlSeconds: number
  readonly language: Language
  readonly templates: OwnTemplates
  readonly baseUrl: string
}

/** The text of a message. It carries its code or its links, and nothing else that is secret. */
export function messageOf(what: ToSend, context: Context): Message {
  const { language, templates, customerName, transactionName } = context
  const purpose = transactionName ? fill(templates, 'purpose', language, { transaction: transactionName }) : ''
  const life = lifeOf(context.ttlSeconds)
  const values = { customer: customerName, purpose, life, ...secretsOf(what, context) }
  const say = (id: Parameters<typeof fill>[1]) => fill(templates, id, language, values)
  if (what.via === 'sms') return { subject: null, text: say(`${what.kind}.sms`), html: null, language }
  if (what.via === 'call') return { subject: null, text: say('code.call'), html: null, language }
  const text = say(`${what.kind}.email.text`)
  return { subject: say(`${what.kind}.email.subject`), text, html: htmlOf(text, values, language), language }
}

/** The mail with the link to register a passkey. */
export function passkeyMail(link: string, context: Context): Message {
  return setUpMail('passkey', link, context)
}

/** The mail with the link to set up a voice. */
export function voiceMail(link: string, context: Context): Message {
  return setUpMail('voice-set-up', link, context)
}

function setUpMail(what: 'passkey' | 'voice-set-up', link: string, context: Context): Message {
  const { language, templates, customerName: customer } = context
  const values = { customer, life: lifeOf(context.ttlSeconds), link }
  const text = fill(templates, `${what}.email.text`, language, values)
  const subject = fill(templates, `${what}.email.subject`, language, values)
  return { subject, text, html: htmlOf(text, values, language), language }
}

/** What a user is told of a change, at the contact he had before. */
export function noticeOf(event: NoticeEvent, via: Via, nowMs: number, context: Context): Message {
  const { language, templates, customerName } = context
  const time = new Date(nowMs).toISOString().slice(0, 16).replace('T', ' ')
  const values = { customer: customerName, event: noticeEvents[event][language], time }
  const text = fill(templates, 'notice.text', language, values)
  if (via !== 'email') return { subject: null, text, html: null, language }
  return {
    subject: fill(templates, 'notice.subject', language, values),
    text,
    html: htmlOf(text, values, language),
    language,
  }
}

/** Never longer than it is. */
function lifeOf(ttlSeconds: number): string {
  return ttlSeconds < 60 ? `${ttlSeconds} s` : `${Math.floor(ttlSeconds / 60)} min`
}

function secretsOf(what: ToSend, { baseUrl }: Context): Record<string, string> {
  if (what.kind === 'code') return { code: what.via === 'call' ? spoken(what.code) : what.code }
  if (what.kind === 'voice') return { link: `${baseUrl}/voice/${what.challengeId}/${what.secret}` }
  const link = (secret: string) => `${baseUrl}/link/${what.challengeId}/${secret}`
  return { accept: link(what.accept), deny: link(what.deny) }
}

/** Digit by digit, with pauses: `1, 2, 3`. */
function spoken(code: string): string {
  return [...code].join(', ')
}

/** The same words as a page: paragraphs, the code large, links as links, or as buttons below a word. Everything is escaped. */
function htmlOf(text: string, values: Readonly<Record<string, string>>, language: Language): string {
  const paragraphs = text.split('\n\n').map((paragraph) => {
    const button = buttonOf(paragraph, values)
    if (button) return button
    const lines = paragraph.split('\n').map((line) => {
      if (line === values['code'])
        return `<strong style="font-size:32px;letter-spacing:6px">${escapeHtml(line)}</strong>`
      const isLink = line === values['accept'] || line === values['deny'] || line === values['link']
      return isLink ? `<a href="${escapeHtml(line)}" style="color:#1d4ed8">${escapeHtml(line)}</a>` : escapeHtml(line)
    })
    return `<p style="margin:0 0 16px;overflow-wrap:anywhere">${lines.join('<br>')}</p>`
  })
  return `<!doctype html>
<html lang="${language}">
<body style="margin:0;padding:24px;background:#f4f5f7;font-family:system-ui,sans-serif;color:#1c2430">
<div style="max-width:480px;margin:auto;padding:32px 32px 16px;background:#fff;border-radius:12px">
${paragraphs.join('\n')}
</div>
</body>
</html>`
}

/** `Accept:` and the link below it become a button, which a thumb tells from the next one. */
function buttonOf(paragraph: string, { accept, deny }: Readonly<Record<string, string>>): string | undefined {
  const [word, link, ...more] = paragraph.split('\n')
  if (!word?.endsWith(':') || link === undefined || more.length > 0 || (link !== accept && link !== deny))
    return undefined
  const color = link === accept ? '#146c3a' : '#b42318'
  const style = `display:block;padding:14px;border-radius:12px;background:${color};color:#fff;font-weight:bold;text-align:center;text-decoration:none`
  return `<p style="margin:0 0 16px"><a href="${escapeHtml(link)}" style="${style}">${escapeHtml(word.slice(0, -1))}</a></p>`
}

/** Text that stays text inside HTML. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return text.replace(/[&<>"']/g, (letter) => entities[letter] ?? letter)
}
