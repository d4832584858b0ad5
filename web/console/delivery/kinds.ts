import type { ProviderRow } from '../../../contract/console/delivery.ts'
import type { Via } from '../../../contract/console/words.ts'

export interface ProviderField {
  readonly name: string
  readonly label: string
  readonly about?: string
  readonly placeholder?: string
  readonly isSecret?: true
  readonly isOptional?: true
  readonly kind?: 'number' | 'boolean' | 'json' | 'lines'
}

export interface ProviderKind {
  readonly label: string
  readonly via: readonly Via[]
  readonly fields: readonly ProviderField[]
}

const from: ProviderField = { name: 'from', label: 'Sender', placeholder: '+15551234567' }

/** The kinds of gateways and what each wants to know. */
export const providerKinds = {
  twilio: {
    label: 'Twilio, or one like it',
    via: ['sms', 'call'],
    fields: [
      { name: 'accountSid', label: 'Account SID', placeholder: 'AC…' },
      { name: 'authToken', label: 'Auth token', isSecret: true },
      from,
      { name: 'baseUrl', label: 'Address', placeholder: 'https://api.twilio.com', isOptional: true },
    ],
  },
  smpp: {
    label: 'SMPP: a carrier',
    via: ['sms'],
    fields: [
      { name: 'host', label: 'Host', placeholder: 'smpp.example.com' },
      { name: 'port', label: 'Port', placeholder: '2775', kind: 'number' },
      { name: 'isTls', label: 'With TLS', kind: 'boolean' },
      { name: 'systemId', label: 'System id' },
      { name: 'password', label: 'Password', isSecret: true },
      { name: 'systemType', label: 'System type', isOptional: true },
      { name: 'source', label: 'Sender', about: 'A number, or up to eleven letters.', placeholder: 'ACME' },
    ],
  },
  http: {
    label: 'HTTP: any other gateway',
    via: ['sms', 'call'],
    fields: [
      { name: 'method', label: 'Method', placeholder: 'POST' },
      {
        name: 'url',
        label: 'Address',
        about: '{to}, {text} and {from} are filled in.',
        placeholder: 'https://gateway.example/send?to={to}',
        isSecret: true,
      },
      {
        name: 'headers',
        label: 'Headers',
        about: 'As JSON.',
        placeholder: '{"authorization":"Bearer …"}',
        isSecret: true,
        isOptional: true,
        kind: 'json',
      },
      {
        name: 'body',
        label: 'Body',
        placeholder: '{"to":"{to}","text":"{text}"}',
        isSecret: true,
        isOptional: true,
        kind: 'lines',
      },
      { ...from, isOptional: true },
      { name: 'successPattern', label: 'Taken when the answer matches', isOptional: true },
      { name: 'referencePattern', label: 'Its id of the message, the first group of', isOptional: true },
    ],
  },
  smtp: {
    label: 'SMTP: a mail server',
    via: ['email'],
    fields: [
      { name: 'url', label: 'Address', placeholder: 'smtp://user:password@mail.example:587', isSecret: true },
      { name: 'from', label: 'Sender', placeholder: 'ACME <no-reply@example.com>' },
    ],
  },
} as const satisfies Record<ProviderRow['type'], ProviderKind>
