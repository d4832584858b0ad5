import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Via } from '../vocabulary.ts'
import { codeMessage } from './wording.ts'

const code = '042137'
const context = { customerName: 'Example Bank', transactionName: null as string | null, ttlSeconds: 300 }
const message = (via: Via, more: Partial<typeof context> = {}) => codeMessage({ via, code }, { ...context, ...more })

describe('a code by SMS', () => {
  it('begins with the code, names the sender and its life, and warns', () => {
    assert.deepEqual(message('sms'), {
      subject: null,
      text: '042137 is your Example Bank code. It is valid for 5 minutes. Do not share it.',
      html: null,
    })
  })

  it('fits into one SMS of 160 letters with an ordinary name', () => {
    const { text } = message('sms', { transactionName: 'x'.repeat(30) })
    assert.ok(text.length <= 160, String(text.length))
  })

  it('names what it is for', () => {
    assert.match(message('sms', { transactionName: 'Transfer 500 €' }).text, / code for "Transfer 500 €"\. /)
  })
})

describe('a code by e-mail', () => {
  it('has the code in the subject, the text and the page', () => {
    const { subject, text, html } = message('email', { transactionName: 'Login' })
    assert.equal(subject, '042137 is your Example Bank code')
    assert.equal(text, message('sms', { transactionName: 'Login' }).text)
    assert.ok(html?.includes(`>${code}<`))
    assert.ok(html?.includes('for &quot;Login&quot;'))
  })

  it('loads nothing from anywhere, so that opening it tells nobody', () => {
    const { html } = message('email')
    assert.doesNotMatch(html ?? '', /src=|href=|url\(|@import|https?:|<script|<img|<link/i)
  })

  const hostile = [
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '"><a href="https://evil.example">',
    "' style='x",
    '&lt;b&gt;',
    '</p></div></body>',
    '<!--',
  ]
  for (const text of hostile)
    it(`shows ${text} as text, whether it names the transaction or the customer`, () => {
      const plain = message('email', { transactionName: 'x', customerName: 'x' })
      for (const more of [{ transactionName: text }, { customerName: text }]) {
        const { html } = message('email', { transactionName: 'x', customerName: 'x', ...more })
        assert.equal(count(html, /</g), count(plain.html, /</g), 'no tag is added')
        assert.equal(count(html, /["']/g), count(plain.html, /["']/g), 'no quote is added')
        assert.ok(unescaped(html ?? '').includes(text), 'and it can be read')
      }
    })

  it('keeps the plain text plain: nothing is escaped there', () => {
    assert.ok(message('email', { transactionName: 'R&D <3' }).text.includes('"R&D <3"'))
  })
})

describe('the life of a code, as the message tells it', () => {
  const rows: readonly (readonly [ttlSeconds: number, told: string])[] = [
    [60, '1 minute.'],
    [120, '2 minutes.'],
    [300, '5 minutes.'],
    [600, '10 minutes.'],
  ]
  for (const [ttlSeconds, told] of rows)
    it(`of ${ttlSeconds} s is ${told}`, () => {
      assert.ok(message('sms', { ttlSeconds }).text.includes(`valid for ${told}`))
    })

  for (const ttlSeconds of [30, 45, 60, 89, 90, 119, 150, 299, 300, 599, 600])
    it(`of ${ttlSeconds} s is never told longer than it is`, () => {
      const [, amount, unit] = /valid for (\d+) (second|minute)s?\./.exec(message('sms', { ttlSeconds }).text) ?? []
      const toldSeconds = Number(amount) * (unit === 'minute' ? 60 : 1)
      assert.ok(toldSeconds > 0 && toldSeconds <= ttlSeconds, `told ${amount} ${unit}`)
    })
})

function count(text: string | null, pattern: RegExp): number {
  return text?.match(pattern)?.length ?? 0
}

function unescaped(html: string): string {
  const letters = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' } as const
  return html.replace(/&(?:lt|gt|quot|#39|amp);/g, (entity) => letters[entity as keyof typeof letters])
}
