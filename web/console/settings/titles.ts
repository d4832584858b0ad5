import { spaced } from '../parts/words.ts'

const titles: Readonly<Record<string, string>> = {
  defaultCountry: 'Default country',
  codeLength: 'Digits of a code',
  codeTtlSeconds: 'Seconds to answer',
  attemptsMax: 'Wrong answers that end a challenge',
  contactEcho: 'How apps see contacts',
  issuer: 'Name in authenticator apps',
  timestampWindowSeconds: 'Seconds a timestamp may be off',
  requireBodySignature: 'Only calls signed over their body',
  language: 'Language',
  notices: 'Notices to users',
  webhookUrl: 'Webhook address',
  webhookSecret: 'Webhook secret',
  allowedCountries: 'Countries that are sent to',
  sendsPerContact10Min: 'To one contact in ten minutes',
  sendsPerContactDay: 'To one contact in a day',
  sendsPerPrefix10Min: 'To neighbouring numbers in ten minutes',
  sendsPerAddress10Min: 'For one IP address in ten minutes',
  messagesPerDay: 'Messages in a day',
  numberMatching: 'Number matching',
  questions: 'Security questions',
  passkeyRpId: 'Domain of passkeys',
  passkeyOrigins: 'Pages that may ask for passkeys',
  passkeyVerification: 'Passkeys recognise their user',
  unsignedStatus: 'Status without a signature',
  isTest: 'Customer to test with',
  providers: 'Gateways',
  smtpUrl: 'Mail server',
  smtpFrom: 'Sender of mails',
  customerSignUp: 'Sites may sign up by themselves',
  customerSignIn: 'Plugins may sign in by password',
  signUpsPerDay: 'Sign-ups in a day',
  supportEmail: 'Address for support',
}

/** What a setting is called on the page; one that came later is called by its name. */
export function settingTitle(name: string): string {
  return titles[name] ?? spaced(name)
}
