import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import type { TokenSeed } from '../vocabulary/token.ts'
import type { FileProblem, RowProblem } from './problems.ts'
import { readPskc } from './pskc.ts'
import { writePskc } from './pskc-write.ts'

const noKey = { key: null, password: null }
const key = 'MTIzNDU2Nzg5MDEyMzQ1Njc4OTA='
const hotp8 = { kind: 'hotp', key, digits: 8, algorithm: 'sha1' } as const

/** RFC 6030 figure 2. */
const plain = `<?xml version="1.0" encoding="UTF-8"?>
<KeyContainer Version="1.0" Id="exampleID1" xmlns="urn:ietf:params:xml:ns:keyprov:pskc">
  <KeyPackage>
    <DeviceInfo>
      <Manufacturer>Manufacturer</Manufacturer>
      <SerialNo>987654321</SerialNo>
      <UserId>DC=example-bank,DC=net</UserId>
    </DeviceInfo>
    <CryptoModuleInfo><Id>CM_ID_001</Id></CryptoModuleInfo>
    <Key Id="12345678" Algorithm="urn:ietf:params:xml:ns:keyprov:pskc:hotp">
      <Issuer>Issuer</Issuer>
      <AlgorithmParameters><ResponseFormat Length="8" Encoding="DECIMAL"/></AlgorithmParameters>
      <Data>
        <Secret><PlainValue>MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=
        </PlainValue></Secret>
        <Counter><PlainValue>0</PlainValue></Counter>
      </Data>
      <UserId>UID=jsmith,DC=example-bank,DC=net</UserId>
    </Key>
  </KeyPackage>
</KeyContainer>`

/** RFC 6030 figure 6. */
const preShared = `<?xml version="1.0" encoding="UTF-8"?>
<KeyContainer Version="1.0" xmlns="urn:ietf:params:xml:ns:keyprov:pskc"
    xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:xenc="http://www.w3.org/2001/04/xmlenc#">
  <EncryptionKey><ds:KeyName>Pre-shared-key</ds:KeyName></EncryptionKey>
  <MACMethod Algorithm="http://www.w3.org/2000/09/xmldsig#hmac-sha1">
    <MACKey>
      <xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/>
      <xenc:CipherData>
        <xenc:CipherValue>
          ESIzRFVmd4iZABEiM0RVZgKn6WjLaTC1sbeBMSvIhRejN9vJa2BOlSaMrR7I5wSX
        </xenc:CipherValue>
      </xenc:CipherData>
    </MACKey>
  </MACMethod>
  <KeyPackage>
    <DeviceInfo><Manufacturer>Manufacturer</Manufacturer><SerialNo>987654321</SerialNo></DeviceInfo>
    <CryptoModuleInfo><Id>CM_ID_001</Id></CryptoModuleInfo>
    <Key Id="12345678" Algorithm="urn:ietf:params:xml:ns:keyprov:pskc:hotp">
      <Issuer>Issuer</Issuer>
      <AlgorithmParameters><ResponseFormat Length="8" Encoding="DECIMAL"/></AlgorithmParameters>
      <Data>
        <Secret>
          <EncryptedValue>
            <xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/>
            <xenc:CipherData>
              <xenc:CipherValue>
                AAECAwQFBgcICQoLDA0OD+cIHItlB3Wra1DUpxVvOx2lef1VmNPCMl8jwZqIUqGv
              </xenc:CipherValue>
            </xenc:CipherData>
          </EncryptedValue>
          <ValueMAC>Su+NvtQfmvfJzF6bmQiJqoLRExc=
          </ValueMAC>
        </Secret>
        <Counter><PlainValue>0</PlainValue></Counter>
      </Data>
    </Key>
  </KeyPackage>
</KeyContainer>`
const preSharedKey = Buffer.from('12345678901234567890123456789012', 'hex')

/** RFC 6030 figure 7. */
const withPassword = `<?xml version="1.0" encoding="UTF-8"?>
<pskc:KeyContainer xmlns:pskc="urn:ietf:params:xml:ns:keyprov:pskc" xmlns:xenc11="http://www.w3.org/2009/xmlenc11#"
    xmlns:pkcs5="http://www.rsasecurity.com/rsalabs/pkcs/schemas/pkcs-5v2-0#"
    xmlns:xenc="http://www.w3.org/2001/04/xmlenc#" Version="1.0">
  <pskc:EncryptionKey>
    <xenc11:DerivedKey>
      <xenc11:KeyDerivationMethod Algorithm="http://www.rsasecurity.com/rsalabs/pkcs/schemas/pkcs-5v2-0#pbkdf2">
        <pkcs5:PBKDF2-params>
          <Salt><Specified>Ej7/PEpyEpw=</Specified></Salt>
          <IterationCount>1000</IterationCount>
          <KeyLength>16</KeyLength>
          <PRF/>
        </pkcs5:PBKDF2-params>
      </xenc11:KeyDerivationMethod>
      <xenc:ReferenceList><xenc:DataReference URI="#ED"/></xenc:ReferenceList>
      <xenc11:MasterKeyName>My Password 1</xenc11:MasterKeyName>
    </xenc11:DerivedKey>
  </pskc:EncryptionKey>
  <pskc:MACMethod Algorithm="http://www.w3.org/2000/09/xmldsig#hmac-sha1">
    <pskc:MACKey>
      <xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/>
      <xenc:CipherData><xenc:CipherValue>
        2GTTnLwM3I4e5IO5FkufoOEiOhNj91fhKRQBtBJYluUDsPOLTfUvoU2dStyOwYZx
      </xenc:CipherValue></xenc:CipherData>
    </pskc:MACKey>
  </pskc:MACMethod>
  <pskc:KeyPackage>
    <pskc:DeviceInfo>
      <pskc:Manufacturer>TokenVendorAcme</pskc:Manufacturer><pskc:SerialNo>987654321</pskc:SerialNo>
    </pskc:DeviceInfo>
    <pskc:CryptoModuleInfo><pskc:Id>CM_ID_001</pskc:Id></pskc:CryptoModuleInfo>
    <pskc:Key Algorithm="urn:ietf:params:xml:ns:keyprov:pskc:hotp" Id="123456">
      <pskc:Issuer>Example-Issuer</pskc:Issuer>
      <pskc:AlgorithmParameters><pskc:ResponseFormat Length="8" Encoding="DECIMAL"/></pskc:AlgorithmParameters>
      <pskc:Data>
        <pskc:Secret>
          <pskc:EncryptedValue Id="ED">
            <xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/>
            <xenc:CipherData><xenc:CipherValue>
              oTvo+S22nsmS2Z/RtcoF8Hfh+jzMe0RkiafpoDpnoZTjPYZu6V+A4aEn032yCr4f
            </xenc:CipherValue></xenc:CipherData>
          </pskc:EncryptedValue>
          <pskc:ValueMAC>LP6xMvjtypbfT9PdkJhBZ+D6O4w=</pskc:ValueMAC>
        </pskc:Secret>
      </pskc:Data>
    </pskc:Key>
  </pskc:KeyPackage>
</pskc:KeyContainer>`

const figures = {
  'plain, as in figure 2': [plain, noKey],
  'with a pre-shared key, as in figure 6': [preShared, { key: preSharedKey, password: null }],
  'with a password, as in figure 7': [withPassword, { key: null, password: 'qwerty' }],
} as const

describe('PSKC', () => {
  for (const [what, [text, unlock]] of Object.entries(figures))
    it(`is read ${what} of RFC 6030`, async () => {
      const rows = [{ row: 1, serial: '987654321', seed: hotp8, lastStep: -1 }]
      assert.deepEqual(await readPskc(text, unlock), { rows, errors: [] })
    })

  const changed: readonly (readonly [what: string, text: string, expected: object | RowProblem])[] = [
    ['without a serial number is known by its key', plain.replace('<SerialNo>987654321</SerialNo>', ''), hotp8],
    ['of a draft is read', plain.replace('urn:ietf:params:xml:ns:keyprov:pskc:hotp', 'urn:x:pskc#hotp'), hotp8],
    [
      'with TOTP, SHA-256 and minutes is read',
      plain
        .replace('pskc:hotp"', 'pskc:totp"')
        .replace('<ResponseFormat', '<Suite>HMAC-SHA256</Suite><ResponseFormat')
        .replace(
          '<Counter><PlainValue>0</PlainValue></Counter>',
          '<TimeInterval><PlainValue>60</PlainValue></TimeInterval>',
        ),
      { kind: 'totp', key, digits: 8, algorithm: 'sha256', periodSeconds: 60 },
    ],
    ['of another algorithm is refused', plain.replace('pskc:hotp"', 'pskc:pin"'), 'bad-type'],
    ['with a check digit is refused', plain.replace('Length="8"', 'Length="8" CheckDigits="true"'), 'bad-digits'],
    ['with hexadecimal codes is refused', plain.replace('DECIMAL', 'HEXADECIMAL'), 'bad-digits'],
    ['without a secret is refused', plain.replaceAll(/<Secret>[\s\S]*<\/Secret>/g, ''), 'bad-secret'],
    ['with a secret that is no base64 is refused', plain.replace('MTIz', 'MT*z'), 'bad-secret'],
    ['with a short secret is refused', plain.replace('MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=', 'MTIz'), 'short-secret'],
    ['with a counter that is none is refused', plain.replace('>0<', '>zero<'), 'bad-counter'],
    [
      'without any name is refused',
      plain.replace('<SerialNo>987654321</SerialNo>', '').replace('Id="12345678"', ''),
      'no-serial',
    ],
  ]
  for (const [what, text, expected] of changed)
    it(what, async () => {
      const file = await readPskc(text, noKey)
      assert.ok(typeof file === 'object')
      const [row] = file.rows
      if (typeof expected === 'string') assert.deepEqual([file.errors[0]?.problem, row], [expected, undefined])
      else assert.deepEqual(row?.seed, expected)
    })

  it('goes on at the counter that it tells', async () => {
    const file = await readPskc(plain.replace('<PlainValue>0', '<PlainValue>42'), noKey)
    assert.ok(typeof file === 'object')
    assert.equal(file.rows[0]?.lastStep, 41)
  })

  it("of Yubico's personalisation tool is read", async () => {
    const text = `<?xml version="1.0" encoding="UTF-8"?>
<KeyContainer Version="1.0" xmlns="urn:ietf:params:xml:ns:keyprov:pskc">
<KeyPackage><DeviceInfo><Manufacturer>Yubico</Manufacturer><SerialNo>508326</SerialNo></DeviceInfo><CryptoModuleInfo><Id>1</Id></CryptoModuleInfo><Key Id="508326:1" Algorithm="http://www.yubico.com/#yubikey-aes"><AlgorithmParameters><ResponseFormat Length="44" Encoding="ALPHANUMERIC"/></AlgorithmParameters><Data><Secret><PlainValue>0mp8D4X92ii9gW5AY0KyFA==</PlainValue></Secret></Data><UserId>CN=vvgutbiedkvi, UID=ab86c04de6a3</UserId></Key></KeyPackage>
</KeyContainer>`
    const seed = {
      kind: 'yubikey',
      key: '0mp8D4X92ii9gW5AY0KyFA==',
      publicId: 'vvgutbiedkvi',
      privateId: 'ab86c04de6a3',
    }
    assert.deepEqual(await readPskc(text, noKey), {
      rows: [{ row: 1, serial: '508326', seed, lastStep: -1 }],
      errors: [],
    })
  })
})

describe('encrypted PSKC', () => {
  const unlock = { key: preSharedKey, password: null }
  const byPassword = { key: null, password: 'qwerty' }
  const files: readonly (readonly [
    what: string,
    text: string,
    unlock: typeof unlock | typeof byPassword | typeof noKey,
    FileProblem,
  ])[] = [
    ['asks for its key', preShared, noKey, 'needs-key'],
    ['does not take a password for a key', preShared, byPassword, 'needs-key'],
    ['asks for its password', withPassword, unlock, 'needs-password'],
    ['refuses the wrong key', preShared, { key: Buffer.alloc(16, 1), password: null }, 'wrong-key'],
    ['refuses the wrong password', withPassword, { key: null, password: 'Qwerty' }, 'wrong-key'],
    [
      'refuses a key of a length that AES has not',
      preShared,
      { key: Buffer.alloc(20), password: null },
      'bad-key-length',
    ],
    ['refuses a key of another length', preShared, { key: Buffer.alloc(32), password: null }, 'bad-key-length'],
    [
      'refuses a million million iterations',
      withPassword.replace('>1000<', '>1000000000000<'),
      byPassword,
      'too-many-iterations',
    ],
    ['refuses one iteration too many', withPassword.replace('>1000<', '>2000001<'), byPassword, 'too-many-iterations'],
    [
      'refuses a number of iterations that is none',
      withPassword.replace('>1000<', '>1e3<'),
      byPassword,
      'bad-encryption',
    ],
    [
      'refuses a long key',
      withPassword.replace('<KeyLength>16', '<KeyLength>4000000000'),
      byPassword,
      'bad-encryption',
    ],
    ['refuses another derivation', withPassword.replace('#pbkdf2', '#pbkdf1'), byPassword, 'bad-encryption'],
    [
      'refuses another random function',
      withPassword.replace('<PRF/>', '<PRF Algorithm="constructor"/>'),
      byPassword,
      'bad-encryption',
    ],
    ['refuses another MAC', preShared.replace('#hmac-sha1', '#hmac-md5'), unlock, 'bad-encryption'],
    [
      'refuses a MAC that JavaScript knows',
      preShared.replace(/http:[^"]*hmac-sha1/, 'constructor'),
      unlock,
      'bad-encryption',
    ],
    ['refuses certificates', preShared.replaceAll('KeyName', 'X509Data'), unlock, 'bad-encryption'],
  ]
  for (const [what, text, given, problem] of files)
    it(what, async () => {
      assert.equal(await readPskc(text, given), problem)
    })

  const tampered: readonly (readonly [what: string, text: string, problem: RowProblem])[] = [
    ['a tampered MAC', preShared.replace('Su+N', 'Su+O'), 'bad-mac'],
    ['a tampered value', preShared.replace('AAECAwQF', 'AAECAwQG'), 'bad-mac'],
    ['a shortened MAC', preShared.replace('Su+NvtQfmvfJzF6bmQiJqoLRExc=', 'Su+N'), 'bad-mac'],
    ['no MAC', preShared.replace(/<ValueMAC>[\s\S]*<\/ValueMAC>/, ''), 'no-mac'],
    ['no way to make a MAC', preShared.replace(/<MACMethod[\s\S]*<\/MACMethod>/, ''), 'no-mac'],
    ['another cipher', preShared.replace(/(<EncryptedValue>[\s\S]*)aes128-cbc/, '$1tripledes-cbc'), 'bad-cipher'],
    [
      'an encrypted value and no key for it',
      preShared.replace(/<EncryptionKey>[\s\S]*<\/EncryptionKey>/, ''),
      'bad-cipher',
    ],
  ]
  for (const [what, text, problem] of tampered)
    it(`refuses a token with ${what}`, async () => {
      const file = await readPskc(text, unlock)
      assert.deepEqual(file, { rows: [], errors: [{ row: 1, serial: '987654321', problem }] })
    })
})

describe('PSKC that we write', () => {
  const tokens: readonly { serial: string; seed: TokenSeed; lastStep: number }[] = [
    { serial: 'A-1', seed: { kind: 'totp', key, digits: 6, algorithm: 'sha512', periodSeconds: 60 }, lastStep: -1 },
    { serial: 'A-2', seed: { kind: 'totp', key, digits: 8, algorithm: 'sha1', periodSeconds: 30 }, lastStep: -1 },
    { serial: 'A-3', seed: hotp8, lastStep: 41 },
    {
      serial: 'A-4',
      seed: { kind: 'yubikey', key: '0mp8D4X92ii9gW5AY0KyFA==', publicId: 'vvgutbiedkvi', privateId: 'ab86c04de6a3' },
      lastStep: 1795,
    },
  ]
  const rows = tokens.map((token, index) => ({ row: index + 1, ...token }))

  for (const bytes of [16, 24, 32])
    it(`is read back with its key of ${bytes} bytes, and shows no seed`, async () => {
      const ours = randomBytes(bytes)
      const text = await writePskc(tokens, { key: ours })
      assert.deepEqual(await readPskc(text, { key: ours, password: null }), { rows, errors: [] })
      for (const { seed } of tokens) assert.ok(!text.includes(seed.key))
      assert.notEqual(await writePskc(tokens, { key: ours }), text)
    })

  it('is read back with its password, and with no other', async () => {
    const text = await writePskc(tokens, { password: 'correct horse' })
    assert.deepEqual(await readPskc(text, { key: null, password: 'correct horse' }), { rows, errors: [] })
    const other = await readPskc(text, { key: null, password: 'correct house' })
    assert.ok(other === 'wrong-key' || (typeof other === 'object' && other.rows.length === 0))
    for (const { seed } of tokens) assert.ok(!text.includes(seed.key))
  })

  it('is read back plain', async () => {
    assert.deepEqual(await readPskc(await writePskc(tokens, null), noKey), { rows, errors: [] })
  })
})
