import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { getCountries, getExampleNumber } from 'libphonenumber-js/max'
import examples from 'libphonenumber-js/mobile/examples'
import { foldEmail, foldUsername, maskEmail, maskPhone, readEmail, readPhone } from './contacts.ts'

describe('readPhone: every spelling of one number gives one E.164', () => {
  const spellings: Readonly<Record<string, readonly [country: string, ...texts: string[]]>> = {
    '+15551234567': [
      'US',
      '+15551234567',
      '15551234567',
      '5551234567',
      '(555) 123-4567',
      '555.123.4567',
      '1-555-123-4567',
      '+1 (555) 123-4567',
      '+1 555 1234567',
      '  +1 555 123 4567  ',
      '+1\u00a0555\u2011123\u20114567',
      '011 1 555 123 4567',
      '＋１５５５１２３４５６７',
      '٥٥٥١٢٣٤٥٦٧',
    ],
    '+4930123456': [
      'DE',
      '030 123456',
      '030/123456',
      '(030) 123 456',
      '+49 30 123456',
      '+49 (0)30 123456',
      '0049 30 123456',
      '49 30 123456',
    ],
    '+442079460958': ['GB', '020 7946 0958', '02079460958', '+44 (0)20 7946 0958', '0044 20 7946 0958'],
    '+919987110737': ['US', '919987110737', ' 919987110737 ', '+91 99871 10737', '011 91 99871 10737'],
    '+447911123456': ['US', '447911123456'],
    '+390612345678': ['IT', '06 1234 5678', '+39 06 12345678', '0039 06 1234 5678'],
  }
  for (const [number, [country, ...texts]] of Object.entries(spellings))
    for (const text of texts)
      it(`${JSON.stringify(text)} in ${country} is ${number}`, () => {
        assert.equal(readPhone(text, country), number)
      })

  it('in every country of the world, however it is formatted', () => {
    for (const country of getCountries()) {
      const example = getExampleNumber(country, examples)
      if (!example) continue
      const international = example.formatInternational()
      const written = [
        example.number,
        international,
        international.replaceAll(' ', '-'),
        international.replaceAll(' ', '.'),
        international.replaceAll(/[0-9]/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
        example.formatNational(),
        example.nationalNumber,
      ]
      for (const text of written) assert.equal(readPhone(text, country), example.number, `${text} in ${country}`)
      assert.equal(readPhone(international, 'US'), example.number, `${international} read in the US`)
    }
  })

  it('and that E.164 is read back as itself, in any country', () => {
    for (const country of ['US', 'DE', 'IN', 'BR'])
      for (const number of ['+15551234567', '+4930123456', '+5511961234567'])
        assert.equal(readPhone(number, country), number)
  })
})

describe('readPhone refuses', () => {
  const refused: readonly (readonly [what: string, ...texts: string[]])[] = [
    ['what is no number', '', ' ', '+', '0', 'abc', '()-', '\u0000'],
    [
      'a number that is too short or too long',
      '123',
      '+1555123456',
      '+155512345678',
      '+1234567890123456',
      '9'.repeat(40),
      '55512345678',
      '123456789012',
    ],
    ['emergency and short codes', '911', '112', '10010'],
    ['letters', '555-CALL-NOW', '1-800-FLOWERS'],
    ['an extension', '+15551234567;ext=5', '+15551234567 x5', '+1 555 123 4567 ext. 5', '+15551234567,,5'],
    ['text around a number', 'call 5551234567', '5551234567 please', '5551234567 5551234568', '+15551234567#'],
    ['two numbers', '+15551234567,+15551234568', '+15551234567;+15551234568', '+15551234567/+15551234568'],
    ['line breaks', '+1555\r\n1234567', '+15551234567\r\nBcc: x', '+1555\n1234567', '+15551234567%0d%0a'],
    ['doubled plus signs', '++15551234567', '+1+5551234567'],
    ['a country code that does not exist', '+999123456789', '+0123456789'],
    ['a context that is no country code', 'tel:5551234567;phone-context=evil.example'],
  ]
  for (const [what, ...texts] of refused)
    for (const text of texts)
      it(`${what}: ${JSON.stringify(text)}`, () => {
        assert.equal(readPhone(text, 'US'), undefined)
      })

  it('everything when the default country is none', () => {
    for (const country of ['', 'XX', 'us', 'USA']) assert.equal(readPhone('+15551234567', country), undefined)
  })

  it('or gives E.164, whatever the text', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.string({ unit: fc.constantFrom(...'+0123456789 ()-./;,x\r\n') }),
    )
    fc.assert(
      fc.property(text, (given) => {
        assert.match(readPhone(given, 'US') ?? '+10', /^\+[1-9][0-9]{1,14}$/)
      }),
      { numRuns: 3_000 },
    )
  })
})

describe('readEmail', () => {
  const taken: readonly (readonly [text: string, address: string])[] = [
    ['alice@example.com', 'alice@example.com'],
    ['  alice@example.com\t', 'alice@example.com'],
    ['Alice.Smith+otp@Example.COM', 'Alice.Smith+otp@example.com'],
    ["o'brien_{x}~@mail.example.co.uk", "o'brien_{x}~@mail.example.co.uk"],
    ['ünï@example.com', 'ünï@example.com'],
    ['u\u0308ni@example.com', 'üni@example.com'],
    ['ﬁona@example.com', 'fiona@example.com'],
    ['ａlice@example.com', 'alice@example.com'],
    ['a@xn--bcher-kva.example', 'a@xn--bcher-kva.example'],
    ['admin@localhost', 'admin@localhost'],
    [`${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
  ]
  for (const [text, address] of taken)
    it(`reads ${JSON.stringify(text).slice(0, 60)}`, () => {
      assert.equal(readEmail(text), address)
    })

  const refused: readonly (readonly [what: string, ...texts: string[]])[] = [
    ['what is no address', '', ' ', '@', 'alice', 'alice@', '@example.com', 'a@@b', 'a@b@c', 'mailto:a@example.com'],
    [
      'a line break',
      'a\r\nb@example.com',
      'a@example.com\r\nBcc: b@example.com',
      'a@exa\nmple.com',
      'a\rb@example.com',
    ],
    [
      'a line break in other clothes',
      'a\u2028b@example.com',
      'a\u2029b@example.com',
      'a\u0085b@example.com',
      'a\u000bb@example.com',
    ],
    [
      'a line break in percent code',
      'a%0d%0abcc@example.com',
      'a%0Ab@example.com',
      'a@example.com%0d%0aBcc%3ab@example.com',
    ],
    [
      'letters that are read as others which may not be there',
      'a＠evil.example@example.com',
      'a：b@example.com',
      'a＜@example.com',
    ],
    [
      'encoded words',
      '=?utf-8?q?a=40evil.example=3e=20?=@example.com',
      '=?iso-8859-1?b?YQ0KQmNj?=@example.com',
      '＝？utf-8？q？a？＝@example.com',
    ],
    [
      'routes to another host',
      'user%evil.example@example.com',
      'evil.example!user@example.com',
      '@evil.example:a@example.com',
    ],
    ['two addresses', 'a@example.com,b@example.com', 'a@example.com;b@example.com', 'a@example.com b@example.com'],
    [
      'a name around the address',
      '<a@example.com>',
      'A <a@example.com>',
      '"a b"@example.com',
      'a(comment)@example.com',
    ],
    ['invisible letters', 'a\u0000@example.com', 'a\u200b@example.com', 'a\u202e@example.com', '\ud800a@example.com'],
    ['blanks inside', 'a b@example.com', 'a\u00a0b@example.com', 'a@exam ple.com', 'a\u3000b@example.com'],
    ['an address literal', 'a@[127.0.0.1]', 'a@[IPv6:::1]'],
    ['a domain that is none', 'a@example..com', 'a@.example.com', 'a@example.com.', 'a@ex_ample.com'],
    [
      'a domain outside ASCII, which another letter could stand for',
      'a@ſ.example',
      'a@faceboo\u212a.example',
      'a@exämple.com',
      'a@ｅxample.com',
    ],
    ['a part that is too long', `${'a'.repeat(65)}@example.com`, `a@${'b.'.repeat(130)}com`],
  ]
  for (const [what, ...texts] of refused)
    for (const text of texts)
      it(`refuses ${what}: ${JSON.stringify(text).slice(0, 60)}`, () => {
        assert.equal(readEmail(text), undefined)
      })

  it('never gives a mailbox that a name would be folded away from', () => {
    const local = fc.string({
      unit: fc.constantFrom('a', 'ﬁ', '𝒶', '＠', '％', '⑴', '\u00a0', 'e\u0301', 'K'),
      minLength: 1,
      maxLength: 8,
    })
    fc.assert(
      fc.property(local, (text) => {
        const address = readEmail(`${text}@example.com`)
        if (address !== undefined) assert.equal(foldEmail(address), address.toLowerCase())
      }),
    )
  })

  it('never gives an address with a blank, a bracket, a comma or a control character', () => {
    const pieces = fc.constantFrom(
      'a',
      'b.c',
      '@',
      '.com',
      '\r\n',
      ' ',
      '<',
      '>',
      ',',
      ';',
      ':',
      '"',
      '\\',
      '\u2028',
      '\u0000',
      '%0d',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(pieces).map((all) => all.join('')),
        ),
        (text) => {
          assert.doesNotMatch(readEmail(text) ?? '', /[\s<>,;:"\\\p{C}]/u)
        },
      ),
      { numRuns: 3_000 },
    )
  })

  it('takes its time in proportion to the text', () => {
    const startMs = performance.now()
    for (let round = 0; round < 200; round++) readEmail(`${'a'.repeat(64)}@${'a-'.repeat(20_000)}!`)
    assert.ok(performance.now() - startMs < 2_000)
  })
})

describe('foldEmail and foldUsername', () => {
  const rows: readonly (readonly [left: string, right: string])[] = [
    ['Alice@example.com', 'alice@EXAMPLE.com'],
    ['ａlice@example.com', 'alice@example.com'],
    ['u\u0308@example.com', 'ü@example.com'],
    ['STRASSE\u212a', 'strassek'],
  ]
  for (const [left, right] of rows)
    it(`count ${left} and ${right} as one`, () => {
      assert.equal(foldEmail(left), foldEmail(right))
      assert.equal(foldUsername(` ${left}\t`), foldUsername(right))
    })

  it('keep different people apart', () => {
    for (const other of ['alice2', 'alic', 'a.lice', 'älice', 'alice@example.com'])
      assert.notEqual(foldUsername('alice'), foldUsername(other))
  })

  it('change nothing when done twice', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        assert.equal(foldUsername(foldUsername(text)), foldUsername(text))
        assert.equal(foldEmail(foldEmail(text)), foldEmail(text))
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('maskPhone', () => {
  it('shows the last four digits', () => {
    assert.equal(maskPhone('+15551234567'), 'xxxxxxxx4567')
    assert.equal(maskPhone('+4930123456'), 'xxxxxxx3456')
  })
})

describe('maskEmail', () => {
  const rows: readonly (readonly [email: string, masked: string])[] = [
    ['alice@example.com', 'axxxx@example.com'],
    ['a@example.com', 'axxx@example.com'],
    ['ab@example.com', 'axxx@example.com'],
    ['a.very.long.name@example.com', 'axxxxxxxxxxxxxxx@example.com'],
  ]
  for (const [email, masked] of rows)
    it(`shows ${email} as ${masked}`, () => {
      assert.equal(maskEmail(email), masked)
    })

  it('never cuts a letter in two, which strict JSON readers such as PHP would choke on', () => {
    for (const email of ['😀alice@example.com', '𝒜@example.com']) assert.ok(maskEmail(email).isWellFormed(), email)
  })
})
