import type { MethodId } from '../vocabulary/method.ts'

/** Who works at the made-up company of the demo. Numbers are of the range that is kept for fiction (555-01xx). */

const firstNames =
  'Ada Ben Carla Dmitri Elif Farid Grace Hana Igor Jana Kofi Lena Marco Nadia Omar Priya Quinn Rosa Sam Tomas Uma Victor Wendy Xavier Yara Zoe Amir Bianca Chidi Daria'
const lastNames =
  'Alvarez Brandt Costa Dubois Eriksen Fischer Garcia Haddad Ivanova Jensen Kim Lopez Mbeki Novak Okafor Patel Rossi Silva Tanaka Weber'

export interface DemoPerson {
  readonly username: string
  readonly firstName: string
  readonly lastName: string
  readonly email: string
  readonly phone: string
  readonly method: MethodId
  readonly group: string
  /** Where he usually signs in from. */
  readonly home: Place
  readonly isEnabled: boolean
}

export interface Place {
  readonly city: string
  readonly country: string
  readonly ipAddress: string
}

/** Addresses are of the ranges that are kept for documentation (RFC 5737). */
export const places: readonly Place[] = [
  { city: 'Austin', country: 'US', ipAddress: '198.51.100.21' },
  { city: 'Boston', country: 'US', ipAddress: '198.51.100.54' },
  { city: 'Madrid', country: 'ES', ipAddress: '192.0.2.17' },
  { city: 'Bogotá', country: 'CO', ipAddress: '192.0.2.99' },
]

export const attacker: Place = { city: 'unknown', country: 'ZZ', ipAddress: '203.0.113.66' }

export const groupNames = ['Engineering', 'Sales', 'Finance', 'Support', 'Contractors'] as const

/** Some of everything: those who have something strong, and those who still depend on text messages. */
const methods: readonly MethodId[] = [
  'time-code',
  'message-code',
  'passkey',
  'time-code',
  'message-code',
  'message-link',
  'hardware-token',
  'message-code',
  'time-code',
  'passkey',
]

const peopleCount = 60

export const people: readonly DemoPerson[] = Array.from({ length: peopleCount }, (_, index) => {
  const [first, last] = [firstNames.split(' '), lastNames.split(' ')]
  const firstName = first[index % first.length] ?? 'Ada'
  const lastName = last[(index * 7) % last.length] ?? 'Alvarez'
  const username = `${firstName}.${lastName}${index >= 30 ? '2' : ''}@demo.example`.toLowerCase()
  return {
    username,
    firstName,
    lastName,
    email: username,
    phone: `+1212555${String(100 + index).padStart(4, '0')}`,
    method: methods[index % methods.length] ?? 'message-code',
    group: groupNames[index % groupNames.length] ?? 'Sales',
    home: places[index % places.length] ?? attacker,
    isEnabled: index % 29 !== 28,
  }
})
