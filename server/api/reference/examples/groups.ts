import type { Group } from '../example.ts'
import { customerId, customerKey, said, username } from './given.ts'

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

export const groups: Group = {
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
}
