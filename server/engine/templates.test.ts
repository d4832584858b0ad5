import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { defaultTemplates, fill, languages, noticeEvents, type TemplateId, templateProblem } from './templates.ts'

const ids = Object.keys(defaultTemplates) as TemplateId[]
const none = new Map<string, string>()

function placeholders(text: string): string[] {
  return [...new Set(text.match(/\{[^{}]*\}/g) ?? [])].sort()
}

describe('our own texts', () => {
  for (const id of ids) {
    it(`${id} exists in every language and differs between them only where words do`, () => {
      for (const language of languages) assert.ok(defaultTemplates[id][language].trim(), language)
    })

    it(`${id} has the same placeholders in every language`, () => {
      for (const language of languages)
        assert.deepEqual(placeholders(defaultTemplates[id][language]), placeholders(defaultTemplates[id].en), language)
    })

    it(`${id} passes its own check in every language`, () => {
      for (const language of languages) assert.equal(templateProblem(id, defaultTemplates[id][language]), undefined)
    })

    it(`${id} leaves no placeholder unfilled`, () => {
      const names = placeholders(defaultTemplates[id].en).map((name) => name.slice(1, -1))
      const values = Object.fromEntries(names.map((name) => [name, `<${name}>`]))
      for (const language of languages) assert.deepEqual(placeholders(fill(none, id, language, values)), [])
    })
  }

  it('is written in Spanish, not copied, wherever there are words', () => {
    for (const id of ids.filter((one) => /[a-z]{4}/.test(defaultTemplates[one].en.replaceAll(/\{[a-z]+\}/g, ''))))
      assert.notEqual(defaultTemplates[id].es, defaultTemplates[id].en, id)
  })

  it('what a message is for carries its secret: a code has {code}, a question both links, and nothing has both', () => {
    for (const id of ids.filter((one) => one.endsWith('.sms') || one.endsWith('.text') || one.endsWith('.call'))) {
      const has = placeholders(defaultTemplates[id].en)
      assert.equal(has.includes('{code}'), id.startsWith('code.'), id)
      assert.equal(has.includes('{accept}') && has.includes('{deny}'), id.startsWith('links.'), id)
    }
  })

  it('a link never stands in a subject, which is shown on locked screens', () => {
    assert.doesNotMatch(Object.values(defaultTemplates['links.email.subject']).join(), /accept|deny/)
  })

  it('a call says its code twice, in every language', () => {
    for (const language of languages) assert.equal(defaultTemplates['code.call'][language].split('{code}').length, 3)
  })

  it('every event has its words in every language', () => {
    for (const [event, words] of Object.entries(noticeEvents))
      for (const language of languages) assert.ok(words[language].trim(), `${event} ${language}`)
  })
})

describe('a text of the customer', () => {
  const fine: readonly (readonly [id: TemplateId, text: string])[] = [
    ['code.sms', 'Code {code}'],
    ['code.sms', '{code} {customer}{purpose}'],
    ['code.sms', '{code} {code}'],
    ['links.sms', '{accept} {deny}'],
    ['code.call', 'It is {code}.'],
    ['notice.subject', 'Something changed'],
    ['purpose', ' ({transaction})'],
    ['code.sms', `{code}${'x'.repeat(994)}`],
    ['code.sms', '{code} { } {} {Not One} {1}'],
  ]
  for (const [id, text] of fine)
    it(`${id}: ${JSON.stringify(text.slice(0, 40))} is taken`, () => {
      assert.equal(templateProblem(id, text), undefined)
    })

  const refused: readonly (readonly [id: TemplateId, text: string, says: RegExp])[] = [
    ['code.sms', '', /must contain \{code\}/],
    ['code.sms', 'Your code is here.', /must contain \{code\}/],
    ['code.sms', '{Code}', /must contain \{code\}/],
    ['code.sms', '{ code }', /must contain \{code\}/],
    ['links.sms', '{accept}', /must contain \{deny\}/],
    ['links.sms', '{deny}', /must contain \{accept\}/],
    ['links.email.text', 'Is it you?', /must contain \{accept\}, \{deny\}/],
    ['purpose', ' for you', /must contain \{transaction\}/],
    ['code.sms', '{code} {accept}', /may not use \{accept\}/],
    ['links.sms', '{accept} {deny} {code}', /may not use \{code\}/],
    ['links.sms', '{accept} {deny} {number}', /may not use \{number\}/],
    ['code.sms', '{code} {username}', /may not use \{username\}/],
    ['code.sms', '{code} {constructor}', /may not use \{constructor\}/],
    ['notice.text', '{code}', /may not use \{code\}/],
    ['code.sms', `{code}${'x'.repeat(995)}`, /at most 1000 characters/],
  ]
  for (const [id, text, says] of refused)
    it(`${id}: ${JSON.stringify(text.slice(0, 40))} is refused, and it is said why`, () => {
      assert.match(templateProblem(id, text) ?? '', says)
    })

  for (const breaking of ['\n', '\r\n', '\r', '\u0000', '\u2028', '\u202e'])
    it(`a subject with ${JSON.stringify(breaking)} is refused: a header is one line`, () => {
      assert.ok(templateProblem('code.email.subject', `{code}${breaking}Bcc: everybody@example.com`))
      assert.ok(templateProblem('notice.subject', `{event}${breaking}X: y`))
    })

  for (const breaking of ['\u0000', '\u0007', '\u202e'])
    it(`no text may hold ${JSON.stringify(breaking)}, which no phone shows as what it is`, () => {
      assert.ok(templateProblem('code.sms', `{code}${breaking}`))
    })
})

describe('filling', () => {
  it("takes the customer's own text in its language, else ours", () => {
    const own = new Map([['code.sms.es', 'Clave {code}']])
    assert.equal(fill(own, 'code.sms', 'es', { code: '1' }), 'Clave 1')
    assert.match(fill(own, 'code.sms', 'en', { code: '1', customer: 'A', purpose: '' }), /^1 is your A/)
  })

  it('never reads again what was filled in', () => {
    const own = new Map([['code.sms.en', '{customer} {code}']])
    assert.equal(fill(own, 'code.sms', 'en', { customer: '{code}{code}', code: '42' }), '{code}{code} 42')
  })

  for (const odd of ['$&', '$1', '$`', "$'", '$$', '$<name>'])
    it(`${odd} in a value is text`, () => {
      assert.equal(fill(new Map([['code.sms.en', '[{code}]']]), 'code.sms', 'en', { code: odd }), `[${odd}]`)
    })

  it('uses ours instead of a stored text that could not be set today: nobody gets a message without his code', () => {
    const own = new Map([['code.sms.en', 'Your code is on its way.']])
    assert.match(fill(own, 'code.sms', 'en', { code: '42', customer: 'A', purpose: '' }), /^42 is your A/)
  })

  it('leaves a placeholder that nobody filled as it is', () => {
    const own = new Map([['code.sms.en', '{code} {customer} {purpose}']])
    assert.equal(fill(own, 'code.sms', 'en', { code: '1' }), '1 {customer} {purpose}')
  })
})
