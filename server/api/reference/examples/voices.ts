import type { Group } from '../example.ts'
import { customerKey, said, txId, username } from './given.ts'

export const voices: Group = {
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
}
