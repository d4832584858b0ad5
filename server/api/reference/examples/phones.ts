import type { Group } from '../example.ts'
import { customerKey, done, username } from './given.ts'

const phoneId = '0d2e5a0e-5a53-4cde-9d54-8f0a3f6b2c11'

export const phones: Group = {
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
      about: 'Removes one phone, for example a lost one: it is refused at once, with its soft token. The user is told.',
      request: { customerKey, username, phoneId },
      answer: { username, ...done },
    },
  ],
}
