import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { saying, startGateway } from '../channels/http-server.ts'
import { testKey } from '../support/caller.ts'
import { databaseNames } from '../support/databases.ts'
import { dump, openRaw } from '../support/raw.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { countersign, type Ended } from './command.ts'

const { customerKey } = testKey
const rememberedMs = 1_100

const smpp = {
  id: 'carrier',
  type: 'smpp',
  via: ['sms'],
  host: 'smpp.example',
  port: 3550,
  systemId: 'acme',
  source: 'ACME',
}
const http = { id: 'web', type: 'http', via: ['sms'] }
const secrets = ['hunter2', 'key-in-the-url', 'key-in-a-header', 'mail-password', 'a-secret-of-the-webhooks']

/** With a secret in every place that can hold one. */
const whole = {
  server: {
    providers: [
      { ...smpp, password: 'hunter2' },
      { ...http, url: 'https://sms.example/?k=key-in-the-url', headers: { 'X-Key': 'key-in-a-header' } },
    ],
    smtpUrl: 'smtp://acme:mail-password@mail.example:587',
    smtpFrom: 'ACME <mfa@acme.example>',
  },
  customers: {
    [customerKey]: {
      codeLength: 8,
      notices: false,
      allowedCountries: ['US', 'MX'],
      webhookUrl: 'https://acme.example/hook',
      webhookSecret: 'a-secret-of-the-webhooks',
      templates: { 'code.sms': { en: 'ACME: {code}', es: '{code}: ACME' } },
    },
  },
}

for (const name of databaseNames) {
  describe(`a file of settings while a server runs on ${name}`, () => {
    let server: TestServer
    let file: string
    before(async () => {
      server = await startServer(name)
      file = join(server.place.dataDir, 'settings.json')
    })
    after(() => server.close())

    const command = (words: readonly string[], input = '') =>
      countersign(server.place, ['settings', ...words], {}, input)
    const take = (content: unknown, ...more: string[]): Promise<Ended> => {
      const isRaw = typeof content === 'string' || content instanceof Uint8Array
      writeFileSync(file, isRaw ? content : JSON.stringify(content))
      return command(['import', file, ...more])
    }
    const taken = async (content: unknown, ...more: string[]) => {
      const { code, stdout, stderr } = await take(content, ...more, '--json')
      assert.equal(code, 0, stderr)
      return JSON.parse(stdout) as { isDryRun: boolean; changes: { path: string }[]; unchanged: number }
    }
    const exported = async () => {
      const { code, stdout, stderr } = await command(['export'])
      assert.equal(code, 0, stderr)
      return { file: JSON.parse(stdout), aside: stderr }
    }
    const stored = async () => {
      const { settings } = server.assembled.store.read
      return [Object.fromEntries(await settings.all(0)), Object.fromEntries(await settings.all(customerKey))]
    }

    it('changes everything it names, and servers use it', async () => {
      const { changes, unchanged } = await taken(whole)
      assert.deepEqual([changes.length, unchanged], [10, 0])
      await sleep(rememberedMs)
      const email = 'bob@example.com'
      await server.set('smtpUrl', '', 0) // so that the message lands in the inbox
      await server.call('/auth/challenge', { customerKey, email, authType: 'EMAIL' })
      assert.equal((await server.codeFor(email)).length, 8)
      const { settings, templates } = (await server.assembled.store.read.customers.find(customerKey)) ?? assert.fail()
      assert.deepEqual([settings.notices, settings.allowedCountries], [false, ['US', 'MX']])
      assert.equal(templates.get('code.sms.es'), '{code}: ACME')
      await taken(whole)
    })

    it('changes nothing the second time', async () => {
      await taken(whole)
      const before = await stored()
      const { changes, unchanged } = await taken(whole)
      assert.deepEqual([changes, unchanged], [[], 10])
      assert.deepEqual(await stored(), before)
    })

    it('is printed by export without a secret, which it names beside it', async () => {
      await taken(whole)
      const { stdout, stderr } = await command(['export'])
      for (const secret of secrets) assert.ok(!(stdout + stderr).includes(secret), secret)
      assert.deepEqual(JSON.parse(stdout), {
        server: { providers: [smpp, http], smtpFrom: whole.server.smtpFrom },
        customers: {
          [customerKey]: {
            codeLength: 8,
            notices: false,
            webhookUrl: 'https://acme.example/hook',
            allowedCountries: ['US', 'MX'],
            templates: whole.customers[customerKey]?.templates,
          },
        },
      })
      assert.equal(
        stderr,
        `Without what is secret: the secrets of server.providers, server.smtpUrl, customers.${customerKey}.webhookSecret.\n`,
      )
    })

    it('that export printed brings back what was changed since, and keeps every secret it left out', async () => {
      await taken(whole)
      const before = await stored()
      const { file: printed } = await exported()
      await taken({
        server: { smtpFrom: null, providers: [{ ...smpp, host: 'elsewhere.example' }, http] },
        customers: { [customerKey]: { codeLength: 6, templates: { 'code.sms': { en: null } } } },
      })
      assert.notDeepEqual(await stored(), before)
      await taken(printed)
      const parsed = (all: Awaited<ReturnType<typeof stored>>) => [
        { ...all[0], providers: JSON.parse(all[0]?.['providers'] ?? '') },
        all[1],
      ]
      assert.deepEqual(parsed(await stored()), parsed(before))
    })

    it('takes a secret away by null, and only then', async () => {
      await taken(whole)
      await taken({ server: { providers: [{ ...http, headers: null }] } })
      const [{ providers } = {}] = await stored()
      assert.deepEqual(JSON.parse(providers ?? ''), [{ ...http, url: 'https://sms.example/?k=key-in-the-url' }])
      await taken({ server: { providers: null, smtpUrl: null } })
      const [{ providers: none, smtpUrl } = {}] = await stored()
      assert.deepEqual([none, smtpUrl], [undefined, undefined])
      await taken(whole)
    })

    it('does not lend the secrets of one provider to another', async () => {
      await taken(whole)
      for (const [other, missing] of [
        [{ ...smpp, id: 'another' }, 'password'],
        [{ ...http, id: 'carrier' }, 'url'],
      ] as const) {
        const { code, stderr } = await take({ server: { providers: [other] } })
        assert.equal(code, 1)
        assert.match(stderr, new RegExp(`^server\\.providers\\[0\\]\\.${missing} is missing\\.$`, 'm'))
      }
    })

    it('is all or nothing: every mistake is told by its place and meaning, and nothing is changed', async () => {
      await taken(whole)
      const before = await stored()
      const { code, stdout, stderr } = await take({
        server: {
          smtpFrom: 'Other <other@example.com>',
          smtpfrom: 'x@example.com',
          smtpUrl: 'http://acme:hunter2@mail.example',
          providers: [{ ...smpp, password: 'hunter2', port: 0, hots: 'x' }, 7],
        },
        customers: {
          [customerKey]: {
            codeLength: 12,
            attemptsMax: '5',
            notices: 'false',
            allowedCountries: 'US',
            language: 'fr',
            colour: 'red',
            templates: { 'code.sms': { en: 'no code', fr: '{code}' }, 'code.fax': {}, 'code.call': { en: 7 } },
          },
          999: { codeLength: 7 },
        },
        clients: {},
      })
      assert.deepEqual([code, stdout], [1, ''])
      const own = `customers.${customerKey}`
      for (const line of [
        /^Nothing was changed\.$/m,
        /^server\.smtpfrom is not known here\. There are: providers, smtpUrl, smtpFrom, .+\.$/m,
        /^server\.smtpUrl cannot be this value\. It means: SMTP server/m,
        /^server\.providers\[0\]\.port must be >= 1\.$/m,
        /^server\.providers\[0\]\.hots is not known here: there are id, type, .*systemId/m,
        /^server\.providers\[1\] must be an object\.$/m,
        new RegExp(`^${own}\\.codeLength cannot be 12\\. It means: Digits of a code sent by message, 6–8\\.$`, 'm'),
        new RegExp(`^${own}\\.attemptsMax must be a number\\. It means: Wrong answers`, 'm'),
        new RegExp(`^${own}\\.notices must be true or false\\. It means:`, 'm'),
        new RegExp(`^${own}\\.allowedCountries must be a list of texts\\. It means:`, 'm'),
        new RegExp(`^${own}\\.language cannot be "fr"\\. It means:`, 'm'),
        new RegExp(`^${own}\\.colour is not known here\\. There are: defaultCountry, .*templates\\.$`, 'm'),
        new RegExp(`^${own}\\.templates\\.code\\.sms\\.en: This text must contain \\{code\\}\\.$`, 'm'),
        new RegExp(`^${own}\\.templates\\.code\\.sms\\.fr is not known here\\. There are: en, es\\.$`, 'm'),
        new RegExp(`^${own}\\.templates\\.code\\.fax is not known here\\. There are: code\\.sms,`, 'm'),
        new RegExp(`^${own}\\.templates\\.code\\.call\\.en: It must be a text\\.$`, 'm'),
        /^customers\.999: there is no such customer\./m,
        /^clients is not known here\. There are: server, customers\.$/m,
      ])
        assert.match(stderr, line)
      assert.equal(stderr.trim().split('\n').length, 18)
      assert.doesNotMatch(stderr, /hunter2/)
      assert.deepEqual(await stored(), before)
    })

    it('only says with --dry-run what it would change', async () => {
      await taken(whole)
      const before = await stored()
      const wish = { customers: { [customerKey]: { codeLength: 7, webhookSecret: 'another-secret-of-theirs' } } }
      const { code, stdout } = await take(wish, '--dry-run')
      assert.equal(code, 0)
      assert.match(stdout, /^Nothing was changed\. Without --dry-run, 2 settings would be\.\n/)
      assert.match(stdout, new RegExp(`^customers\\.${customerKey}\\.codeLength +8 +→ +7$`, 'm'))
      assert.match(
        stdout,
        new RegExp(`^customers\\.${customerKey}\\.webhookSecret +\\(set\\) +→ +\\(set\\), other`, 'm'),
      )
      assert.doesNotMatch(stdout, /another-secret/)
      const texts = { customers: { [customerKey]: { templates: { 'code.email.text': { en: 'Hello\n\n{code}' } } } } }
      const { stdout: told } = await take(texts, '--dry-run')
      assert.match(told, /\.templates\.code\.email\.text\.en +\(default\) +→ +Hello {2}\{code\}$/m)
      const { isDryRun, changes } = await taken(wish, '--dry-run')
      assert.deepEqual([isDryRun, changes.length], [true, 2])
      assert.deepEqual(await stored(), before)
      assert.equal((await take({ colour: 'red' }, '--dry-run')).code, 1)
    })

    it('comes by standard input too', async () => {
      const { code, stdout } = await command(['import', '-'], '{"server":{"smtpFrom":"In <in@example.com>"}}')
      assert.equal(code, 0)
      assert.match(stdout, /^server\.smtpFrom .* → +In <in@example\.com>$/m)
      assert.equal((await command(['get', 'smtpFrom'])).stdout, 'In <in@example.com>\n')
    })

    for (const [what, content, says] of [
      ['is empty', '', /settings\.json is not JSON: it is empty\.$/m],
      ['is no JSON', '{\n  "server": {\n    "smtpUrl": hunter2\n', /settings\.json is not JSON: see line 3\.$/m],
      ['is cut off', '{"server": {"smtpUrl": "smtp://a:hunter2@b"', /settings\.json is not JSON: see line 1\.$/m],
      [
        'has one comma too many',
        '{"server": {\n"providers": [{},\n]\n}}',
        /settings\.json is not JSON: see line 3\.$/m,
      ],
      ['is a list', '[]', /^The file must hold an object\.$/m],
      ['is no UTF-8', Buffer.from('{"server": "\u00fc"}', 'latin1'), /settings\.json is not text in UTF-8\.$/m],
      ['is too large', ' '.repeat(1024 * 1024 + 1), /settings\.json is larger than 1 MiB\.$/m],
      ['holds a prototype', '{"__proto__":{"server":{}}}', /^__proto__ is not known here/m],
      ['holds the prototype of a setting', '{"server":{"constructor":1}}', /^server\.constructor is not known here/m],
    ] as const) {
      it(`that ${what} is refused in a sentence, without showing what is in it`, async () => {
        const { code, stderr } = await take(content)
        assert.equal(code, 1)
        assert.match(stderr, says)
        assert.doesNotMatch(stderr, /hunter2|^ {4}at /m)
      })
    }

    it('that is not there is refused', async () => {
      const { code, stderr } = await command(['import', join(server.place.dataDir, 'nothing.json')])
      assert.equal(code, 1)
      assert.match(stderr, /nothing\.json cannot be read: ENOENT/)
    })

    it('leaves a line in the audit for each change, without a secret', async () => {
      const audited = async () => {
        const raw = await openRaw(server.place)
        const rows = (await dump(raw))['audit_rows']?.map(({ kind, outcome, detail }) => `${kind} ${outcome} ${detail}`)
        await raw.close()
        return rows ?? []
      }
      const before = await audited()
      await taken({ server: { smtpUrl: 'smtp://acme:hunter2@other.example', smtpFrom: 'Audit <a@example.com>' } })
      assert.deepEqual((await audited()).slice(before.length).sort(), [
        'setting set {"by":"command line","name":"smtpFrom","value":"Audit <a@example.com>"}',
        'setting set {"by":"command line","name":"smtpUrl"}',
      ])
    })

    it('of one customer is exported alone', async () => {
      const { stdout } = await command(['export', '--customer', String(customerKey)])
      assert.deepEqual(Object.keys(JSON.parse(stdout)), ['customers'])
    })

    it('sets up a gateway that works at once', async () => {
      const gateway = await startGateway()
      gateway.answer = saying(200)
      try {
        await taken({ server: { providers: [{ ...http, url: `${gateway.url}/?to={to}&text={text}`, headers: null }] } })
        await sleep(rememberedMs)
        const phone = '+15552223344'
        const { body } = await server.call('/auth/challenge', { customerKey, phone, authType: 'SMS' })
        assert.equal(body.status, 'SUCCESS')
        assert.match(gateway.came[0]?.url ?? '', /to=%2B15552223344&text=ACME%3A%20\d{8}/)
      } finally {
        await gateway.stop()
      }
    })
  })
}
