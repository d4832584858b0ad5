import { spawnSync } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'

/** What the tests need besides the packages of npm, and how to tell that it is there. */
const needs = [
  {
    package: 'postgresql',
    isThere: () => postgresBin() !== undefined,
    why: 'every promise is tested on PostgreSQL too',
  },
  { package: 'oathtool', isThere: () => hasCommand('oathtool'), why: 'an independent maker of one-time codes' },
  { package: 'php-cli', isThere: () => hasCommand('php'), why: "the vendor's PHP sample" },
  { package: 'php-curl', isThere: () => hasPhpModule('curl'), why: "the vendor's PHP sample" },
  { package: 'default-jdk-headless', isThere: () => hasCommand('java'), why: "the vendor's Java sample" },
  {
    package: 'pocketsphinx',
    isThere: () => hasCommand('pocketsphinx_batch'),
    why: 'checks the digits that are said',
  },
  {
    package: 'pocketsphinx-en-us',
    isThere: () => existsSync('/usr/share/pocketsphinx/model/en-us/en-us/mdef'),
    why: 'its English',
  },
  { package: 'espeak-ng', isThere: () => hasCommand('espeak-ng'), why: 'makes voices' },
  { package: 'flite', isThere: () => hasCommand('flite'), why: 'makes other voices' },
  { package: 'chromium', isThere: () => existsSync('/usr/bin/chromium'), why: 'pages are tested in a real browser' },
] as const

/** The folder of PostgreSQL's own programs, the newest release that is installed. */
export function postgresBin(): string | undefined {
  return globSync('/usr/lib/postgresql/*/bin').sort().at(-1)
}

/** Installs what is missing where that is possible (root on Debian); otherwise says what to install, and throws. */
export function ensureInstalled(): void {
  const missing = needs.filter(({ isThere }) => !isThere())
  if (missing.length === 0) return
  const names = missing.map((need) => need.package)
  if (process.getuid?.() !== 0 || !hasCommand('apt-get')) {
    const list = missing.map((need) => `  ${need.package}: ${need.why}`).join('\n')
    throw new Error(
      `The tests need programs that are not installed:\n${list}\nOn Debian or Ubuntu: sudo apt-get install ${names.join(' ')}`,
    )
  }
  process.stdout.write(`Installing ${names.join(', ')} …\n`)
  apt('update', '-qq')
  apt('install', '-y', '-qq', '--no-install-recommends', ...names)
}

function apt(...options: string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const { status, stderr } = spawnSync('apt-get', options, {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`apt-get ${options[0]} failed:\n${stderr}`)
}

function hasCommand(name: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${name}`], { stdio: 'ignore' }).status === 0
}

function hasPhpModule(name: string): boolean {
  const { stdout } = spawnSync('php', ['-m'], { encoding: 'utf8' })
  return (stdout ?? '').split('\n').includes(name)
}
