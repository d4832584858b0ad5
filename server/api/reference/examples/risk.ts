import type { Group } from '../example.ts'
import { customerKey, done, said, txId, username } from './given.ts'

const evaluationId = '0c6f9d1e-5a2b-4c77-9a38-0de1f1a7c5b2'

export const risk: Group = {
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
      about: 'Weighs a sign-in by what your server knows of it. Show `findings` to your help desk, never to the user.',
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
}
