import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { customerSettings, type Setting, serverSettings, withDefaults } from './settings.ts'

const all: Readonly<Record<string, Setting<unknown>>> = { ...customerSettings, ...serverSettings }

/** The hard limits that no setting passes: the table of numbers in SECURITY.md. */
const limits: readonly (readonly [name: string, least: number, most: number])[] = [
  ['codeLength', 6, 8],
  ['codeTtlSeconds', 30, 600],
  ['attemptsMax', 1, 10],
  ['timestampWindowSeconds', 30, 600],
  ['sendsPerContact10Min', 1, 20],
  ['sendsPerContactDay', 1, 100],
  ['sendsPerPrefix10Min', 1, 10_000],
  ['sendsPerAddress10Min', 1, 1_000],
  ['messagesPerDay', 0, 999_999],
]

describe('a hard limit', () => {
  for (const [name, least, most] of limits) {
    it(`of ${name} is ${least} to ${most}, both included`, () => {
      assert.equal(parse(name, String(least)), least)
      assert.equal(parse(name, String(most)), most)
      assert.equal(parse(name, String(least - 1)), undefined)
      assert.equal(parse(name, String(most + 1)), undefined)
    })

    it(`of ${name} is not passed by any text`, () => {
      const digits = fc.string({ unit: fc.constantFrom(...'0123456789+-.eExX_ ,') })
      fc.assert(
        fc.property(fc.oneof(digits, fc.integer().map(String), fc.double().map(String), fc.string()), (text) => {
          const value = parse(name, text)
          assert.ok(value === undefined || (Number.isInteger(value) && Number(value) >= least && Number(value) <= most))
        }),
        { numRuns: 2_000 },
      )
    })

    it(`of ${name} is not passed by another spelling of a number`, () => {
      const spellings = [
        String(most + 1).padStart(6, '0'),
        '1e9',
        '0x7f',
        '-5',
        '+5',
        '5.0',
        ' 5',
        '5 ',
        '٥',
        '５',
        '',
        'NaN',
        'Infinity',
        '1000000000',
      ]
      for (const text of spellings) assert.equal(parse(name, text), undefined, JSON.stringify(text))
    })

    it(`of ${name} holds for its own default`, () => {
      const fallback = Number(all[name]?.fallback)
      assert.ok(fallback >= least && fallback <= most)
    })
  }

  it('is written in the meaning of its setting, as the operator reads it', () => {
    for (const [name, least, most] of limits) assert.ok(all[name]?.meaning.includes(`${least}–${most}`), name)
  })
})

describe('the defaults', () => {
  it('are the numbers of the design', () => {
    const { codeLength, codeTtlSeconds, attemptsMax, timestampWindowSeconds, contactEcho } = customerSettings
    assert.deepEqual(
      [codeLength, codeTtlSeconds, attemptsMax, timestampWindowSeconds, contactEcho].map(({ fallback }) => fallback),
      [6, 300, 5, 300, 'masked'],
    )
    const { sendsPerContact10Min, sendsPerContactDay, sendsPerPrefix10Min, sendsPerAddress10Min, messagesPerDay } =
      customerSettings
    assert.deepEqual(
      [sendsPerContact10Min, sendsPerContactDay, sendsPerPrefix10Min, sendsPerAddress10Min, messagesPerDay].map(
        ({ fallback }) => fallback,
      ),
      [5, 10, 30, 20, 1_000],
    )
    assert.deepEqual(customerSettings.allowedCountries.fallback, [], 'only the own country')
  })

  it('are all values that may be set', () => {
    for (const [name, setting] of Object.entries(all))
      assert.deepEqual(setting.parse(textOf(name, setting.fallback)), setting.fallback, name)
  })

  it('send nothing', () => {
    assert.equal(serverSettings.smtpUrl.fallback, '')
    assert.deepEqual(serverSettings.providers.fallback, [])
  })
})

describe('a setting', () => {
  const taken: readonly (readonly [name: string, text: string, value: unknown])[] = [
    ['defaultCountry', 'DE', 'DE'],
    ['contactEcho', 'full', 'full'],
    ['issuer', '', ''],
    ['issuer', 'Grüße & Söhne 世界', 'Grüße & Söhne 世界'],
    ['passkeyRpId', 'example.com', 'example.com'],
    ['passkeyRpId', 'localhost', 'localhost'],
    ['passkeyVerification', 'required', 'required'],
    ['voiceThreshold', 'strict', 'strict'],
    ['voiceReplayProtection', 'preferred', 'preferred'],
    ['unsignedStatus', 'false', false],
    ['unsignedStatus', 'true', true],
    ['smtpUrl', '', ''],
    ['smtpUrl', 'smtp://localhost:1025', 'smtp://localhost:1025'],
    ['smtpUrl', 'smtps://user:p%40ss@mail.example.com:465', 'smtps://user:p%40ss@mail.example.com:465'],
    ['smtpFrom', 'a@b', 'a@b'],
    ['smtpFrom', 'Example Ltd <mfa@example.com>', 'Example Ltd <mfa@example.com>'],
  ]
  for (const [name, text, value] of taken)
    it(`takes ${name}=${JSON.stringify(text)}`, () => {
      assert.equal(parse(name, text), value)
    })

  const refused: readonly (readonly [name: string, ...texts: string[]])[] = [
    ['defaultCountry', '', 'us', 'USA', 'U', 'U1', 'US\n', 'ÜS'],
    ['contactEcho', '', 'Full', 'FULL', 'none', 'masked '],
    ['issuer', 'a:b', 'a\r\nb', 'a\u0000', 'a\u202eb', 'a\u200bb', 'x'.repeat(61)],
    [
      'passkeyRpId',
      'Example.com',
      'https://example.com',
      'example.com:443',
      '192.0.2.1',
      '[::1]',
      'a..b',
      '-a.b',
      'é.fr',
    ],
    ['passkeyOrigins', 'example.com', 'https://example.com/', 'https://example.com/login', 'http://example.com', '*'],
    ['passkeyOrigins', 'https://*.example.com/', 'https://a@example.com', 'android:apk-key-hash:AAAA', 'null'],
    ['passkeyOrigins', Array.from({ length: 11 }, (_, index) => `https://n${index}.example.com`).join()],
    ['passkeyVerification', '', 'discouraged', 'Required'],
    ['voiceThreshold', '', '0.6', 'Strict'],
    ['voiceReplayProtection', '', 'off', 'true'],
    ['unsignedStatus', '', 'True', 'yes', '1', '0'],
    ['smtpUrl', 'mail.example.com', 'http://mail.example.com', 'smtp:', 'smtp://', 'file:///etc/passwd', ' smtp://h'],
    ['smtpUrl', 'smtp://user:hunter2@h:notaport', 'smtp://h:99999', 'smtp://us er@h o st', 'smtp://h\r\nX: y'],
    ['smtpFrom', '', 'ab', 'nobody', 'a@b\r\nBcc: c@d', 'a@b\nBcc: c@d', 'a\u0000@b', `${'x'.repeat(200)}@b`],
  ]
  for (const [name, ...texts] of refused)
    for (const text of texts)
      it(`refuses ${name}=${JSON.stringify(text).slice(0, 60)}`, () => {
        assert.equal(parse(name, text), undefined)
      })

  it('takes a list of pages and apps that may ask for passkeys', () => {
    const app = `android:apk-key-hash:${'a'.repeat(43)}`
    const text = ` https://login.example.com, http://localhost:3000,https://example.com:8443,${app}`
    const list = ['https://login.example.com', 'http://localhost:3000', 'https://example.com:8443', app]
    assert.deepEqual(parse('passkeyOrigins', text), list)
  })

  it('says what it means', () => {
    for (const [name, { meaning }] of Object.entries(all)) assert.ok(meaning.length > 10, name)
  })

  it('that carries a password is marked as a secret', () => {
    assert.equal(serverSettings.smtpUrl.isSecret, true)
    assert.equal(serverSettings.providers.isSecret, true)
    assert.equal(customerSettings.webhookSecret.isSecret, true)
  })

  it('that gives up safety says its risk', () => {
    const names = [
      ...['codeTtlSeconds', 'attemptsMax', 'contactEcho', 'timestampWindowSeconds', 'unsignedStatus'],
      ...['requireBodySignature', 'notices', 'allowedCountries', 'sendsPerPrefix10Min', 'numberMatching'],
    ]
    for (const name of names) assert.ok(all[name]?.risk, name)
  })
})

describe('withDefaults', () => {
  it('has a value for every setting when nothing is stored', () => {
    const settings = withDefaults(customerSettings, new Map())
    assert.deepEqual(Object.keys(settings), Object.keys(customerSettings))
    assert.equal(settings.codeLength, 6)
  })

  it('takes what is stored', () => {
    const stored = new Map([
      ['codeLength', '8'],
      ['unsignedStatus', 'false'],
      ['issuer', ''],
    ])
    const settings = withDefaults(customerSettings, stored)
    assert.deepEqual([settings.codeLength, settings.unsignedStatus, settings.issuer], [8, false, ''])
  })

  it('falls back to the default where the stored value is not allowed, or no longer', () => {
    const stored = new Map([
      ['codeLength', '4'],
      ['codeTtlSeconds', '86400'],
      ['attemptsMax', '1000000'],
      ['contactEcho', 'everything'],
    ])
    assert.deepEqual(withDefaults(customerSettings, stored), withDefaults(customerSettings, new Map()))
  })

  it('ignores a name that is no setting', () => {
    const stored = new Map([
      ['gone', '1'],
      ['__proto__', '1'],
    ])
    assert.deepEqual(withDefaults(customerSettings, stored), withDefaults(customerSettings, new Map()))
  })
})

function parse(name: string, text: string): unknown {
  return all[name]?.parse(text)
}

/** A value as an operator writes it. */
function textOf(name: string, value: unknown): string {
  return name === 'providers' ? JSON.stringify(value) : String(value)
}
