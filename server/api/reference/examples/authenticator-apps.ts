import type { Group } from '../example.ts'
import { customerKey, said, txId, username } from './given.ts'

const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'

export const authenticatorApps: Group = {
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
        'Offers a user to pair a phone: its camera reads the QR code and opens the phone app, once, within five minutes. Poll `registration-status` with the `txId` until it says `SUCCESS`.',
      request: { customerKey, username },
      answer: { txId, qrCode: '…', ...said('IN_PROGRESS', 'Scan the QR code with the camera of the phone.') },
    },
    {
      path: '/moas/api/auth/registration-status',
      about: 'Tells how the registration of a phone stands. Browsers may ask it without a signature.',
      request: { txId },
      answer: { txId, ...said('IN_PROGRESS', 'Waiting for the user.') },
    },
  ],
}
