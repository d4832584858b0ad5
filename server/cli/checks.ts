import { accessSync, constants, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import packageJson from '../../package.json' with { type: 'json' }
import { type ProviderOf, providersInUse } from '../channels/providers.ts'
import { checkpointFile } from '../checkpoints/write.ts'
import type { Config } from '../config.ts'
import { diskOf, isAbsent, isKeyLost, lostKey } from '../data-folder.ts'
import { serverSettings, withDefaults } from '../settings.ts'
import type { Store } from '../store/open.ts'
import { readTls } from '../tls.ts'
import { serverScope } from '../vocabulary/customer.ts'
import { loadMixture, shippedModel } from '../voice/model.ts'
import { findPocketsphinx } from '../voice/pocketsphinx.ts'
import { onnxProblem } from '../voice/sherpa.ts'
import { reasonOf } from '../why-not-started.ts'
import { smtpProblem, whatListens } from './reach.ts'

/** A difference that asking over a slow network alone can make is not worth a word. */
const clockOffMaxMs = 2_000

const mebibyte = 1024 * 1024
const roomBytes = 100 * mebibyte

/** One thing that was looked at. `problem`: the server does not work like this. */
export interface Line {
  readonly name: string
  readonly state: 'ok' | 'warning' | 'problem'
  /** What was seen and, unless it is ok, what to do. */
  readonly text: string
}

export const ok = (name: string, text: string): Line => ({ name, state: 'ok', text })
export const warning = (name: string, text: string): Line => ({ name, state: 'warning', text })
export const problem = (name: string, text: string): Line => ({ name, state: 'problem', text })

export function nodeLine(version: string): Line {
  const pinned = packageJson.dependencies.node
  if (version === pinned) return ok('Node', `${version}, the release that Countersign is tested on.`)
  const text = `${version} is not ${pinned}, which Countersign is tested on: start it with npm start or npx countersign.`
  return Number.parseInt(version, 10) < Number.parseInt(pinned, 10) ? problem('Node', text) : warning('Node', text)
}

/** The folder matters where SQLite or the development master key is in it. */
export function folderLine(config: Config): Line {
  const { dataDir, databaseUrl, masterKeys } = config
  const folder = resolve(dataDir)
  if (databaseUrl !== null && masterKeys !== null)
    return ok('data folder', 'For checkpoints of the audit alone: PostgreSQL and a given master key.')
  if (isAbsent(folder)) {
    const above = nearest(folder)
    if (isWritable(above)) return ok('data folder', `${folder} does not exist yet: the first start makes it.`)
    const text = `${folder} does not exist, and this user cannot make it in ${above}: make it and give it to the user that runs the server (chown).`
    return problem('data folder', text)
  }
  if (!statSync(folder).isDirectory())
    return problem('data folder', `${folder} is no folder: set COUNTERSIGN_DATA_DIR to one.`)
  const files = ['', 'countersign.db', 'countersign.db-wal', 'countersign.db-shm'].map((file) => join(folder, file))
  const closed = files.find((file) => !isAbsent(file) && !isWritable(file))
  if (closed) {
    const text = `${closed} cannot be written by this user: give it to the user that runs the server (chown), and run this as that user.`
    return problem('data folder', text)
  }
  if (isKeyLost(config)) return problem('data folder', lostKey(config))
  const disk = diskOf(config)
  if (!disk || disk.bytesLeft >= roomBytes) return ok('data folder', `${folder} can be written.`)
  const left = `${Math.floor(disk.bytesLeft / mebibyte)} MiB are left on the disk of ${folder}`
  return disk.isFull
    ? problem('data folder', `${left}: nobody can sign in before there is room again.`)
    : warning('data folder', `${left}: make room before it is full, because nobody can sign in then.`)
}

/** A server without them works, and tells nobody but its log. */
export function checkpointsLine({ dataDir }: Config): Line {
  const name = 'audit checkpoints'
  const file = resolve(checkpointFile(dataDir))
  if (isAbsent(file) && isWritable(nearest(dirname(file)))) return ok(name, `${file} will be made.`)
  const state = isWritable(file) ? statSync(file) : undefined
  if (state?.isFile()) return ok(name, `${file}, last written ${state.mtime.toISOString()}.`)
  const text = `${file} cannot be written, so nobody would notice if the end of the audit was cut off: give the folder to the user that runs the server, or set COUNTERSIGN_DATA_DIR to one that is his.`
  return warning(name, text)
}

/** The folder, or the one above in which it would be made. */
function nearest(folder: string): string {
  return isAbsent(folder) ? nearest(dirname(folder)) : folder
}

function isWritable(file: string): boolean {
  try {
    accessSync(file, constants.W_OK)
    return true
  } catch {
    return false
  }
}

export function addressLine({ baseUrl }: Config): Line {
  const { protocol, hostname } = new URL(baseUrl)
  if (/^(0\.0\.0\.0|\[::\])$/.test(hostname)) {
    const text = `${baseUrl} is no address that anybody can open: set COUNTERSIGN_BASE_URL to the one that users and callers use.`
    return warning('base URL', text)
  }
  const isLocal = /^(localhost|127\..*|\[::1\])$/.test(hostname)
  if (protocol === 'https:') return ok('base URL', baseUrl)
  if (isLocal) return ok('base URL', `${baseUrl}; no phone reaches it: for the phone app use an https address.`)
  const text = `${baseUrl} is not https, and browsers on phones refuse the camera, keys and push messages there, so that no phone can be paired: set COUNTERSIGN_BASE_URL=https://… (see TLS in docs/operating.md).`
  return warning('base URL', text)
}

export async function portLine({ host, port, tls }: Config): Promise<Line> {
  if (port === 0) return ok('port', 'A free one at every start.')
  const who = await whatListens(host, port, tls !== null)
  if (who === null) return ok('port', `${port} is free: the server is not running here.`)
  if (who.product === 'Countersign') return ok('port', `Countersign ${who.version} is running on ${port}.`)
  const text = `${port} is taken by something that is not Countersign: stop it, or set COUNTERSIGN_PORT.`
  return problem('port', text)
}

/** The server's own certificate, where it speaks TLS itself. */
export function certificateLine(config: Config, nowMs: number): Line | null {
  const name = 'certificate'
  try {
    const tls = readTls(config)
    if (!tls) return null
    const end = new Date(tls.expiresAtMs).toISOString()
    if (tls.expiresAtMs > nowMs) return ok(name, `It fits its key, and is valid until ${end}.`)
    return problem(name, `It expired ${end}: renew it, and send the server SIGHUP.`)
  } catch (error) {
    return problem(name, `${reasonOf(error)}.`)
  }
}

/** Voices can be asked for without it, where a customer says so; then a recording of the user gets in. */
export function voiceLine({ voiceModel, voiceOnnx }: Config): Line {
  const broken = voiceOnnx ? onnxProblem(voiceOnnx) : modelProblem(voiceModel ?? shippedModel)
  if (broken) return problem('voice', broken)
  if (findPocketsphinx()) return ok('voice', 'Replay protection on: pocketsphinx checks the digits that are said.')
  const text =
    'Replay protection off: nobody checks the digits that are said, so voices are not asked for (see voiceReplayProtection). On Debian: apt-get install pocketsphinx pocketsphinx-en-us'
  return warning('voice', text)
}

function modelProblem(folder: string): string | undefined {
  try {
    loadMixture(folder)
    return undefined
  } catch (error) {
    return `${folder} holds no background model that can be used (${reasonOf(error)}): make one with voice train, or unset COUNTERSIGN_VOICE_MODEL.`
  }
}

/** Only PostgreSQL has a clock of its own. Countersign follows it, so a difference does not harm its decisions. */
export async function clockLine(store: Store): Promise<Line> {
  const askedMs = Date.now()
  const theirsMs = await store.timeMs()
  const offMs = Math.round((askedMs + Date.now()) / 2 - theirsMs)
  if (Math.abs(offMs) <= clockOffMaxMs) return ok('clock', `Like the database's (${offMs} ms).`)
  const span = `${(Math.abs(offMs) / 1000).toFixed(1)} s ${offMs < 0 ? 'behind' : 'ahead of'}`
  const text = `This machine is ${span} the database. Countersign follows the database: if that one is wrong, codes fail. Synchronize both (NTP).`
  return warning('clock', text)
}

/** Whether every mail server takes our mail, and who carries text messages. */
export async function gatewayLines({ read }: Store, { inbox }: Config): Promise<Line[]> {
  const all = providersInUse(withDefaults(serverSettings, await read.settings.all(serverScope)))
  const mail = all.filter((provider) => provider.type === 'smtp')
  const texts = all.filter((provider) => provider.via.includes('sms'))
  const none = (name: string, what: string, how: string) =>
    inbox
      ? ok(name, `No gateway: they go to the development inbox. Set one up ${how}`)
      : warning(name, `No gateway, so no ${what} can be sent. Set one up ${how}`)
  return [
    ...(mail.length > 0 ? await Promise.all(mail.map(mailLine)) : [none('e-mail', 'e-mail', `with: ${setSmtpUrl}`)]),
    texts.length > 0
      ? ok('text messages', `Carried by ${texts.map(({ id }) => id).join(', ')}.`)
      : none('text messages', 'code by SMS', 'as docs/providers.md says.'),
  ]
}

const setSmtpUrl = 'npx countersign settings set smtpUrl smtps://user:password@host:465'

async function mailLine({ id, url }: ProviderOf<'smtp'>): Promise<Line> {
  const refusal = await smtpProblem(url)
  const [name, how] =
    id === 'smtp' ? ['The SMTP server', setSmtpUrl] : [`The provider ${id}`, 'npx countersign settings import']
  if (refusal === null) return ok('e-mail', `${name} accepts the connection.`)
  return problem('e-mail', `${name} refuses: ${refusal}. Correct it with: ${how}`)
}

export async function customersLine({ read }: Store): Promise<Line> {
  const { length } = await read.customers.list()
  if (length > 0) return ok('customers', `${length} in the database.`)
  const text = 'None yet: the next start makes one, or: npx countersign customers add --name <name>'
  return warning('customers', text)
}
