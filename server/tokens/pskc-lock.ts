import { decryptCbc, keyOfPassword, type MacAlgorithm, macOf } from '../security/cbc.ts'
import { same } from '../security/digest.ts'
import type { FileProblem, RowProblem } from './problems.ts'
import { childOf, type Element } from './xml.ts'

// How PSKC protects its values (RFC 6030 section 6).

/** What opens an encrypted file: a pre-shared key or a password. */
export interface Unlock {
  readonly key: Uint8Array | null
  readonly password: string | null
}

/** About a second of work; RFC 6030's example has 1,000, today's advice is 600,000. */
const iterationsMax = 2_000_000

/** By the URI of the algorithm: the bytes of its key. */
const ciphers: ReadonlyMap<string, number> = new Map([
  ['http://www.w3.org/2001/04/xmlenc#aes128-cbc', 16],
  ['http://www.w3.org/2001/04/xmlenc#aes192-cbc', 24],
  ['http://www.w3.org/2001/04/xmlenc#aes256-cbc', 32],
])

const keyLengths = new Set(ciphers.values())

const macs: ReadonlyMap<string, MacAlgorithm> = new Map([
  ['http://www.w3.org/2000/09/xmldsig#hmac-sha1', 'sha1'],
  ['http://www.w3.org/2001/04/xmldsig-more#hmac-sha256', 'sha256'],
  ['http://www.w3.org/2001/04/xmldsig-more#hmac-sha384', 'sha384'],
  ['http://www.w3.org/2001/04/xmldsig-more#hmac-sha512', 'sha512'],
])

/** The random functions of PBKDF2, by the last word of their URI. */
const randomFunctions: ReadonlyMap<string, MacAlgorithm> = new Map([
  ['', 'sha1'],
  ['id-hmacwithsha1', 'sha1'],
  ['hmac-sha1', 'sha1'],
  ['hmac-sha256', 'sha256'],
  ['hmac-sha384', 'sha384'],
  ['hmac-sha512', 'sha512'],
])

/** What opens the values of one file. */
export interface Lock {
  readonly key: Uint8Array
  readonly mac: { readonly algorithm: MacAlgorithm; readonly key: Uint8Array } | null
}

/** The lock of a file; null when nothing in it is encrypted. */
export async function lockOf(container: Element, unlock: Unlock): Promise<Lock | null | FileProblem> {
  const encryption = childOf(container, 'EncryptionKey')
  if (!encryption) return null
  const key = await encryptionKey(encryption, unlock)
  if (typeof key === 'string') return key
  const method = childOf(container, 'MACMethod')
  if (!method) return { key, mac: null }
  const algorithm = macs.get(method.attributes.get('Algorithm') ?? '')
  if (!algorithm) return 'bad-encryption'
  const sealedKey = childOf(method, 'MACKey')
  if (!sealedKey) return { key, mac: { algorithm, key } } // section 6.1.1
  const bytes = cipherBytes(sealedKey)
  if (!bytes) return 'bad-encryption'
  if (bytes.keyBytes !== key.length) return 'bad-key-length'
  const macKey = decryptCbc(key, bytes.sealed)
  return macKey && macKey.length > 0 ? { key, mac: { algorithm, key: macKey } } : 'wrong-key'
}

async function encryptionKey(encryption: Element, { key, password }: Unlock): Promise<Uint8Array | FileProblem> {
  const derived = childOf(encryption, 'DerivedKey')
  if (derived) return password === null ? 'needs-password' : derivedKey(derived, password)
  if (!childOf(encryption, 'KeyName')) return 'bad-encryption'
  if (key === null) return 'needs-key'
  return keyLengths.has(key.length) ? key : 'bad-key-length'
}

/** Section 6.2. */
async function derivedKey(derived: Element, password: string): Promise<Uint8Array | FileProblem> {
  const method = childOf(derived, 'KeyDerivationMethod')
  const parameters = childOf(method, 'PBKDF2-params')
  if (!method?.attributes.get('Algorithm')?.endsWith('#pbkdf2') || !parameters) return 'bad-encryption'
  const salt = fromBase64(childOf(parameters, 'Salt', 'Specified')?.text ?? '')
  const count = childOf(parameters, 'IterationCount')?.text ?? ''
  const bytes = Number(childOf(parameters, 'KeyLength')?.text ?? 16)
  const named = childOf(parameters, 'PRF')?.attributes.get('Algorithm') ?? ''
  const algorithm = randomFunctions.get(named.toLowerCase().replace(/^.*[#:/]/, ''))
  if (!salt || !algorithm || !keyLengths.has(bytes)) return 'bad-encryption'
  if (!/^[1-9][0-9]*$/.test(count)) return 'bad-encryption'
  if (Number(count) > iterationsMax) return 'too-many-iterations'
  return keyOfPassword(password, { salt, iterations: Number(count), bytes, algorithm })
}

/** The value of a secret: plain, or encrypted and then only with a MAC that is right. */
export function readValue(secret: Element | undefined, lock: Lock | null): Buffer | RowProblem {
  const plain = childOf(secret, 'PlainValue')
  if (plain) return fromBase64(plain.text) ?? 'bad-secret'
  const encrypted = childOf(secret, 'EncryptedValue')
  if (!encrypted) return 'bad-secret'
  const bytes = cipherBytes(encrypted)
  if (!bytes || !lock || bytes.keyBytes !== lock.key.length) return 'bad-cipher'
  const mac = fromBase64(childOf(secret, 'ValueMAC')?.text ?? '')
  if (!mac || !lock.mac) return 'no-mac'
  if (!same(mac, macOf(lock.mac.algorithm, lock.mac.key, bytes.sealed))) return 'bad-mac'
  return decryptCbc(lock.key, bytes.sealed) ?? 'bad-mac'
}

function cipherBytes(from: Element): { readonly keyBytes: number; readonly sealed: Buffer } | undefined {
  const keyBytes = ciphers.get(childOf(from, 'EncryptionMethod')?.attributes.get('Algorithm') ?? '')
  const sealed = fromBase64(childOf(from, 'CipherData', 'CipherValue')?.text ?? '')
  return keyBytes && sealed ? { keyBytes, sealed } : undefined
}

function fromBase64(text: string): Buffer | undefined {
  const bare = text.replaceAll(/\s/g, '')
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(bare) && bare !== ''
    ? Buffer.from(bare, 'base64')
    : undefined
}
