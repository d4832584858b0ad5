import type { Group } from '../example.ts'
import { customerKey, done, said, username } from './given.ts'

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

export const users: Group = {
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
}
