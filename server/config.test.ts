import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { bootSettings, ConfigError, readConfig } from './config.ts'

const masterKey = randomBytes(32).toString('base64')
const production = {
  COUNTERSIGN_MODE: 'production',
  COUNTERSIGN_BASE_URL: 'https://mfa.example.com',
  COUNTERSIGN_MASTER_KEY: masterKey,
}

describe('readConfig', () => {
  it('starts without any setting', () => {
    assert.deepEqual(readConfig({}), {
      host: '127.0.0.1',
      port: 8080,
      dataDir: './data',
      databaseUrl: null,
      baseUrl: 'http://127.0.0.1:8080',
      mode: 'development',
      inbox: true,
      masterKeys: null,
      bootstrap: { customerKey: null, apiKey: null, adminPassword: null },
      trustedProxies: [],
      tls: null,
      networks: { databases: [], lists: [] },
      voiceModel: null,
      voiceOnnx: null,
      logLevel: 'info',
    })
  })

  it('takes an empty value as unset', () => {
    const empty = Object.fromEntries(Object.keys(bootSettings).map((name) => [`COUNTERSIGN_${name}`, '']))
    assert.deepEqual(readConfig(empty), readConfig({}))
  })

  it('does not read the environment of other programs', () => {
    assert.deepEqual(readConfig({ PORT: 'nonsense', HOST: 'nonsense', DATABASE_URL: 'nonsense' }), readConfig({}))
  })

  it('takes an ONNX model with its digest, and never without', () => {
    const digest = 'AB'.repeat(32)
    const file = { COUNTERSIGN_VOICE_ONNX_MODEL: 'voice.onnx' }
    const { voiceOnnx } = readConfig({ ...file, COUNTERSIGN_VOICE_ONNX_DIGEST: digest })
    assert.deepEqual(voiceOnnx, { file: 'voice.onnx', sha256: digest.toLowerCase() })
    assert.deepEqual(problemsOf(file), ['Set COUNTERSIGN_VOICE_ONNX_DIGEST beside COUNTERSIGN_VOICE_ONNX_MODEL.'])
    assert.match(problemsOf({ ...file, COUNTERSIGN_VOICE_ONNX_DIGEST: 'abc' })[0] ?? '', /64 hexadecimal digits/)
  })

  it('cannot be changed afterwards', () => {
    assert.ok(Object.isFrozen(readConfig({})))
  })

  const taken: readonly (readonly [name: string, value: string, field: string, expected: unknown])[] = [
    ['HOST', '0.0.0.0', 'host', '0.0.0.0'],
    ['PORT', '0', 'port', 0],
    ['PORT', '65535', 'port', 65_535],
    ['DATA_DIR', '/var/lib/countersign', 'dataDir', '/var/lib/countersign'],
    ['DATABASE_URL', 'postgres://u:p@h/d', 'databaseUrl', 'postgres://u:p@h/d'],
    ['DATABASE_URL', 'postgresql://h/d', 'databaseUrl', 'postgresql://h/d'],
    ['BASE_URL', 'https://mfa.example.com', 'baseUrl', 'https://mfa.example.com'],
    ['BASE_URL', 'https://mfa.example.com:8443/', 'baseUrl', 'https://mfa.example.com:8443'],
    ['INBOX', 'off', 'inbox', false],
    ['TRUSTED_PROXIES', '10.0.0.1', 'trustedProxies', ['10.0.0.1']],
    ['VOICE_MODEL', './voice-model', 'voiceModel', './voice-model'],
    ['TRUSTED_PROXIES', '10.0.0.0/8, ::1,fd00::/8', 'trustedProxies', ['10.0.0.0/8', '::1', 'fd00::/8']],
    ['LOG_LEVEL', 'silent', 'logLevel', 'silent'],
    ['IP_DATABASES', 'package.json, LICENSE', 'networks', { databases: ['package.json', 'LICENSE'], lists: [] }],
    ['IP_LISTS', 'tor=LICENSE', 'networks', { databases: [], lists: [{ name: 'tor', file: 'LICENSE' }] }],
  ]
  for (const [name, value, field, expected] of taken)
    it(`takes ${name}=${value}`, () => {
      const config = readConfig({ [`COUNTERSIGN_${name}`]: value })
      assert.deepEqual(Object.entries(config).find(([key]) => key === field)?.[1], expected)
    })

  const refused: readonly (readonly [name: string, ...values: string[]])[] = [
    ['PORT', '-1', '65536', '1e3', '0x50', '080', ' 80', '8080 ', 'http', '99999999999'],
    ['MODE', 'prod', 'Production', 'DEVELOPMENT', 'test'],
    ['INBOX', 'true', 'yes', 'ON', '1'],
    ['LOG_LEVEL', 'verbose', 'INFO', 'toString'],
    ['IP_DATABASES', '/nowhere.mmdb', 'LICENSE,'],
    ['IP_LISTS', 'LICENSE', 'tor=/nowhere', 'Tor=LICENSE', '=LICENSE'],
    ['DATABASE_URL', 'mysql://h/d', 'sqlite:./x', 'postgres://', 'h/d', 'xpostgres://h/d'],
    [
      'BASE_URL',
      'mfa.example.com',
      'ftp://mfa.example.com',
      'https://mfa.example.com/auth',
      'https://a/?b',
      'https://a/#b',
    ],
    ['BASE_URL', 'https://user@mfa.example.com', 'javascript:alert(1)', 'https://'],
    ['MASTER_KEY', 'short', randomBytes(31).toString('base64'), randomBytes(33).toString('base64')],
    ['MASTER_KEY', `${masterKey},`, `,${masterKey}`, `${masterKey},short`, randomBytes(32).toString('hex')],
    ['BOOTSTRAP_CUSTOMER_KEY', '0', '-1', '01', '1.5', 'abc', '1000000000000', '11627 ', '١٢'],
    [
      'BOOTSTRAP_API_KEY',
      'fifteen-letters',
      'x'.repeat(129),
      'with a space in it',
      'ümlaut-ümlaut-ümlaut',
      'tab\ttab\ttab\ttab\t',
    ],
    [
      'TRUSTED_PROXIES',
      'everybody',
      '10.0.0.0/33',
      '::/129',
      '10.0.0.1,',
      '10.0.0.0/',
      '10.0.0/8',
      '10.0.0.0/8/8',
      '*',
    ],
  ]
  for (const [name, ...values] of refused)
    for (const value of values)
      it(`refuses ${name}=${JSON.stringify(value)} and names it`, () => {
        const problems = problemsOf({ [`COUNTERSIGN_${name}`]: value })
        assert.equal(problems.length, 1)
        assert.match(problems[0] ?? '', new RegExp(`^COUNTERSIGN_${name} must be `))
      })

  it('names a setting that does not exist, so that a typing error is not a silent default', () => {
    for (const name of [
      'COUNTERSIGN_PROT',
      'COUNTERSIGN_',
      'COUNTERSIGN_port',
      'COUNTERSIGN_toString',
      'COUNTERSIGN__FILE',
    ])
      assert.match(problemsOf({ [name]: '1' })[0] ?? '', new RegExp(`^${name} is not a setting`))
  })

  it('tells every problem at once, one per line', () => {
    const problems = problemsOf({ COUNTERSIGN_PORT: 'x', COUNTERSIGN_MODE: 'x', COUNTERSIGN_TYPO: 'x' })
    assert.equal(problems.length, 3)
  })

  it('never repeats a secret in a problem', () => {
    const text = problemsOf({
      COUNTERSIGN_MASTER_KEY: 'not-a-master-key',
      COUNTERSIGN_BOOTSTRAP_API_KEY: 'too-short',
      COUNTERSIGN_DATABASE_URL: 'mysql://user:hunter2@h/d',
    }).join('\n')
    for (const secret of ['not-a-master-key', 'too-short', 'hunter2']) assert.ok(!text.includes(secret))
  })

  for (const [host, baseUrl] of [
    ['127.0.0.1', 'http://127.0.0.1:80'],
    ['::1', 'http://[::1]:80'],
    ['[::1]', 'http://[::1]:80'],
    ['localhost', 'http://localhost:80'],
  ])
    it(`makes the base URL of host ${host}`, () => {
      assert.equal(readConfig({ COUNTERSIGN_HOST: host, COUNTERSIGN_PORT: '80' }).baseUrl, baseUrl)
    })

  it('speaks HTTPS when both TLS files are named, and wants both', () => {
    const file = import.meta.filename // any that can be read
    const both = readConfig({ COUNTERSIGN_TLS_CERT: file, COUNTERSIGN_TLS_KEY: file })
    assert.deepEqual(both.tls, { certFile: file, keyFile: file })
    assert.match(both.baseUrl, /^https:/)
    for (const one of ['CERT', 'KEY'])
      assert.match(problemsOf({ [`COUNTERSIGN_TLS_${one}`]: 'x.pem' })[0] ?? '', /^Set both/)
  })

  it('reads several master keys; the first one seals', () => {
    const [first, second] = [randomBytes(32), randomBytes(32)]
    const { masterKeys } = readConfig({
      COUNTERSIGN_MASTER_KEY: ` ${first.toString('base64')} , ${second.toString('base64')} `,
    })
    assert.deepEqual(masterKeys, [first, second])
  })
})

describe('a setting in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-config-'))
  after(() => rmSync(folder, { recursive: true }))
  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }

  it('is read without the line break at its end', () => {
    const { bootstrap } = readConfig({ COUNTERSIGN_BOOTSTRAP_API_KEY_FILE: file('key', 'an-api-key-of-the-tests\n') })
    assert.equal(bootstrap.apiKey, 'an-api-key-of-the-tests')
  })

  it('counts as unset when the file is empty', () => {
    assert.equal(readConfig({ COUNTERSIGN_PORT_FILE: file('empty', '\n') }).port, 8080)
  })

  it('is refused when the file cannot be read', () => {
    assert.match(problemsOf({ COUNTERSIGN_MASTER_KEY_FILE: join(folder, 'none') })[0] ?? '', /cannot be read/)
    assert.match(problemsOf({ COUNTERSIGN_MASTER_KEY_FILE: folder })[0] ?? '', /cannot be read/)
  })

  it('is refused beside the same setting in the environment', () => {
    const problems = problemsOf({ COUNTERSIGN_PORT: '80', COUNTERSIGN_PORT_FILE: file('port', '81') })
    assert.match(problems[0] ?? '', /not both/)
  })
})

describe('production', () => {
  it('starts with an https base URL and a master key, without the inbox', () => {
    const config = readConfig(production)
    assert.equal(config.mode, 'production')
    assert.equal(config.inbox, false)
  })

  const lacking: readonly (readonly [promise: string, change: Record<string, string>, problem: RegExp])[] = [
    ['without a base URL', { COUNTERSIGN_BASE_URL: '' }, /https base URL/],
    ['with an http base URL', { COUNTERSIGN_BASE_URL: 'http://mfa.example.com' }, /https base URL/],
    ['without a master key', { COUNTERSIGN_MASTER_KEY: '' }, /needs a master key/],
    ['with the inbox', { COUNTERSIGN_INBOX: 'on' }, /must not show messages/],
  ]
  for (const [promise, change, problem] of lacking)
    it(`does not start ${promise}`, () => {
      const problems = problemsOf({ ...production, ...change })
      assert.equal(problems.length, 1)
      assert.match(problems[0] ?? '', problem)
    })

  it('tells everything that is missing at once', () => {
    assert.equal(problemsOf({ COUNTERSIGN_MODE: 'production', COUNTERSIGN_INBOX: 'on' }).length, 3)
  })
})

describe('bootSettings', () => {
  it('says of every setting what it means', () => {
    for (const [name, { meaning }] of Object.entries(bootSettings)) {
      assert.match(name, /^[A-Z][A-Z_]*[A-Z]$/)
      assert.ok(meaning.length > 10, name)
    }
  })
})

function problemsOf(environment: Record<string, string>): string[] {
  try {
    readConfig(environment)
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    return error.message.split('\n')
  }
  return assert.fail('The configuration was taken.')
}
