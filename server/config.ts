import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'

const prefix = 'COUNTERSIGN_'

/** What the process was started with. Frozen, and passed to those who need it. */
export interface Config {
  readonly host: string
  readonly port: number
  readonly dataDir: string
  readonly databaseUrl: string | null
  readonly baseUrl: string
  readonly mode: 'development' | 'production'
  readonly inbox: boolean
  readonly masterKeys: readonly Uint8Array[] | null
  readonly bootstrap: {
    readonly customerKey: number | null
    readonly apiKey: string | null
    readonly adminPassword: string | null
  }
  readonly trustedProxies: readonly string[]
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null
  /** Files about addresses, for weighing risk. */
  readonly networks: {
    readonly databases: readonly string[]
    readonly lists: readonly { readonly name: string; readonly file: string }[]
  }
  /** Folder of a background model; null: the one that ships. */
  readonly voiceModel: string | null
  /** An operator's own network, and the SHA-256 of its file in hex. */
  readonly voiceOnnx: { readonly file: string; readonly sha256: string } | null
  readonly logLevel: string
}

/** A setting that cannot be used, with the sentence that says which and how to change it. */
export class ConfigError extends Error {}

interface BootSetting {
  readonly fallback: string | null
  readonly meaning: string
}

/** Every boot setting: its default (null: unset) and what it means. `docs/operating.md` is generated from this table. */
export const bootSettings = {
  HOST: {
    fallback: '127.0.0.1',
    meaning: 'Address to listen on, such as `192.0.2.7` or `::1`. `0.0.0.0` for all of IPv4, `::` for all.',
  },
  PORT: { fallback: '8080', meaning: 'Port to listen on, 0–65535. `0` takes a free one.' },
  DATA_DIR: {
    fallback: './data',
    meaning: 'Folder for the SQLite file, the development master key and the checkpoints of the audit.',
  },
  DATABASE_URL: {
    fallback: null,
    meaning: '`postgres://user:password@host/database` for PostgreSQL 15 or newer. Unset: SQLite in `DATA_DIR`.',
  },
  BASE_URL: {
    fallback: null,
    meaning:
      'The address users and callers reach this server at, without a path. Unset: made from host and port. Must be https in production.',
  },
  MODE: { fallback: 'development', meaning: '`development` or `production`.' },
  INBOX: {
    fallback: null,
    meaning:
      '`on` or `off`: the page that shows every message no gateway is set up for. Unset: on in development. Production refuses to start with it on.',
  },
  MASTER_KEY: {
    fallback: null,
    meaning:
      '32 random bytes in base64 (`openssl rand -base64 32`). Several, separated by commas: the first seals, the others still open. Unset in development: made in `DATA_DIR/master.key`. Required in production.',
  },
  BOOTSTRAP_CUSTOMER_KEY: {
    fallback: null,
    meaning: 'Key of the first customer, decimal digits. First start only; random and printed when unset.',
  },
  BOOTSTRAP_API_KEY: {
    fallback: null,
    meaning: 'API key of the first customer, 16–128 characters. First start only; random and printed when unset.',
  },
  BOOTSTRAP_ADMIN_PASSWORD: {
    fallback: null,
    meaning:
      'Password of the first console administrator, who signs in as `admin`; 12–200 characters. First start only; a one-time link is printed when unset.',
  },
  TRUSTED_PROXIES: {
    fallback: null,
    meaning: 'Addresses or CIDR ranges, separated by commas, whose `X-Forwarded-For` is believed. Unset: nobody.',
  },
  TLS_CERT: {
    fallback: null,
    meaning: 'File with the certificate chain in PEM. Together with `TLS_KEY` the server speaks HTTPS itself.',
  },
  TLS_KEY: { fallback: null, meaning: 'File with the private key in PEM.' },
  IP_DATABASES: {
    fallback: null,
    meaning:
      'Files of the `.mmdb` format, separated by commas, that know the country, the city or the provider of addresses; see docs/adaptive.md. Read again when they change. Unset: risk is weighed without.',
  },
  IP_LISTS: {
    fallback: null,
    meaning:
      'Lists of bad networks as `name=file`, separated by commas, such as `tor=/var/lib/lists/tor.txt`: text files of addresses and CIDR ranges, one a line. The names `hosting` and `mobile` tell a kind instead. Read again when they change.',
  },
  VOICE_MODEL: {
    fallback: null,
    meaning: 'Folder of a background model for voices, as `voice train` writes it. Unset: the one that ships.',
  },
  VOICE_ONNX_MODEL: {
    fallback: null,
    meaning:
      'Experimental: a speaker embedding network (ONNX) in place of the background model; needs the package `sherpa-onnx-node`. See docs/voice.md.',
  },
  VOICE_ONNX_DIGEST: { fallback: null, meaning: 'SHA-256 that the file of `VOICE_ONNX_MODEL` must have, in hex.' },
  LOG_LEVEL: { fallback: 'info', meaning: '`debug`, `info`, `warn`, `error` or `silent`.' },
} as const satisfies Record<string, BootSetting>

type Name = keyof typeof bootSettings
const logLevels = ['debug', 'info', 'warn', 'error', 'silent']

/** Reads the environment; throws `ConfigError` with every problem found, one per line. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const problems = unknownNames(environment)
  const read = (name: Name): string | null => readSetting(environment, name, problems)
  const check = <T>(name: Name, parse: (text: string) => T | undefined, expected: string): T | null => {
    const text = read(name)
    if (text === null) return null
    const value = parse(text)
    if (value === undefined) problems.push(`${prefix}${name} must be ${expected}.`)
    return value ?? null
  }

  const mode =
    check('MODE', oneOf(['development', 'production'] as const), 'development or production') ?? 'development'
  // In brackets as in a URL, too.
  const host = (read('HOST') ?? '127.0.0.1').replace(/^\[(.*)\]$/, '$1')
  const port = check('PORT', (text) => wholeNumber(text, 0, 65_535), 'a port number') ?? 0
  const tls = tlsFiles(read('TLS_CERT'), read('TLS_KEY'), problems)
  const baseUrl = check('BASE_URL', origin, 'a URL without a path, such as https://mfa.example.com')
  const inbox = check('INBOX', oneOf(['on', 'off'] as const), 'on or off')
  const config: Config = {
    host,
    port,
    dataDir: read('DATA_DIR') ?? './data',
    databaseUrl: check('DATABASE_URL', postgresUrl, 'a postgres:// URL, or unset for SQLite'),
    baseUrl: baseUrl ?? `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    mode,
    inbox: inbox === null ? mode === 'development' : inbox === 'on',
    masterKeys: check('MASTER_KEY', masterKeys, '32 bytes in base64; make one with: openssl rand -base64 32'),
    bootstrap: {
      customerKey: check(
        'BOOTSTRAP_CUSTOMER_KEY',
        (text) => wholeNumber(text, 1, 999_999_999_999),
        'decimal digits without a leading zero',
      ),
      apiKey: check(
        'BOOTSTRAP_API_KEY',
        (text) => (/^[\x21-\x7e]{16,128}$/.test(text) ? text : undefined),
        '16–128 visible characters',
      ),
      adminPassword: check(
        'BOOTSTRAP_ADMIN_PASSWORD',
        (text) => (/^.{12,200}$/u.test(text) ? text : undefined),
        '12–200 characters',
      ),
    },
    trustedProxies: check('TRUSTED_PROXIES', addressList, 'addresses or CIDR ranges separated by commas') ?? [],
    tls,
    networks: {
      databases: check('IP_DATABASES', fileList, 'files that can be read, separated by commas') ?? [],
      lists: check('IP_LISTS', namedFiles, 'name=file, separated by commas, with files that can be read') ?? [],
    },
    voiceModel: read('VOICE_MODEL'),
    voiceOnnx: voiceOnnx(
      read('VOICE_ONNX_MODEL'),
      check('VOICE_ONNX_DIGEST', (text) => /^[0-9a-f]{64}$/i.exec(text)?.[0].toLowerCase(), '64 hexadecimal digits'),
      problems,
    ),
    logLevel: check('LOG_LEVEL', oneOf(logLevels), 'debug, info, warn, error or silent') ?? 'info',
  }
  if (mode === 'production') problems.push(...productionProblems(config, baseUrl))
  if (problems.length > 0) throw new ConfigError(problems.join('\n'))
  return Object.freeze(config)
}

function productionProblems(config: Config, baseUrl: string | null): string[] {
  const problems = []
  if (!baseUrl?.startsWith('https://'))
    problems.push(`Production needs an https base URL: set ${prefix}BASE_URL=https://your-host.`)
  if (!config.masterKeys)
    problems.push(
      `Production needs a master key: set ${prefix}MASTER_KEY (or ${prefix}MASTER_KEY_FILE); make one with: openssl rand -base64 32`,
    )
  if (config.inbox) problems.push(`Production must not show messages: remove ${prefix}INBOX=on.`)
  return problems
}

function unknownNames(environment: Readonly<Record<string, string | undefined>>): string[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith(prefix))
    .filter((name) => !Object.hasOwn(bootSettings, name.slice(prefix.length).replace(/_FILE$/, '')))
    .map((name) => `${name} is not a setting of Countersign. The settings are listed in docs/operating.md.`)
}

/** An empty value counts as unset: that is how shells and compose files spell it. */
function readSetting(
  environment: Readonly<Record<string, string | undefined>>,
  name: Name,
  problems: string[],
): string | null {
  const direct = environment[prefix + name] || null
  const file = environment[`${prefix}${name}_FILE`] || null
  if (direct !== null && file !== null) problems.push(`Set ${prefix}${name} or ${prefix}${name}_FILE, not both.`)
  if (direct !== null) return direct
  if (file === null) return bootSettings[name].fallback
  try {
    return readFileSync(file, 'utf8').trim() || bootSettings[name].fallback
  } catch {
    problems.push(`${prefix}${name}_FILE names a file that cannot be read: ${file}`)
    return null
  }
}

function tlsFiles(certFile: string | null, keyFile: string | null, problems: string[]): Config['tls'] {
  if (certFile && keyFile) {
    for (const [name, file] of [
      ['TLS_CERT', certFile],
      ['TLS_KEY', keyFile],
    ] as const) {
      if (!isReadable(file)) problems.push(`${prefix}${name} names a file that cannot be read: ${file}`)
    }
    return { certFile, keyFile }
  }
  if (certFile || keyFile) problems.push(`Set both ${prefix}TLS_CERT and ${prefix}TLS_KEY, or neither.`)
  return null
}

function voiceOnnx(file: string | null, sha256: string | null, problems: string[]): Config['voiceOnnx'] {
  if (file !== null && sha256 !== null) return { file, sha256 }
  if (file !== null) problems.push(`Set ${prefix}VOICE_ONNX_DIGEST beside ${prefix}VOICE_ONNX_MODEL.`)
  return null
}

function isReadable(file: string): boolean {
  try {
    readFileSync(file)
    return true
  } catch {
    return false
  }
}

function fileList(text: string): string[] | undefined {
  const files = text.split(',').map((part) => part.trim())
  return files.every(isReadable) ? files : undefined
}

function namedFiles(text: string): { name: string; file: string }[] | undefined {
  const parts = text.split(',').map((part) => /^\s*([a-z][a-z0-9-]{0,29})=(.+?)\s*$/.exec(part))
  const files = parts.map((part) => ({ name: part?.[1] ?? '', file: part?.[2] ?? '' }))
  return files.every(({ name, file }) => name !== '' && isReadable(file)) ? files : undefined
}

function oneOf<T extends string>(allowed: readonly T[]): (text: string) => T | undefined {
  return (text) => allowed.find((word) => word === text)
}

function wholeNumber(text: string, least: number, most: number): number | undefined {
  const value = /^(0|[1-9][0-9]*)$/.test(text) ? Number(text) : Number.NaN
  return value >= least && value <= most ? value : undefined
}

function origin(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isOrigin =
    url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.search && !url.hash && !url.username
  return isOrigin ? url.origin : undefined
}

function postgresUrl(text: string): string | undefined {
  return /^postgres(ql)?:\/\/./.test(text) ? text : undefined
}

function masterKeys(text: string): Uint8Array[] | undefined {
  const keys = text.split(',').map((part) => Buffer.from(part.trim(), 'base64'))
  return keys.every((key) => key.length === 32) ? keys : undefined
}

/** Addresses and CIDR ranges separated by commas; undefined when one is none. */
export function addressList(text: string): string[] | undefined {
  const entries = text.split(',').map((entry) => entry.trim())
  const isRange = (entry: string): boolean => {
    const [address = '', bits, ...rest] = entry.split('/')
    const family = isIP(address)
    return (
      family !== 0 &&
      rest.length === 0 &&
      (bits === undefined || wholeNumber(bits, 0, family === 4 ? 32 : 128) !== undefined)
    )
  }
  return entries.every(isRange) ? entries : undefined
}
