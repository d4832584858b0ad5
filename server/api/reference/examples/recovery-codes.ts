import type { Group } from '../example.ts'
import { customerKey, done, username } from './given.ts'

export const recoveryCodes: Group = {
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
}
