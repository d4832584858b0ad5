import type { Group } from '../example.ts'
import { customerId, customerKey, done, said, username } from './given.ts'

const email = 'admin@example.com'
const keys = { id: 482_913_705, apiKey: '…', token: '…', appSecret: '…', email, phone: '' }
const farOff = '2037-12-31 23:59:59'

export const customers: Group = {
  title: 'Customers',
  calls: [
    {
      path: '/moas/rest/customer/check-if-exists',
      about: 'Tells a plugin whether to sign up or to sign in: `SUCCESS` or `CUSTOMER_NOT_FOUND`.',
      request: { email },
      answer: said('SUCCESS', 'Customer already exists.'),
    },
    {
      path: '/moas/rest/customer/add',
      about: 'Makes a customer with its keys, where the operator allows it.',
      request: { email, password: 'correct horse battery', companyName: 'Example' },
      answer: { ...keys, ...done },
    },
    {
      path: '/moas/rest/customer/key',
      about:
        'Gives the keys again for address and password, where the operator allows it. Every refusal is a sentence in plain text, because plugins take every JSON for keys.',
      request: { email, password: 'correct horse battery' },
      answer: { ...keys, ...done },
    },
    {
      path: '/moas/rest/customer/password-reset',
      about: 'Mails a link to choose a new password. The answer is the same when there is no such account.',
      request: { email },
      answer: said('SUCCESS', 'If there is such an account, a link is on its way to it.'),
    },
    {
      path: '/moas/rest/customer/license',
      about: 'Tells how many messages may still be sent today; the rest is what plugins need to read to work.',
      request: { customerId },
      answer: {
        ...{ smsRemaining: 1_000, emailRemaining: 1_000, ivrRemaining: 1_000, noOfUsers: 999_999 },
        ...{ licenseType: 'PREMIUM', licensePlan: 'PREMIUM', licenseExpiry: farOff, supportExpiry: farOff },
        ...done,
      },
    },
    {
      path: '/moas/rest/customer/getapp-secret',
      about: 'Gives the `appSecret` again that `add` and `key` give.',
      request: { customerId },
      answer: { appSecret: '…', ...done },
    },
    {
      path: '/moas/rest/customer/contact-us',
      about: 'Mails a question to who runs this server, if he wants questions. Then the answer is plain text.',
      request: { email, query: 'How do I get a customer key?' },
      answer: 'Query submitted.',
    },
    {
      path: '/moas/api/notify/send',
      about:
        "Mails a note, as plain text, to one of your users by his name, or to your account's address. Mail to the vendor's support goes to who runs this server; every other address is refused.",
      request: { customerKey, email: { toEmail: username, subject: 'Welcome', content: 'Your account is ready.' } },
      answer: said('SUCCESS', 'The mail is on its way.'),
    },
    {
      path: '/moas/rest/mobile/get-timestamp',
      about: 'For callers whose clock is wrong: the number to put into `Timestamp`, as plain text.',
      request: {},
      answer: 1_770_000_000_000,
    },
  ],
}
