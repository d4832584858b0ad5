import Type from 'typebox'
import { askOperator, notifyOwn } from '../../engine/notify.ts'
import { customerKey, email, ignored, shownLine } from './bodies.ts'
import { notifyRefusals, supportRefusals } from './customer-words.ts'
import { isDefaultCustomer } from './default-customers.ts'
import { endpoint } from './endpoint.ts'
import { said } from './words.ts'

const subjectLettersMax = 150
const textLettersMax = 10_000

/** Where plugins send their support forms; here they go to who runs this server. */
const vendorAddress = /@([a-z0-9-]+\.)*(xecurify|miniorange)\.(com|in)$/i

const mail = Type.Object(
  {
    toEmail: email,
    subject: Type.String({ minLength: 1, maxLength: 1_000, description: 'The subject.' }),
    content: Type.String({
      minLength: 1,
      maxLength: 60_000,
      description: 'The text; of HTML only the words are sent.',
    }),
    fromEmail: Type.Optional(Type.Unknown()),
    fromName: Type.Optional(Type.Unknown()),
    toName: Type.Optional(Type.Unknown()),
    bccEmail: Type.Optional(Type.Unknown()),
  },
  { description: 'The mail: `toEmail`, `subject` and `content`.' },
)

export const notifyCall = endpoint({
  path: '/api/notify/send',
  summary: "Mail a note to one of your own users, to your account's address, or to who runs this server",
  refusal: 'ERROR',
  nextWhenUnknown: 'Send it again with a new key only if it may arrive twice.',
  isForDefaultCustomers: true,
  body: Type.Object({ customerKey: Type.Optional(customerKey), email: mail, sendEmail: Type.Optional(ignored) }),
  async handle({ engine, caller: { customer, mark }, body, address, requestId }) {
    const { toEmail, fromEmail } = body.email
    const subject = shownLine(body.email.subject, subjectLettersMax)
    const text = wordsOf(body.email.content)
    if (subject === '' || text === '') return { status: 'ERROR', message: 'There is nothing to read in this mail.' }
    if (vendorAddress.test(toEmail.trim())) {
      const asker = typeof fromEmail === 'string' ? shownLine(fromEmail, subjectLettersMax) : ''
      const question = { subject, text: `From: ${asker || 'unknown'} (customer ${customer.id})\n\n${text}` }
      const asked = await askOperator(engine, question, { address, requestId }, mark)
      return asked.ok ? said.mailKept : supportRefusals[asked.reason]
    }
    if (isDefaultCustomer(customer)) return notifyRefusals['foreign-address']
    const outcome = await notifyOwn(engine, customer, { to: toEmail, subject, text }, { request: mark, requestId })
    return outcome.ok ? said.mailKept : notifyRefusals[outcome.reason]
  },
})

/** The words of a piece of HTML, or of plain text, line by line; nothing of it is markup afterwards. */
export function wordsOf(content: string): string {
  return content
    .replaceAll(/<(br|\/p|\/div|\/tr|\/h[1-6]|\/li)\b[^<>]*>/gi, '\n')
    .replaceAll(/<[^<>]*>/g, '')
    .replaceAll(/&(nbsp|lt|gt|quot|#39|amp);/gi, (_, name: string) => entities[name.toLowerCase()] ?? ' ')
    .toWellFormed()
    .replaceAll(/[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/gu, ' ')
    .split('\n')
    .map((line) => line.trimEnd()) // a pattern would look at every blank anew
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()
    .slice(0, textLettersMax)
    .toWellFormed()
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' }
