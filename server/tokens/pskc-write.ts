import { encryptCbc, keyOfPassword, macOf } from '../security/cbc.ts'
import { randomSecret } from '../security/random.ts'
import type { Token } from '../vocabulary/token.ts'
import { escapeXml } from './xml.ts'

/** How a file of seeds is protected; `null`: not at all. */
export type Protection = { readonly key: Uint8Array } | { readonly password: string } | null

const iterations = 600_000
const saltBytes = 16
const macKeyBytes = 32
const passwordKeyBytes = 32

/** PSKC (RFC 6030) with AES-CBC and HMAC-SHA-256; the next counter goes along, so that no code works twice. */
export async function writePskc(
  tokens: readonly Pick<Token, 'serial' | 'seed' | 'lastStep'>[],
  protection: Protection,
): Promise<string> {
  const locked = protection && (await lock(protection))
  const packages = tokens.map((token) => keyPackage(token, locked?.write ?? plainValue))
  const names = [
    'xmlns="urn:ietf:params:xml:ns:keyprov:pskc"',
    'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"',
    'xmlns:xenc="http://www.w3.org/2001/04/xmlenc#"',
    'xmlns:xenc11="http://www.w3.org/2009/xmlenc11#"',
    'xmlns:pkcs5="http://www.rsasecurity.com/rsalabs/pkcs/schemas/pkcs-5v2-0#"',
  ]
  const parts = [...(locked?.head ?? []), ...packages].join('\n')
  return `<?xml version="1.0" encoding="UTF-8"?>\n<KeyContainer Version="1.0" ${names.join(' ')}>\n${parts}\n</KeyContainer>\n`
}

type WriteValue = (value: Buffer) => string

function plainValue(value: Buffer): string {
  return `<PlainValue>${value.toString('base64')}</PlainValue>`
}

async function lock(protection: NonNullable<Protection>): Promise<{ head: string[]; write: WriteValue }> {
  const { key, description } = 'key' in protection ? preShared(protection.key) : await derived(protection.password)
  const method = `<xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes${key.length * 8}-cbc"/>`
  const sealed = (bytes: Buffer) =>
    `${method}<xenc:CipherData><xenc:CipherValue>${bytes.toString('base64')}</xenc:CipherValue></xenc:CipherData>`
  const macKey = randomSecret(macKeyBytes)
  const macMethod = 'http://www.w3.org/2001/04/xmldsig-more#hmac-sha256'
  return {
    head: [
      `  <EncryptionKey>${description}</EncryptionKey>`,
      `  <MACMethod Algorithm="${macMethod}"><MACKey>${sealed(encryptCbc(key, macKey))}</MACKey></MACMethod>`,
    ],
    write(value) {
      const bytes = encryptCbc(key, value)
      const mac = macOf('sha256', macKey, bytes).toString('base64')
      return `<EncryptedValue>${sealed(bytes)}</EncryptedValue><ValueMAC>${mac}</ValueMAC>`
    },
  }
}

function preShared(key: Uint8Array): { key: Uint8Array; description: string } {
  return { key, description: '<ds:KeyName>pre-shared-key</ds:KeyName>' }
}

async function derived(password: string): Promise<{ key: Uint8Array; description: string }> {
  const salt = randomSecret(saltBytes)
  const key = await keyOfPassword(password, { salt, iterations, bytes: passwordKeyBytes, algorithm: 'sha256' })
  // The elements within PBKDF2-params have no namespace: RFC 6030 figure 7.
  const parameters = [
    `<Salt xmlns=""><Specified>${salt.toString('base64')}</Specified></Salt>`,
    `<IterationCount xmlns="">${iterations}</IterationCount>`,
    `<KeyLength xmlns="">${passwordKeyBytes}</KeyLength>`,
    '<PRF xmlns="" Algorithm="http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"/>',
  ].join('')
  const method = 'http://www.rsasecurity.com/rsalabs/pkcs/schemas/pkcs-5v2-0#pbkdf2'
  const description = `<xenc11:DerivedKey><xenc11:KeyDerivationMethod Algorithm="${method}"><pkcs5:PBKDF2-params>${parameters}</pkcs5:PBKDF2-params></xenc11:KeyDerivationMethod><xenc11:MasterKeyName>password</xenc11:MasterKeyName></xenc11:DerivedKey>`
  return { key, description }
}

function keyPackage(
  { serial, seed, lastStep }: Pick<Token, 'serial' | 'seed' | 'lastStep'>,
  write: WriteValue,
): string {
  const secret = `<Secret>${write(Buffer.from(seed.key, 'base64'))}</Secret>`
  const named = escapeXml(serial)
  const [algorithm, parameters, data, user] = parts(seed, lastStep)
  return [
    `  <KeyPackage><DeviceInfo><SerialNo>${named}</SerialNo></DeviceInfo><Key Id="${named}" Algorithm="${algorithm}">`,
    `<AlgorithmParameters>${parameters}</AlgorithmParameters><Data>${secret}${data}</Data>${user}</Key></KeyPackage>`,
  ].join('')
}

function parts(
  seed: Token['seed'],
  lastStep: number,
): readonly [algorithm: string, parameters: string, data: string, user: string] {
  const counter = `<Counter><PlainValue>${lastStep + 1}</PlainValue></Counter>`
  if (seed.kind === 'yubikey') {
    const format = `<ResponseFormat Length="${seed.publicId.length + 32}" Encoding="ALPHANUMERIC"/>`
    const user = `<UserId>CN=${seed.publicId}, UID=${seed.privateId}</UserId>`
    return ['http://www.yubico.com/#yubikey-aes', format, counter, user]
  }
  const suite = seed.algorithm === 'sha1' ? '' : `<Suite>HMAC-${seed.algorithm.toUpperCase()}</Suite>`
  const parameters = `${suite}<ResponseFormat Length="${seed.digits}" Encoding="DECIMAL"/>`
  if (seed.kind === 'hotp') return ['urn:ietf:params:xml:ns:keyprov:pskc:hotp', parameters, counter, '']
  const interval = `<TimeInterval><PlainValue>${seed.periodSeconds}</PlainValue></TimeInterval>`
  return ['urn:ietf:params:xml:ns:keyprov:pskc:totp', parameters, interval, '']
}
