import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { inbox, testKey } from '../support/caller.ts'
import { databaseNames } from '../support/databases.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { countersign, json } from './command.ts'

const { customerKey } = testKey
const rememberedMs = 1_100

interface Text {
  readonly id: string
  readonly language: string
  readonly isOwn: boolean
  readonly text: string
}

interface Shown {
  readonly message: string
  readonly channel: string
  readonly subject: string | null
  readonly text: string
  readonly html: string | null
  readonly smsParts: number | null
}

for (const name of databaseNames) {
  describe(`templates while a server runs on ${name}`, () => {
    let server: TestServer
    before(async () => {
      server = await startServer(name)
    })
    after(() => server.close())

    const command = (words: readonly string[], input = '') =>
      countersign(server.place, ['templates', ...words], {}, input)
    const preview = async (...words: string[]) =>
      (await json<{ messages: Shown[] }>(server.place, ['templates', 'preview', ...words])).messages
    const texts = async () => (await json<{ templates: Text[] }>(server.place, ['templates', 'list'])).templates
    async function sms(phone: string): Promise<string> {
      await sleep(rememberedMs)
      await server.call('/auth/challenge', { customerKey, phone, authType: 'SMS' })
      return (await inbox(server.baseUrl, phone))[0]?.text ?? ''
    }

    it('a text that is set is sent, in its language alone, and ours again when it is reset', async () => {
      const set = await command(['set', 'code.sms', '{code} from {customer}'])
      assert.equal(set.code, 0, set.stderr)
      assert.match(await sms('+15551110001'), /^\d{6} from Default$/)
      const own = (await texts()).filter(({ isOwn }) => isOwn)
      assert.deepEqual(
        own.map(({ id, language, text }) => [id, language, text]),
        [['code.sms', 'en', '{code} from {customer}']],
      )
      assert.equal((await command(['reset', 'code.sms'])).code, 0)
      assert.match(await sms('+15551110002'), /is your Default code\. It is valid/)
      assert.ok((await texts()).every(({ isOwn }) => !isOwn))
    })

    it("is the customer's language when none is named", async () => {
      await server.set('language', 'es')
      const shown = await json<Text>(server.place, ['templates', 'show', 'code.sms'])
      assert.deepEqual([shown.language, shown.text.includes('su código')], ['es', true])
      await server.set('language', 'en')
    })

    for (const [id, text, says] of [
      ['code.sms', 'Hello', 'This text must contain {code}.'],
      ['code.sms', '{code} {kode}', 'This text may not use {kode}. It may use {code}, {customer}, {purpose}, {life}.'],
      ['links.email.text', '{accept}', 'This text must contain {deny}.'],
      ['code.email.subject', '{code}\nBcc: x', 'A text has no invisible characters, and a subject is one line.'],
      ['code.call', `{code}${'x'.repeat(1_000)}`, 'A text has at most 1000 characters.'],
      ['code.sms', '', 'It is empty.'],
    ] as const) {
      it(`${id} is not set, nor tried, when it is of no use: ${says}`, async () => {
        for (const verb of ['set', 'preview']) {
          const { code, stdout, stderr } = await command([verb, id, text])
          assert.deepEqual([code, stdout, stderr], [1, '', `${id} cannot be this text. ${says}\n`])
        }
        assert.ok((await texts()).every(({ isOwn }) => !isOwn))
      })
    }

    it('an unknown text, language or too many texts are not understood', async () => {
      for (const words of [
        ['show', 'code.fax'],
        ['show', 'code.sms', '--language', 'fr'],
        ['set', 'code.sms'],
        ['set', 'code.sms', '{code}', '--file', '-'],
        ['preview', '--file', '-'],
      ]) {
        const { code, stderr } = await command(words)
        assert.equal(code, 2, words.join(' '))
        assert.match(stderr, /Add --help/)
      }
      assert.match((await command(['show', 'code.fax'])).stderr, /code\.sms, code\.email\.subject/)
    })

    it('a text of several lines comes from a file or from standard input', async () => {
      const text = 'Hello,\r\n\r\n{code}\r\n\r\nis the code of {customer}.\r\n'
      const { code, stderr } = await command(['set', 'code.email.text', '--file', '-'], text)
      assert.equal(code, 0, stderr)
      const [mail] = await preview('code.email.text')
      assert.equal(mail?.text, 'Hello,\n\n123456\n\nis the code of Default.')
      assert.match(mail?.html ?? '', /<strong [^>]*>123456<\/strong>/)
      await command(['reset', 'code.email.text'])
    })

    it('preview shows every message of every way as it would arrive', async () => {
      const messages = await preview()
      assert.deepEqual(
        messages.map(({ message, channel }) => `${message} ${channel}`),
        [
          'code sms',
          'code email',
          'code call',
          'links sms',
          'links email',
          'voice sms',
          'voice email',
          'notice email',
          'notice sms',
        ],
      )
      const [codeSms, codeEmail, codeCall, linksSms] = messages
      assert.match(codeSms?.text ?? '', /^123456 is your Default code for "Sign in"\. It is valid for 5 min\./)
      assert.equal(codeSms?.smsParts, 1)
      assert.equal(codeEmail?.subject, '123456 is your Default code')
      assert.match(codeCall?.text ?? '', /1, 2, 3, 4, 5, 6/)
      assert.match(linksSms?.text ?? '', /Accept: http:\S+\/link\/\S+ Deny: http:\S+\/link\/\S+$/)
      assert.equal(linksSms?.smsParts, 2)
      for (const { text, subject } of messages) assert.doesNotMatch(text + (subject ?? ''), /[{}]/)
    })

    it('preview of a text shows the messages that hold it, also when it is not set', async () => {
      const [tried, ...others] = await preview('code.sms', 'Ñandú Ω {code} 😀')
      assert.deepEqual([tried?.text, others], ['Ñandú Ω 123456 😀', []])
      const purposes = await preview('purpose', ' ({transaction})', '--language', 'es')
      assert.deepEqual(
        purposes.map(({ message, channel }) => `${message} ${channel}`),
        ['code sms', 'code email', 'links sms', 'links email', 'voice sms', 'voice email'],
      )
      assert.match(purposes[0]?.text ?? '', /Default \(Sign in\)\. Vale 5 min/)
      assert.ok((await texts()).every(({ isOwn }) => !isOwn))
      const { stdout } = await command(['preview', 'code.sms', `{code} ${'x'.repeat(160)}`])
      assert.match(stdout, /^── code by sms, 167 characters, 2 SMS$/m)
    })

    it('a stored text that is of no use is told as not used', async () => {
      await server.assembled.store.write((tx) =>
        tx.settings.set(customerKey, 'template.code.sms.en', 'no code', server.now()),
      )
      assert.match((await command(['list'])).stdout, /^code\.sms +en +NOT USED +This text must contain \{code\}\.$/m)
      assert.match((await command(['show', 'code.sms'])).stdout, /^It is not used: This text must contain/m)
      assert.match((await preview('code.sms'))[0]?.text ?? '', /123456 is your/)
      await command(['reset', 'code.sms'])
    })
  })
}
