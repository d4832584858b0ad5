import type { Answer } from '../vocabulary/answer.ts'
import type { Customer } from '../vocabulary/customer.ts'

/** What becomes of a challenge to a magic contact, whoever is asked. */
export type Fate = 'delivered' | 'undelivered' | 'expired' | 'locked' | 'approved' | 'denied'

/** A phone number of a test customer that ends so. */
const phoneFates: ReadonlyMap<string, Fate> = new Map([
  ['0001', 'delivered'],
  ['0002', 'undelivered'],
  ['0003', 'expired'],
  ['0004', 'locked'],
])

/** An address of a test customer that is asked for a decision. */
const addressFates: ReadonlyMap<string, Fate> = new Map([
  ['approve@test.example', 'approved'],
  ['deny@test.example', 'denied'],
  ['timeout@test.example', 'expired'],
])

/** Every code of a test customer begins so. */
const testDigits = '12345678'

export interface Asked {
  readonly answeredBy: Answer['kind']
  /** A message goes to the phone. */
  readonly isByPhone: boolean
  readonly phone: string | null
  readonly email: string | null
}

/** The fixed outcome of a magic contact; undefined for every other contact, and for every customer that is real. */
export function fateOf({ settings }: Customer, { answeredBy, isByPhone, phone, email }: Asked): Fate | undefined {
  if (!settings.isTest) return undefined
  const byAddress = answeredBy === 'decision' && email !== null ? addressFates.get(email.toLowerCase()) : undefined
  return byAddress ?? (isByPhone && phone !== null ? phoneFates.get(phone.slice(-4)) : undefined)
}

/** Whether a test customer's message reaches this contact; every other contact takes everything. */
export function isDeliverable(contact: string): boolean {
  return phoneFates.get(contact.slice(-4)) !== 'undelivered'
}

/** A code that whoever writes a test knows beforehand. */
export function testCode(digits: number): string {
  return testDigits.slice(0, digits)
}
