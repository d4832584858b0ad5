import type { CodeToSend } from '../methods/method.ts'
import type { Message } from '../vocabulary.ts'

interface Context {
  readonly customerName: string
  readonly transactionName: string | null
  readonly ttlSeconds: number
}

/** The text of a message that carries a code, and nothing else that is secret. */
export function codeMessage({ via, code }: CodeToSend, context: Context): Message {
  const purpose = context.transactionName ? ` for "${context.transactionName}"` : ''
  const life = `It is valid for ${span(context.ttlSeconds)}.`
  const text = `${code} is your ${context.customerName} code${purpose}. ${life} Do not share it.`
  if (via === 'sms') return { subject: null, text, html: null }
  return { subject: `${code} is your ${context.customerName} code`, text, html: codePage(code, purpose, life, context) }
}

/** Never more than there is: in seconds below a minute, else in whole minutes. */
function span(seconds: number): string {
  const [amount, unit] = seconds < 60 ? [seconds, 'second'] : [Math.floor(seconds / 60), 'minute']
  return `${amount} ${unit}${amount === 1 ? '' : 's'}`
}

function codePage(code: string, purpose: string, life: string, { customerName }: Context): string {
  return `<!doctype html>
<html lang="en">
<body style="margin:0;padding:24px;background:#f4f5f7;font-family:system-ui,sans-serif;color:#1c2430">
<div style="max-width:480px;margin:auto;padding:32px;background:#fff;border-radius:12px">
<p style="margin:0 0 16px">Your ${escapeHtml(customerName)} code${escapeHtml(purpose)}:</p>
<p style="margin:0 0 16px;font-size:32px;font-weight:700;letter-spacing:6px">${code}</p>
<p style="margin:0;color:#52606d">${life} Do not share it. If you did not ask for it, you can ignore this message.</p>
</div>
</body>
</html>`
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return text.replace(/[&<>"']/g, (letter) => entities[letter] ?? letter)
}
