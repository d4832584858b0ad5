import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min'

const emailLengthMax = 254

/** A phone number in E.164, read by the customer's country when it has no country code; undefined when it is none. */
export function readPhone(text: string, defaultCountry: string): string | undefined {
  if (!isSupportedCountry(defaultCountry)) return undefined
  const given = text.trim()
  const number = parsePhoneNumberFromString(given, {
    defaultCountry: defaultCountry as CountryCode,
    extract: false,
  })
  // "Possible" and not "valid": numbering plans change faster than the library, and the network has the last word.
  if (number?.isPossible()) return number.ext ? undefined : number.number
  return writtenWithoutPlus(given)
}

/** Many clients send `919876543210`. Twelve digits at least: a number of one's own with a digit too many is shorter. */
function writtenWithoutPlus(text: string): string | undefined {
  const number = /^[1-9][0-9]{11,14}$/.test(text) ? parsePhoneNumberFromString(`+${text}`) : undefined
  return number?.isValid() ? number.number : undefined
}

/** The countries a number can belong to: one, or all that share its code when the number alone does not tell. */
export function countryOf(phone: string): readonly string[] {
  const number = parsePhoneNumberFromString(phone)
  if (!number) return []
  return number.country ? [number.country] : number.getPossibleCountries()
}

/** Country code and the next four digits, as `+1 5551` of `+15551234567`: numbers that were probably given out together. */
export function prefixOf(phone: string): string | null {
  const number = parsePhoneNumberFromString(phone)
  return number ? `+${number.countryCallingCode} ${number.nationalNumber.slice(0, 4)}` : null
}

/**
 * An e-mail address as one person's mailbox is written: trimmed, the domain in lower case; undefined when it is none.
 * `ﬁ` before the `@` is read as `fi`, as in a name: else mail for `fiona@…` could be led to the mailbox `ﬁona@…`.
 */
export function readEmail(text: string): string | undefined {
  const trimmed = text.trim()
  const at = trimmed.lastIndexOf('@')
  if (at < 0 || trimmed.length > emailLengthMax) return undefined
  const plain = trimmed.slice(0, at).normalize('NFKC') + trimmed.slice(at)
  if (plain.length > emailLengthMax || plain.includes('=?')) return undefined
  const match = /^([^\s@"(),:;<>[\\\]%!\p{C}]{1,64})@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*)$/u.exec(plain)
  return match ? `${match[1]}@${match[2]?.toLowerCase()}` : undefined
}

/** One key for all spellings of an address, for counting: mailboxes are told apart by case nowhere in practice. */
export function foldEmail(email: string): string {
  return email.normalize('NFKC').toLowerCase()
}

/** One key for all spellings of a user's name. */
export function foldUsername(username: string): string {
  return username.normalize('NFKC').trim().toLowerCase()
}

/** `+15551234567` as `xxxxxxxx4567`: enough to recognise one's own number. */
export function maskPhone(phone: string): string {
  return phone.slice(0, -4).replace(/./g, 'x') + phone.slice(-4)
}

/** `alice@example.com` as `axxxx@example.com`. */
export function maskEmail(email: string): string {
  const [local = '', domain = ''] = email.split('@')
  return `${[...local][0] ?? ''}${'x'.repeat(Math.max(local.length - 1, 3))}@${domain}`
}
