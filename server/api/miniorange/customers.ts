import Type from 'typebox'
import { type CustomerKeys, hasAccount, requestReset, signIn, signUp } from '../../engine/accounts.ts'
import { messagesLeft } from '../../engine/admission.ts'
import { secretsOf } from '../../engine/customer-secrets.ts'
import { askOperator } from '../../engine/notify.ts'
import { line } from '../line.ts'
import { customerId, email, ignored, phone, shownLine } from './bodies.ts'
import {
  addRefusals,
  checkRefusals,
  keyRefusals,
  questionKept,
  resetRefusals,
  supportRefusals,
} from './customer-words.ts'
import { endpoint, type Reply } from './endpoint.ts'
import { said } from './words.ts'

/** The calls by which a plugin registers its site, and what it asks of its own customer (docs/miniorange.md). */

const password = Type.String({ minLength: 1, maxLength: 200, description: 'The password, as it was typed.' })

const nameLettersMax = 60

export const checkCall = endpoint({
  path: '/rest/customer/check-if-exists',
  summary: 'Whether an e-mail address has an account here',
  refusal: 'ERROR',
  isOpen: true,
  body: Type.Object({ email }),
  async handle({ engine, body, address, requestId }) {
    const outcome = await hasAccount(engine, body.email, { address, requestId })
    if (!outcome.ok) return checkRefusals[outcome.reason]
    return outcome.isThere ? said.customerThere : said.customerNotThere
  },
})

export const addCall = endpoint({
  path: '/rest/customer/add',
  summary: 'Make a customer of your own, with an account to come back to',
  refusal: 'FAILED',
  isOpen: true,
  body: Type.Object({
    email,
    password,
    companyName: Type.Optional(line(200, 'Name of the customer, as messages and apps show it; often the host name.')),
    phone: Type.Optional(phone),
    firstname: Type.Optional(ignored),
    lastname: Type.Optional(ignored),
    areaOfInterest: Type.Optional(ignored),
  }),
  async handle({ engine, body, address, requestId }) {
    const wanted = {
      email: body.email,
      password: body.password,
      phone: body.phone ?? null,
      name: shownCompany(body.companyName) || shownCompany(body.email.split('@')[1]) || 'Customer',
    }
    const outcome = await signUp(engine, wanted, { address, requestId })
    return outcome.ok ? keysReply(outcome.keys) : addRefusals[outcome.reason]
  },
})

/** Authenticator apps show it: no colon, nothing unseen, and without what a browser puts before a host. */
function shownCompany(text: string | undefined): string {
  const name = (text ?? '').replace(/^\s*https?:\/\//i, '').replaceAll(':', ' ')
  return shownLine(name, nameLettersMax)
}

export const keyCall = endpoint({
  path: '/rest/customer/key',
  summary: "A customer's keys for the address and the password of its account; refusals are plain text",
  refusal: 'text',
  isOpen: true,
  body: Type.Object({ email, password }),
  async handle({ engine, body, address, requestId }) {
    const outcome = await signIn(engine, body, { address, requestId })
    return outcome.ok ? keysReply(outcome.keys) : keyRefusals[outcome.reason]
  },
})

/** `id` is a number: one client tests it for being one. */
function keysReply({ customer, account, token, appSecret }: CustomerKeys): Reply {
  const { id, apiKey } = customer
  return { id, apiKey, token, appSecret, email: account.email, phone: account.phone ?? '', ...said.done }
}

/** As far as PHP with 32 bits can count. */
const farOff = '2037-12-31 23:59:59'
const usersMax = 999_999

export const licenseCall = endpoint({
  path: '/rest/customer/license',
  summary: 'What the customer may still send today; there is no license to buy',
  refusal: 'ERROR',
  isForDefaultCustomers: true,
  body: Type.Object({
    customerId: Type.Optional(customerId),
    applicationName: Type.Optional(ignored),
    licenseType: Type.Optional(ignored),
  }),
  async handle({ engine, caller: { customer } }) {
    const left = await messagesLeft(engine, customer)
    return {
      ...{ smsRemaining: left, emailRemaining: left, ivrRemaining: left, noOfUsers: usersMax },
      // Drupal's module lets end users in by this word alone, whatever it has asked for.
      ...{ licenseType: 'PREMIUM', licensePlan: 'PREMIUM', licenseExpiry: farOff, supportExpiry: farOff },
      ...said.done,
    }
  },
})

export const secretsCall = endpoint({
  path: '/rest/customer/getapp-secret',
  summary: "The secret that names the customer's application",
  refusal: 'ERROR',
  isForDefaultCustomers: true,
  body: Type.Object({ customerId: Type.Optional(customerId) }),
  handle: async ({ caller: { customer } }) => ({ appSecret: secretsOf(customer).appSecret, ...said.done }),
})

export const resetCall = endpoint({
  path: '/rest/customer/password-reset',
  summary: 'Mail a link to choose a new password; never says whether there is such an account',
  refusal: 'ERROR',
  isForDefaultCustomers: true,
  body: Type.Object({ email }),
  async handle({ engine, caller: { mark }, body, address, requestId }) {
    const outcome = await requestReset(engine, body.email, { address, requestId }, mark)
    return outcome.ok ? said.resetMailed : resetRefusals[outcome.reason]
  },
})

export const contactCall = endpoint({
  path: '/rest/customer/contact-us',
  summary: 'Ask who runs this server; the answer to a question that was taken is plain text',
  refusal: 'ERROR',
  isOpen: true,
  body: Type.Object({
    email,
    query: Type.String({ minLength: 1, maxLength: 10_000, description: 'The question.' }),
    phone: Type.Optional(phone),
    company: Type.Optional(line(200, 'Name of the company, or of the host.')),
    firstName: Type.Optional(line(100, 'First name.')),
    lastName: Type.Optional(line(100, 'Last name.')),
    ccEmail: Type.Optional(ignored),
  }),
  async handle({ engine, caller, body, address, requestId }) {
    const { company = '', firstName = '', lastName = '', phone: number = '' } = body
    const asker = [`${firstName} ${lastName}`.trim(), body.email, number, company].filter((one) => one !== '')
    const question = { subject: `Question from ${body.email}`, text: `${asker.join('\n')}\n\n${body.query}` }
    const outcome = await askOperator(engine, question, { address, requestId }, caller?.mark ?? null)
    return outcome.ok ? questionKept : supportRefusals[outcome.reason]
  },
})
