import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { redact } from './redact.ts'

const shown = (text: string) => redact(Buffer.from(text))

describe('a body that can be read', () => {
  const names = ['token', 'otpToken', 'secret', 'password', 'answer', 'answers', 'questionAnswerList', 'apiKey']
  for (const name of [...names, 'qrCodeData', 'otpauthUri', 'matchNumber'])
    it(`never shows ${name}, in whatever case, shape or depth`, () => {
      for (const spelled of [name, name.toUpperCase(), name.toLowerCase()])
        for (const value of ['s3cret', 53, true, ['s3cret'], { inner: 's3cret' }]) {
          const { text, isWhole } = shown(
            JSON.stringify({ [spelled]: value, a: [{ [spelled]: value }], username: 'alice' }),
          )
          assert.doesNotMatch(text, /s3cret|53|true/, spelled)
          assert.deepEqual(JSON.parse(text), { [spelled]: '•••', a: [{ [spelled]: '•••' }], username: 'alice' })
          assert.ok(isWhole)
        }
    })

  it('shows that a secret is empty', () => {
    assert.deepEqual(JSON.parse(shown('{"token":"","secret":null}').text), { token: '', secret: null })
  })

  it('is cut after 4 KB, and then says so', () => {
    const { text, isWhole } = shown(JSON.stringify({ username: 'a'.repeat(5_000) }))
    assert.equal(text.length, 4_096 + '… (cut)'.length)
    assert.ok(text.endsWith('… (cut)') && !isWhole)
  })
})

describe('a body that cannot be read', () => {
  const broken: Readonly<Record<string, string>> = {
    'a digit': '{"a":123456',
    'a token at the end': '{"token":"s3cret',
    'a password in the middle': '{"username":"alice","password":"s3cret pass","x":',
    'single quotes': "{'secret':'s3cret'}",
    'no quotes': '{token:s3cret,username:alice}',
    'a form': 'username=alice&otpToken=s3cret&x=1',
    'upper case': '{"PASSWORD" : "s3cret"',
    'digits of other scripts': '{"code": ٤٢٤٢٤٢',
    'too many levels': `${'{"a":'.repeat(30)}{"token":"s3cret"}${'}'.repeat(30)}`,
    'no JSON at all': '\ufffd"token":"s3cret"',
  }
  for (const [name, text] of Object.entries(broken))
    it(`${name}: neither digits nor secrets are shown`, () => {
      const { text: said, isWhole } = shown(text)
      assert.doesNotMatch(said, /s3cret|cret pass|\p{Nd}/u)
      assert.equal(isWhole, false)
    })

  it('is cut too, and costs no time', () => {
    const start = performance.now()
    for (const part of ['token', 'token":"', '"token" ', '\u{1f600}', "'", 'a=']) {
      const { text } = shown(part.repeat(65_536 / part.length))
      assert.ok(text.length <= 4_096 + 10 && text.isWellFormed())
    }
    assert.ok(performance.now() - start < 2_000)
  })

  it('an empty one is empty', () => {
    assert.deepEqual(shown(''), { text: '', isWhole: false })
  })
})
