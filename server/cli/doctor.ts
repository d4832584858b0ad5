import { resolve } from 'node:path'
import type { Command } from 'commander'
import { type Config, ConfigError, readConfig } from '../config.ts'
import { isMissing } from '../data-folder.ts'
import type { Store } from '../store/open.ts'
import { whyNotOpen } from '../why-not-started.ts'
import {
  addressLine,
  certificateLine,
  checkpointsLine,
  clockLine,
  customersLine,
  folderLine,
  gatewayLines,
  type Line,
  nodeLine,
  ok,
  portLine,
  problem,
  voiceLine,
  warning,
} from './checks.ts'
import { example } from './options.ts'
import type { Act, Report } from './report.ts'
import { columns } from './terminal.ts'

export function doctor(program: Command, act: Act): void {
  program
    .command('doctor')
    .description('Look for what is wrong with this server and say what to do; exit code 1 when there is a problem')
    .addHelpText('after', example('doctor', 'doctor --json'))
    .action(act(examine))
}

async function examine(): Promise<Report> {
  const lines: Line[] = [nodeLine(process.versions.node)]
  const config = settingsOf(lines)
  if (config) await examineServer(config, lines)
  const isFine = lines.every(({ state }) => state !== 'problem')
  const text = columns(lines.map(({ name, state, text }) => [state === 'ok' ? 'ok' : state.toUpperCase(), name, text]))
  return { text, json: { isFine, checks: lines }, isFine }
}

function settingsOf(lines: Line[]): Config | null {
  try {
    const config = readConfig(process.env)
    lines.push(ok('settings', `They can be read; ${config.mode} mode.`))
    return config
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    lines.push(...error.message.split('\n').map((text) => problem('settings', text)))
    return null
  }
}

async function examineServer(config: Config, lines: Line[]): Promise<void> {
  const folder = folderLine(config)
  lines.push(folder, checkpointsLine(config), addressLine(config), await portLine(config), voiceLine(config))
  const certificate = certificateLine(config, Date.now())
  if (certificate) lines.push(certificate)
  if (folder.state === 'problem') return
  if (isMissing(config)) {
    lines.push(warning('database', 'There is none yet: the first start of the server makes it.'))
    return
  }
  const store = await opened(config, lines)
  if (!store) return
  try {
    if (store.dialect === 'postgres') lines.push(await clockLine(store))
    lines.push(...(await gatewayLines(store, config)), await customersLine(store))
  } finally {
    await store.close()
  }
}

async function opened(config: Config, lines: Line[]): Promise<Store | null> {
  const { openStoreOf } = await import('../database.ts')
  try {
    const store = await openStoreOf(config)
    const where = store.dialect === 'postgres' ? 'PostgreSQL' : `SQLite in ${resolve(config.dataDir)}`
    const text = `${where} opens, its tables are of this release, and the master key fits.`
    lines.push(ok('database', text))
    return store
  } catch (error) {
    lines.push(problem('database', whyNotOpen(config, error)))
    return null
  }
}
