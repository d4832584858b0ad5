import type { Group } from '../example.ts'
import { customerKey, done, username } from './given.ts'

const serial = '2308612345'
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

export const tokens: Group = {
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
}
