import type { FileProblem, RowProblem } from './problems.ts'
import { type Lock, lockOf, readValue, type Unlock } from './pskc-lock.ts'
import { type RowError, readOath, readSerial, readYubikey, rowError, type TokenFile, type TokenRow } from './rows.ts'
import { childOf, type Element, readXml } from './xml.ts'

type Kind = 'HOTP' | 'TOTP' | 'YUBIKEY'

/** By the end of the algorithm's URI: vendors still write those of the drafts. */
const kinds: readonly (readonly [end: RegExp, kind: Kind])[] = [
  [/[:#]hotp$/i, 'HOTP'],
  [/[:#]totp$/i, 'TOTP'],
  [/^http:\/\/www\.yubico\.com\/#yubikey-aes$/, 'YUBIKEY'],
]

/**
 * PSKC (RFC 6030): seeds in XML, plain or encrypted by a pre-shared key or a password. Policies and signatures are not
 * read; a value that is encrypted must have its MAC.
 */
export async function readPskc(text: string, unlock: Unlock): Promise<TokenFile | FileProblem> {
  const container = readXml(text)
  if (typeof container === 'string') return container
  if (container.name !== 'KeyContainer') return 'not-pskc'
  const lock = await lockOf(container, unlock)
  if (typeof lock === 'string') return lock
  const rows: TokenRow[] = []
  const errors: RowError[] = []
  const packages = container.children.filter(({ name }) => name === 'KeyPackage')
  for (const [index, one] of packages.entries()) {
    const serial = serialOf(one)
    const read = readPackage(one, serial, lock)
    if (typeof read === 'string') errors.push(rowError(index + 1, serial, read))
    else rows.push({ row: index + 1, ...read })
  }
  return { rows, errors }
}

/** What is printed on the token; the id of its key where the maker gave no more. */
function serialOf(one: Element): string {
  return childOf(one, 'DeviceInfo', 'SerialNo')?.text || childOf(one, 'Key')?.attributes.get('Id') || ''
}

function readPackage(one: Element, serialText: string, lock: Lock | null): Omit<TokenRow, 'row'> | RowProblem {
  const serial = readSerial(serialText)
  if (typeof serial === 'string') return serial
  const key = childOf(one, 'Key')
  const algorithm = key?.attributes.get('Algorithm') ?? ''
  const kind = kinds.find(([end]) => end.test(algorithm))?.[1]
  if (!key || !kind) return 'bad-type'
  const value = readValue(childOf(key, 'Data', 'Secret'), lock)
  if (typeof value === 'string') return value
  const rest = kind === 'YUBIKEY' ? readYubikeyRest(key, value) : readOathRest(key, kind, value)
  return typeof rest === 'string' ? rest : { ...serial, ...rest }
}

type Rest = Pick<TokenRow, 'seed' | 'lastStep'> | RowProblem

function readOathRest(key: Element, type: Exclude<Kind, 'YUBIKEY'>, value: Buffer): Rest {
  const format = childOf(key, 'AlgorithmParameters', 'ResponseFormat')?.attributes
  if (format && (format.get('Encoding') !== 'DECIMAL' || format.get('CheckDigits') === 'true')) return 'bad-digits'
  const plain = (name: string) => childOf(key, 'Data', name, 'PlainValue')?.text ?? ''
  const isHidden = childOf(key, 'Data', 'Counter', 'EncryptedValue') !== undefined
  if (isHidden && type === 'HOTP') return 'bad-counter'
  return readOath(value, {
    type,
    digits: format?.get('Length') ?? '',
    algorithm: childOf(key, 'AlgorithmParameters', 'Suite')?.text ?? '',
    counter: plain('Counter'),
    period: plain('TimeInterval'),
  })
}

/** As Yubico's personalisation tool writes it: both identities stand in the key's `UserId`. */
function readYubikeyRest(key: Element, value: Buffer): Rest {
  const user = childOf(key, 'UserId')?.text ?? ''
  const publicId = /\bCN=(\w*)/.exec(user)?.[1] ?? ''
  const privateId = /\bUID=(\w*)/.exec(user)?.[1] ?? ''
  const seed = readYubikey(publicId, privateId, value.toString('hex'))
  const counter = childOf(key, 'Data', 'Counter', 'PlainValue')?.text ?? ''
  if (!/^[0-9]{0,12}$/.test(counter)) return 'bad-counter'
  return typeof seed === 'string' ? seed : { seed, lastStep: Number(counter) - 1 }
}
