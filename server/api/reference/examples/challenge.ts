import type { Group } from '../example.ts'
import { customerKey, done, said, txId } from './given.ts'

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

export const challenge: Group = {
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
}
