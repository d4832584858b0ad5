/** What the schemas do not say of a call: what it is for, and one request with its answer. */
export interface Example {
  readonly path: string
  readonly about: string
  /** `customerKey` is filled in for the reader where it is named. */
  readonly request: Fields
  /** A number: plain text. */
  readonly answer: Readonly<Record<string, unknown>> | number
}

type Plain = string | number | boolean

/** A value of a body: plain, an object of plain ones, or a list of such objects. */
export type Value = Plain | PlainObject | readonly PlainObject[]

type PlainObject = Readonly<Record<string, Plain>>

export type Fields = Readonly<Record<string, Value>>

export interface Group {
  readonly title: string
  readonly calls: readonly Example[]
}

const customerKey = 'customerKey'
const customerId = customerKey
const email = 'admin@example.com'
const keys = { id: 482_913_705, apiKey: '…', token: '…', appSecret: '…', email, phone: '' }
const farOff = '2037-12-31 23:59:59'
const username = 'alice@example.com'
const txId = '60e0e9d3-6cc3-4f43-a4be-4f9f1f4a7d0c'
const passkeyId = '98f1e143466495beda9f551e265578c3'
const phoneId = '0d2e5a0e-5a53-4cde-9d54-8f0a3f6b2c11'
const evaluationId = '0c6f9d1e-5a2b-4c77-9a38-0de1f1a7c5b2'
const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
const serial = '2308612345'
const done = said('SUCCESS', 'Success')
const delivery = {
  channel: 'sms',
  contact: 'xxxxxxxx4567',
  state: 'sent',
  reason: null,
  time: '1770000000000',
  provider: 'carrier',
  receipt: 'delivered',
  tries: [
    {
      provider: 'carrier',
      outcome: 'taken',
      reference: '5f0c2a9e',
      detail: 'DELIVRD',
      time: '1770000000000',
      receipt: 'delivered',
      receiptTime: '1770000004000',
    },
  ],
}
const user = {
  username,
  primaryEmail: username,
  email: username,
  phone: '+15551234567',
  firstName: 'Alice',
  lastName: null,
  authType: 'SMS',
  isEnabled: true,
  creationDttm: 1_770_000_000_000,
}

const token = {
  serial,
  type: 'HOTP',
  digits: 6,
  algorithm: 'SHA1',
  period: null,
  publicId: null,
  state: 'ASSIGNED',
  username,
  isWeak: false,
  lastUsedDttm: 1_770_000_000_000,
  creationDttm: 1_770_000_000_000,
}

const groupsFound = said('SUCCESS', 'Groups retrieved successfully.')
const groupsUpdated = said('SUCCESS', 'Groups updated successfully.')
const builtIn = {
  groupName: 'DEFAULT',
  customerId,
  isDefault: true,
  isCustomerDefault: true,
  isUserInviteEnabled: false,
  numOfUsersInGroup: 14,
}
const staff = {
  groupName: 'Staff',
  customerId,
  isDefault: false,
  creationDttm: 1_770_000_000_000,
  lastUpdatedDttm: 1_770_000_000_000,
  isCustomerDefault: false,
  isUserInviteEnabled: false,
  numOfUsersInGroup: 1,
  groupAttribute1: 'Head office',
}
const membership = {
  primaryEmail: username,
  creationDttm: 1_770_000_000_000,
  lastUpdatedDttm: 1_770_000_000_000,
  groupName: 'Staff',
}

/** Every call, in the order it is read. A new one needs a row here; `test/contract/reference.test.ts` finds the gap. */
export const groups: readonly Group[] = [
  {
    title: 'Challenge and validate',
    calls: [
      {
        path: '/moas/api/auth/challenge',
        about:
          'Asks somebody to prove who he is: sends a code or a link, or gives a `txId` for an authenticator app. A `phone` or `email` can be challenged without being enrolled; a `username` is asked by his own method when `authType` is left out. Keep the `txId`. `PASSKEY` answers with `publicKey` for `navigator.credentials.get`, and with `promptUrl`, a page that asks for you.',
        request: { customerKey, phone: '+15551234567', authType: 'SMS', transactionName: 'Sign in' },
        answer: {
          txId,
          authType: 'SMS',
          responseType: 'CHALLENGE',
          phoneDelivery: { contact: '+15551234567', sendStatus: 'SUCCESS', sendTime: '1770000000000' },
          ...said('SUCCESS', 'Successfully generated.'),
        },
      },
      {
        path: '/moas/api/auth/validate',
        about:
          'Judges the code that the user typed: for the `txId` of a challenge, or, for authenticator apps, for `customerKey` and `username` without one. `SUCCESS` is the only success, and a code succeeds once. A passkey is sent as `assertion` instead of `token`.',
        request: { txId, token: '123456' },
        answer: {
          txId,
          responseType: 'VALIDATE',
          authType: 'SMS',
          ...said('SUCCESS', 'Successfully Validated'),
        },
      },
      {
        path: '/moas/api/auth/auth-status',
        about:
          'Tells how a transaction stands: `IN_PROGRESS`, `SUCCESS`, `DENIED`, `FAILED`, or `ERROR` once it has expired. Browsers may ask without a signature. Poll it every second or two while a user decides by a link.',
        request: { txId },
        answer: { txId, ...said('IN_PROGRESS', 'Waiting for the user.') },
      },
      {
        path: '/moas/api/auth/delivery-status',
        about:
          'Tells what became of the messages of a transaction: `sending`, `sent` or `failed`, with every try and, where the gateway reports later, its receipt (`delivered` or `failed`). The list is empty for an authenticator app, which gets no message.',
        request: { txId },
        answer: { txId, deliveries: [delivery], ...done },
      },
    ],
  },
  {
    title: 'Authenticator apps',
    calls: [
      {
        path: '/moas/api/auth/google-auth-secret',
        about:
          'Makes a secret for an authenticator app and the QR code that it scans; a user who does not exist is created. The secret counts once a code made with it was confirmed.',
        request: { customerKey, username, authenticatorName: 'My site' },
        answer: {
          txID: txId,
          txId,
          responseType: 'GOOGLE_AUTHENTICATOR',
          qrCodeData: '/9j/4AAQSkZJRgABAQ… (JPEG in base64)',
          secret,
          otpauthUri: `otpauth://totp/My%20site:alice%40example.com?secret=${secret}&issuer=My%20site&algorithm=SHA1&digits=6&period=30`,
          ...said('SUCCESS', 'Please scan the QR code from your Authenticator app.'),
        },
      },
      {
        path: '/moas/api/auth/validate-google-auth-secret',
        about:
          'Confirms a secret by a code that the app made with it. From then on `validate` takes the codes of this app; older clients call this one at every login instead. `token` may be called `otpToken`.',
        request: { customerKey, username, secret, token: '123456' },
        answer: {
          txID: txId,
          txId,
          responseType: 'GOOGLE_AUTHENTICATOR',
          ...said('SUCCESS', 'Successfully Validated'),
        },
      },
      {
        path: '/moas/api/auth/register',
        about:
          'Registers a method in one call, as most plugins do. For an authenticator app: the `secret` of google-auth-secret and a code made with it; the answer is `SUCCESS` or `FAILED`.',
        request: { customerKey, username, registrationType: 'GOOGLE AUTHENTICATOR', secret, token: '123456' },
        answer: { txId, ...said('SUCCESS', 'Successfully Validated') },
      },
      {
        path: '/moas/api/auth/register-mobile',
        about:
          'Begins to register a phone. There is no phone app yet: the QR code leads to a page that says so, and the registration ends by itself after five minutes.',
        request: { customerKey, username },
        answer: { txId, qrCode: '…', ...said('IN_PROGRESS', 'Waiting for the phone. There is no app for it yet.') },
      },
      {
        path: '/moas/api/auth/registration-status',
        about: 'Tells how the registration of a phone stands. Browsers may ask it without a signature.',
        request: { txId },
        answer: { txId, ...said('IN_PROGRESS', 'Waiting for the user.') },
      },
    ],
  },
  {
    title: 'Hardware tokens',
    calls: [
      {
        path: '/moas/api/admin/tokens/import',
        about:
          "Imports tokens from a maker's file: OATH CSV, PSKC (RFC 6030, plain or encrypted) or Yubico CSV. Every row that cannot be taken is told with its reason; `dryRun` tells what would come of it.",
        request: { customerKey, file: `${serial},3132333435363738393031323334353637383930,HOTP,6`, dryRun: false },
        answer: { format: 'oath-csv', dryRun: false, added: 1, refused: 0, weak: [], errors: [], ...done },
      },
      {
        path: '/moas/api/admin/tokens/list',
        about: 'Lists tokens by serial number, with their state and who has them; never their seeds.',
        request: { customerKey, offset: 0, limit: 100 },
        answer: { tokens: [token], total: 1, ...done },
      },
      {
        path: '/moas/api/admin/tokens/assign',
        about: 'Gives a token that nobody has to a user. From then on `validate` takes its codes as `HARDWARE TOKEN`.',
        request: { customerKey, serial, username },
        answer: { serial, username, ...done },
      },
      {
        path: '/moas/api/admin/tokens/unassign',
        about: 'Takes a token back. It remembers where its counter is, so that no old code works in another hand.',
        request: { customerKey, serial },
        answer: { serial, username: null, ...done },
      },
      {
        path: '/moas/api/admin/tokens/disable',
        about: 'Refuses the codes of a token, as when it is lost; it stays with its user.',
        request: { customerKey, serial },
        answer: { serial, username, ...done },
      },
      {
        path: '/moas/api/admin/tokens/enable',
        about: 'Takes the codes of a disabled token again.',
        request: { customerKey, serial },
        answer: { serial, username, ...done },
      },
      {
        path: '/moas/api/admin/tokens/resync',
        about:
          'Finds an assigned token again that was touched too often or whose clock is off, by two codes that it shows one after the other. Both are used up; wrong pairs are counted and lock.',
        request: { customerKey, serial, token: '755224', nextToken: '287082' },
        answer: { serial, username, ...done },
      },
      {
        path: '/moas/api/admin/tokens/export',
        about:
          'Gives tokens with their seeds as PSKC, encrypted by `preSharedKey` (AES) or `password` (PBKDF2); in plain text only with `plain`.',
        request: { customerKey, password: 'correct horse battery staple' },
        answer: { file: '<?xml version="1.0" encoding="UTF-8"?>…', exported: 1, total: 1, ...done },
      },
    ],
  },
  {
    title: 'Recovery',
    calls: [
      {
        path: '/moas/api/auth/recovery-codes',
        about:
          'Makes ten codes that the user keeps for the day when nothing else is at hand. Show them once: nobody can read them again, and those he had before end. `validate` takes each of them once, with the `authType` `RECOVERY CODE`.',
        request: { customerKey, username },
        answer: { username, recoveryCodes: ['7K2PX-9QDMB', 'C4VNA-60HTR'], ...done },
      },
    ],
  },
  {
    title: 'Passkeys and security keys',
    calls: [
      {
        path: '/moas/api/auth/passkey-registration',
        about:
          'Makes a link by which a user sets up a passkey on the device he opens it with: once, within an hour. Show it to him where he is signed in. `auth-status` with its `txId` says `SUCCESS` when he has done it; that is not a sign-in.',
        request: { customerKey, username, sendEmail: false },
        answer: {
          txId,
          username,
          link: `https://mfa.example.com/passkey/${txId}/eW91IGFyZSBjdXJpb3VzLCBhbmQgdGhhdCBpcyBmaW5l`,
          expiresAt: 1_770_003_600_000,
          ...said('SUCCESS', 'Show the link to the user. It works once, for an hour.'),
        },
      },
      {
        path: '/moas/api/auth/passkeys',
        about: 'Lists the passkeys of a user by the names he gave them, the oldest first. Times are in milliseconds.',
        request: { customerKey, username },
        answer: {
          username,
          passkeys: [{ passkeyId, name: 'My phone', addedAt: 1_770_000_000_000, lastUsedAt: 1_770_000_600_000 }],
          ...done,
        },
      },
      {
        path: '/moas/api/auth/passkey-removal',
        about: 'Removes one passkey, for example of a lost phone. The user is told.',
        request: { customerKey, username, passkeyId },
        answer: { username, ...done },
      },
    ],
  },
  {
    title: 'Phones of users',
    calls: [
      {
        path: '/moas/api/auth/phones',
        about: 'Lists the phones that a user paired by `register-mobile`, the oldest first. Times are in milliseconds.',
        request: { customerKey, username },
        answer: {
          username,
          phones: [{ phoneId, name: 'My phone', addedAt: 1_770_000_000_000, lastUsedAt: 1_770_000_600_000 }],
          ...done,
        },
      },
      {
        path: '/moas/api/auth/phone-removal',
        about:
          'Removes one phone, for example a lost one: it is refused at once, with its soft token. The user is told.',
        request: { customerKey, username, phoneId },
        answer: { username, ...done },
      },
    ],
  },
  {
    title: 'Voices',
    calls: [
      {
        path: '/moas/api/auth/voice-registration',
        about:
          'Makes a link by which a user sets up his voice on a device with a microphone: once, within an hour. Show it to him where he is signed in. `auth-status` with its `txId` says `SUCCESS` when he has done it; that is not a sign-in.',
        request: { customerKey, username, sendEmail: false },
        answer: {
          txId,
          username,
          link: `https://mfa.example.com/voice/${txId}/eW91IGFyZSBjdXJpb3VzLCBhbmQgdGhhdCBpcyBmaW5l`,
          expiresAt: 1_770_003_600_000,
          ...said('SUCCESS', 'Show the link to the user. It works once, for an hour.'),
        },
      },
      {
        path: '/moas/api/auth/voice-removal',
        about: 'Erases what is kept of a voice. The user is told.',
        request: { customerKey, username },
        answer: { username, ...said('SUCCESS', 'Nothing is kept of his voice.') },
      },
    ],
  },
  {
    title: 'Users',
    calls: [
      {
        path: '/moas/api/admin/users/create',
        about: 'Adds a user, with his contacts and the method he is asked by when a challenge names none.',
        request: { customerKey, username, phone: '+15551234567', firstName: 'Alice', authType: 'SMS' },
        answer: { username, ...done },
      },
      {
        path: '/moas/api/admin/users/search',
        about: 'Tells whether a user exists: `USER_FOUND`, `USER_NOT_FOUND`, or `USER_FOUND_UNDER_DIFFERENT_CUSTOMER`.',
        request: { customerKey, username },
        answer: said('USER_FOUND', 'The user was found.'),
      },
      {
        path: '/moas/api/admin/users/get',
        about: 'Gives one user with his contacts and his method; `authType` is `NONE` when he has chosen none.',
        request: { customerKey, username },
        answer: {
          username,
          email: username,
          phone: '+15551234567',
          authType: 'SMS',
          recoveryCodesLeft: 10,
          users: [user],
          ...done,
        },
      },
      {
        path: '/moas/api/admin/users/getall',
        about: 'Lists users a batch at a time. `nextBatch` is the number to ask for next, or −1 after the last batch.',
        request: { customerKey, batchNo: 1, batchSize: 100 },
        answer: { users: [user], fetchedCount: 1, nextBatch: -1, ...done },
      },
      {
        path: '/moas/api/admin/users/update',
        about:
          'Changes what is sent and leaves the rest. Another `email` also becomes the name. The user is told of it at his old contact.',
        request: { customerKey, username, phone: '+15557654321' },
        answer: { username, ...done },
      },
      {
        path: '/moas/api/admin/users/disable',
        about: 'Refuses a user: he is neither challenged nor validated until he is enabled again.',
        request: { customerKey, username },
        answer: { username, ...done },
      },
      {
        path: '/moas/api/admin/users/enable',
        about: 'Lets a disabled user in again.',
        request: { customerKey, username },
        answer: { username, ...done },
      },
      {
        path: '/moas/api/admin/users/delete',
        about: 'Removes a user with everything that belongs to him.',
        request: { customerKey, username },
        answer: { username, ...done },
      },
    ],
  },
  {
    title: 'Groups',
    calls: [
      {
        path: '/moas/api/admin/groups/getall',
        about:
          'Lists groups a batch at a time, the group `DEFAULT` first. `nextBatch` is the number to ask for next, or −1 after the last batch.',
        request: { customerKey, batchSize: 100, batchNo: 1 },
        answer: { customerId, ...groupsFound, groups: [builtIn, staff], fetchedCount: 2, nextBatch: -1 },
      },
      {
        path: '/moas/api/admin/groups/update',
        about:
          'Adds groups, and changes those that are there, by `groupName`. New users join the one group that is the default. One bad group, and nothing is done.',
        request: { customerKey, groups: [{ groupName: 'Staff', isDefault: 'false', groupAttribute1: 'Head office' }] },
        answer: { customerId, ...groupsUpdated },
      },
      {
        path: '/moas/api/admin/groups/members/update',
        about:
          'Puts users into a group; with `action` `remove` they leave it. One that is not there, and nothing is done.',
        request: {
          customerKey,
          groupName: 'Staff',
          users: [{ primaryEmail: username }, { primaryEmail: 'bob@example.com', action: 'remove' }],
        },
        answer: { customerId, ...groupsUpdated },
      },
      {
        path: '/moas/api/admin/groups/members',
        about: 'Lists who is in which group, a batch at a time. The group `DEFAULT` is left out.',
        request: { customerKey, batchSize: 100, batchNo: 1 },
        answer: { customerId, ...groupsFound, groupDetails: [membership], fetchedCount: 1, nextBatch: -1 },
      },
    ],
  },
  {
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
        about: 'Mails a question to who runs this server, if he wants questions.',
        request: { email, query: 'How do I get a customer key?' },
        answer: done,
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
  },
  {
    title: 'Risk',
    calls: [
      {
        path: '/moas/api/risk/session',
        about:
          'Opens a session for a page of yours that uses the browser SDK, once the password was right. Put it into the page: `<meta name="countersign-session" content="…">`. See docs/adaptive.md.',
        request: { username, origin: 'https://www.example.com' },
        answer: { session: '…', expiresAt: 1_770_000_300_000, ...said('SUCCESS', 'Hand the session to the page.') },
      },
      {
        path: '/moas/api/risk/redeem',
        about:
          'Redeems the `resultToken` that the page brought: only `SUCCESS` means that the user of the session may go on.',
        request: { username, resultToken: 'DaQzQ2cBvz1fZwAS9bZkLC3nGx0gPjAlwXQd1nq1Kx4' },
        answer: {
          ...{ username, action: 'sign-in', origin: 'https://www.example.com', evaluationId },
          ...{ decision: 'WAIT_FOR_INPUT', riskScore: 42, method: 'message-code', txId, at: 1_770_000_000_000 },
          ...said('SUCCESS', 'The result is genuine and was not redeemed before.'),
        },
      },
      {
        path: '/moas/api/risk/evaluate',
        about:
          'Weighs a sign-in by what your server knows of it. Show `findings` to your help desk, never to the user.',
        request: { username, ipAddress: '203.0.113.9', userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0' },
        answer: {
          ...{ username, evaluationId, riskScore: 70 },
          findings: [{ rule: 'new-country', points: 25, because: 'First sign-in from Portugal.' }],
          ...{ unenforced: 'WAIT_FOR_INPUT', obligationType: 'SMS', obligationTypes: ['SMS', 'EMAIL', 'KBA'] },
          ...said('WAIT_FOR_INPUT', 'Challenge the user.'),
        },
      },
      {
        path: '/moas/api/risk/feedback',
        about: 'Tells what became of a sign-in, such as that the user did not do it.',
        request: { evaluationId, feedback: 'not-me' },
        answer: done,
      },
      {
        path: '/moas/api/risk/devices',
        about: 'Lists the devices that a user had remembered.',
        request: { username },
        answer: {
          username,
          devices: [
            {
              ...{ deviceId: evaluationId, name: 'Chrome on Windows', addedAt: 1_769_000_000_000 },
              ...{ lastUsedAt: 1_770_000_000_000, trustedUntil: 1_772_592_000_000 },
            },
          ],
          ...done,
        },
      },
      {
        path: '/moas/api/risk/device-removal',
        about: 'Forgets a device: it is asked for a second factor again.',
        request: { username, deviceId: evaluationId },
        answer: { username, ...done },
      },
      {
        path: '/moas/rest/rba/acs',
        about:
          "As miniOrange's adaptive plugins call it, with what their script collected: `attributes`, each with `attrName` and `attrValue`.",
        request: { customerKey, userKey: username },
        answer: { sessionUuid: evaluationId, ...done },
      },
      {
        path: '/moas/rest/rba/evaluate-risk',
        about: 'Whether that user may go on: `SUCCESS`, `WAIT_FOR_INPUT` or `DENY`.',
        request: { customerKey, appSecret: '…', userKey: username, sessionUuid: evaluationId },
        answer: said('WAIT_FOR_INPUT', 'Challenge the user.'),
      },
      {
        path: '/moas/rest/rba/register-profile',
        about: 'The user has proved himself to your site, and wants this device to be remembered.',
        request: { customerKey, userKey: username, sessionUuid: evaluationId },
        answer: said('SUCCESS', 'The profile was registered.'),
      },
    ],
  },
]

/** How it went, and the same again under the names that older clients read. */
function said(status: string, message: string) {
  return { status, message, statusCode: status, statusMessage: message }
}
