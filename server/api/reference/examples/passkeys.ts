import type { Group } from '../example.ts'
import { customerKey, done, said, txId, username } from './given.ts'

const passkeyId = '98f1e143466495beda9f551e265578c3'

export const passkeys: Group = {
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
}
