import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ToSend } from '../methods/method.ts'
import type { Message, Via } from '../vocabulary/message.ts'
import { languages, noticeEvents } from './templates.ts'
import { type Context, escapeHtml, messageOf, noticeOf } from './wording.ts'

const code = '042137'
const challengeId = '5a0c6bd4-8e7a-4b0e-9d3c-0123456789ab'
const secrets = { accept: 'A'.repeat(43), deny: 'D'.repeat(43) }
const baseUrl = 'https://mfa.example.com'
const accept = `${baseUrl}/link/${challengeId}/${secrets.accept}`
const deny = `${baseUrl}/link/${challengeId}/${secrets.deny}`

const context: Context = {
  customerName: 'Example Bank',
  transactionName: null,
  ttlSeconds: 300,
  language: 'en',
  templates: new Map(),
  baseUrl,
}
const codeBy = (via: Via): ToSend => ({ kind: 'code', via, code })
const linksBy = (via: Via): ToSend => ({ kind: 'links', via, challengeId, ...secrets })
const codeText = (via: Via, more: Partial<Context> = {}) => messageOf(codeBy(via), { ...context, ...more })
const linksText = (via: Via, more: Partial<Context> = {}) => messageOf(linksBy(via), { ...context, ...more })

/** Every message there is, for what must be true of all. */
const everyMessage: readonly (readonly [name: string, message: (more?: Partial<Context>) => Message])[] = [
  ['a code by SMS', (more) => codeText('sms', more)],
  ['a code by e-mail', (more) => codeText('email', more)],
  ['a code by call', (more) => codeText('call', more)],
  ['links by SMS', (more) => linksText('sms', more)],
  ['links by e-mail', (more) => linksText('email', more)],
]

const hostile = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '"><a href="https://evil.example">',
  "' style='x",
  '&lt;b&gt;',
  '</p></div></body>',
  '<!--',
  '</Say><Dial>+19005550100</Dial>',
]

describe('a code by SMS', () => {
  it('begins with the code, names the sender and its life, and warns', () => {
    assert.deepEqual(codeText('sms'), {
      subject: null,
      text: '042137 is your Example Bank code. It is valid for 5 min. Do not share it.',
      html: null,
      language: 'en',
    })
  })

  it('says the same in Spanish', () => {
    const { text, language } = codeText('sms', { language: 'es' })
    assert.equal(text, '042137 es su código de Example Bank. Vale 5 min. No lo comparta.')
    assert.equal(language, 'es')
  })

  it('fits into one SMS of 160 letters with an ordinary name', () => {
    const { text } = codeText('sms', { transactionName: 'x'.repeat(30) })
    assert.ok(text.length <= 160, String(text.length))
  })

  it('names what it is for', () => {
    assert.match(codeText('sms', { transactionName: 'Transfer 500 €' }).text, / code for "Transfer 500 €"\. /)
    assert.match(
      codeText('sms', { transactionName: 'Pago de 500 €', language: 'es' }).text,
      / código de Example Bank para «Pago de 500 €»\. /,
    )
  })
})

describe('a code by e-mail', () => {
  it('has the code in the subject, the text and the page', () => {
    const { subject, text, html } = codeText('email', { transactionName: 'Login' })
    assert.equal(subject, '042137 is your Example Bank code')
    assert.match(text, /^Your Example Bank code for "Login":\n\n042137\n\n/)
    assert.ok(html?.includes(`>${code}<`))
    assert.ok(html?.includes('for &quot;Login&quot;'))
  })

  it('loads nothing from anywhere, so that opening it tells nobody', () => {
    assert.doesNotMatch(codeText('email').html ?? '', /src=|href=|url\(|@import|https?:|<script|<img|<link/i)
  })
})

describe('a code by call', () => {
  for (const [language, says] of [
    ['en', 'Hello. Your Example Bank code is: 0, 4, 2, 1, 3, 7. Once more, your code is: 0, 4, 2, 1, 3, 7. Goodbye.'],
    ['es', 'Hola. Su código de Example Bank es: 0, 4, 2, 1, 3, 7. Otra vez, su código es: 0, 4, 2, 1, 3, 7. Adiós.'],
  ] as const)
    it(`is read digit by digit, twice, in ${language}`, () => {
      assert.deepEqual(codeText('call', { language }), { subject: null, text: says, html: null, language })
    })

  it('reads a code of eight digits the same way', () => {
    const { text } = messageOf({ kind: 'code', via: 'call', code: '00000001' }, context)
    assert.equal(text.split('0, 0, 0, 0, 0, 0, 0, 1').length, 3)
  })

  it('never says the code as one number, which would be read as a million', () => {
    for (const language of languages) assert.doesNotMatch(codeText('call', { language }).text, /\d{2}/)
  })

  it("reads a customer's own text the same way", () => {
    const own = new Map([['code.call.en', 'Listen: {code}! {code}!']])
    assert.equal(codeText('call', { templates: own }).text, 'Listen: 0, 4, 2, 1, 3, 7! 0, 4, 2, 1, 3, 7!')
  })
})

describe('links', () => {
  for (const language of languages) {
    it(`by SMS say who asks and hold both links, the accepting one first, in ${language}`, () => {
      const { text, subject, html } = linksText('sms', { language })
      assert.deepEqual([subject, html], [null, null])
      assert.ok(text.startsWith('Example Bank '))
      assert.deepEqual(text.match(/https:\S+/g), [accept, deny])
    })

    it(`by e-mail stand each on a line of its own, and are the only links of the page, in ${language}`, () => {
      const { text, html } = linksText('email', { language })
      assert.deepEqual(
        text.split('\n').filter((line) => line.startsWith('http')),
        [accept, deny],
      )
      const targets = [...(html ?? '').matchAll(/href="([^"]*)"/g)].map(([, target]) => target)
      assert.deepEqual(targets, [accept, deny])
      const words = [...(html ?? '').matchAll(/>([^<]*)<\/a>/g)].map(([, word]) => word)
      assert.deepEqual(words, { en: ['Accept', 'Deny'], es: ['Aceptar', 'Rechazar'] }[language], 'as buttons')
      assert.doesNotMatch(html ?? '', /src=|url\(|@import|<script|<img|<link|<form/i)
    })
  }

  it('begin with the base URL, and end with what makes them unguessable', () => {
    const { text } = linksText('sms', { baseUrl: 'http://localhost:8080' })
    assert.deepEqual(text.match(/http:\S+/g), [
      `http://localhost:8080/link/${challengeId}/${secrets.accept}`,
      `http://localhost:8080/link/${challengeId}/${secrets.deny}`,
    ])
  })

  it('stand in no subject', () => {
    for (const language of languages)
      assert.doesNotMatch(linksText('email', { language }).subject ?? '', /http|AAAA|DDDD/)
  })
})

describe('every message', () => {
  for (const [name, message] of everyMessage) {
    it(`${name} carries its code or its links and nothing else that is secret`, () => {
      for (const language of languages) {
        const { subject, text, html } = message({ language, transactionName: 'Login' })
        const isCode = name.startsWith('a code')
        for (const part of [subject, text, html]) {
          const bare = (part ?? '')
            .replaceAll(code, '')
            .replaceAll([...code].join(', '), '')
            .replaceAll(accept, '')
            .replaceAll(deny, '')
            .replaceAll(/\b5 min/g, '')
            .replaceAll(/[#\d]+(px|[a-f\d]{5})|margin:[\d a-z]+/g, '')
          assert.doesNotMatch(bare, /\d{2}|[\w-]{30}/, `${language}: ${bare}`)
          assert.equal(isCode && (part ?? '').includes('/link/'), false)
          assert.equal(!isCode && (part ?? '').includes(code), false)
        }
      }
    })

    it(`${name} is in the language that it says`, () => {
      for (const language of languages) {
        const { html, language: said } = message({ language })
        assert.equal(said, language)
        if (html !== null) assert.ok(html.includes(`<html lang="${language}">`))
      }
    })

    for (const text of hostile)
      for (const named of ['transactionName', 'customerName'] as const)
        it(`${name} shows ${text} as text, as its ${named}`, () => {
          const plain = message({ transactionName: 'x', customerName: 'x' })
          const { html, text: body } = message({ transactionName: 'x', customerName: 'x', [named]: text })
          // A call does not say what it is for.
          const isShown = named === 'customerName' || plain.text.includes('"x"')
          assert.equal(body.includes(text), isShown, 'plain text stays plain: nothing is escaped there')
          if (html === null) return
          assert.equal(count(html, /</g), count(plain.html, /</g), 'no tag is added')
          assert.equal(count(html, /["']/g), count(plain.html, /["']/g), 'no quote is added')
          assert.equal(unescaped(html).includes(text), isShown, 'and it can be read')
        })

    for (const odd of ['{code}', '{accept}', '{deny}', '{customer}{code}', '$&', "$'"])
      it(`${name} does not fill ${odd} that came in a name`, () => {
        for (const more of [{ transactionName: odd }, { customerName: odd }]) {
          const plain = message({ transactionName: 'x', customerName: 'x' })
          const { text } = message({ transactionName: 'x', customerName: 'x', ...more })
          assert.equal(count(text, /042137|0, 4, 2|AAAA|DDDD/g), count(plain.text, /042137|0, 4, 2|AAAA|DDDD/g))
        }
      })
  }
})

describe('the life of a code, as the message tells it', () => {
  for (const [ttlSeconds, told] of [
    [60, '1 min.'],
    [120, '2 min.'],
    [300, '5 min.'],
    [600, '10 min.'],
  ] as const)
    it(`of ${ttlSeconds} s is ${told}`, () => {
      assert.ok(codeText('sms', { ttlSeconds }).text.includes(`valid for ${told}`))
    })

  for (const ttlSeconds of [30, 45, 60, 89, 90, 119, 150, 299, 300, 599, 600])
    it(`of ${ttlSeconds} s is never told longer than it is`, () => {
      for (const [, message] of everyMessage) {
        const [, amount, unit] = /valid for (\d+) (s|min)/.exec(message({ ttlSeconds }).text) ?? []
        if (!amount) continue // some messages do not tell
        const toldSeconds = Number(amount) * (unit === 'min' ? 60 : 1)
        assert.ok(toldSeconds > 0 && toldSeconds <= ttlSeconds, `told ${amount} ${unit}`)
      }
    })
})

describe('a notice', () => {
  const nowMs = Date.UTC(2027, 0, 2, 3, 4, 5)
  const events = Object.keys(noticeEvents) as (keyof typeof noticeEvents)[]

  it('says what happened, where and when, and what to do', () => {
    assert.deepEqual(noticeOf('contact-changed', 'sms', nowMs, context), {
      subject: null,
      text: 'Your phone number or address was changed at Example Bank, 2027-01-02 03:04 UTC. If this was not you, tell Example Bank at once.',
      html: null,
      language: 'en',
    })
  })

  for (const event of events)
    it(`of ${event} has no code, no link and no leftover, in any language, by SMS and e-mail`, () => {
      for (const language of languages)
        for (const via of ['sms', 'email'] as const) {
          const { subject, text, html } = noticeOf(event, via, nowMs, { ...context, language })
          for (const part of [subject, text, html]) assert.doesNotMatch(part ?? '', /[{}]|https?:|undefined|null/)
          assert.ok(text.includes(noticeEvents[event][language]))
          assert.equal(subject !== null && html !== null, via === 'email')
        }
    })

  it('shows the name of the customer as text', () => {
    for (const customerName of hostile) {
      const plain = noticeOf('locked', 'email', nowMs, { ...context, customerName: 'x' })
      const { html, text } = noticeOf('locked', 'email', nowMs, { ...context, customerName })
      assert.equal(count(html, /</g), count(plain.html, /</g))
      assert.ok(text.includes(customerName))
    }
  })
})

describe('escapeHtml', () => {
  for (const text of ['', 'plain', ...hostile, '&amp;', `all of <>&"' at once`])
    it(`${JSON.stringify(text)} is read back as it was, and holds no markup`, () => {
      assert.doesNotMatch(escapeHtml(text), /[<>"']/)
      assert.equal(unescaped(escapeHtml(text)), text)
    })
})

function count(text: string | null, pattern: RegExp): number {
  return text?.match(pattern)?.length ?? 0
}

function unescaped(html: string): string {
  const letters = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' } as const
  return html.replace(/&(?:lt|gt|quot|#39|amp);/g, (entity) => letters[entity as keyof typeof letters])
}
