import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CallOptions } from './caller.ts'
import { inbox } from './caller.ts'
import { at, type LinkPage, open, submit } from './links.ts'
import type { TestServer } from './server.ts'

const words = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine']

/** Speakers of Debian's speech synthesisers: of flite by its own names, of espeak-ng with `espeak:` before them. */
export type Speaker = 'slt' | 'rms' | 'awb' | 'espeak:en-us' | 'espeak:en-gb+f3'

/** A WAV file of 16 or 22 kHz in which somebody says digits; another pace is another recording. */
export function say(speaker: Speaker, digits: string, pace = 1): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-speech-'))
  const file = join(folder, 'said.wav')
  const text = [...digits].map((digit) => words[Number(digit)]).join(', ')
  try {
    if (speaker.startsWith('espeak:'))
      execFileSync('espeak-ng', ['-v', speaker.slice(7), '-s', String(Math.round(130 / pace)), '-w', file, text])
    else execFileSync('flite', ['-voice', speaker, '--setf', `duration_stretch=${pace}`, '-t', text, '-o', file])
    return readFileSync(file)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A page that asks for a voice, as far as a test reads it. */
export interface VoicePage extends LinkPage {
  readonly digits: string
  readonly prompt: string
  /** What an enrolment asks for, one after another. */
  readonly prompts: readonly string[]
  /** What went wrong before. */
  readonly problem: string
}

export function read(page: LinkPage): VoicePage {
  const find = (pattern: RegExp) => pattern.exec(page.html)?.[1] ?? ''
  return {
    ...page,
    digits: find(/class="digits"[^>]*>([0-9 ]+)</).replaceAll(' ', ''),
    prompt: find(/name="prompt" value="(\d+)"/),
    prompts: find(/data-prompts="([0-9 ]+)"/).split(' '),
    problem: find(/role="alert">.*?<span>(.*?)<\/span>/),
  }
}

export async function see(server: TestServer, link: string): Promise<VoicePage> {
  return read(await open(at(server.baseUrl, link)))
}

/** What the page's script posts. */
export async function send(
  server: TestServer,
  link: string,
  recording: Uint8Array,
  prompt: string,
): Promise<VoicePage> {
  const fields = { recording: Buffer.from(recording).toString('base64url'), prompt }
  return read(await submit(at(server.baseUrl, link), fields))
}

/** Opens the page and says what it shows. */
export async function answerWith(server: TestServer, link: string, speaker: Speaker, pace = 1): Promise<VoicePage> {
  const { digits, prompt } = await see(server, link)
  return send(server, link, say(speaker, digits, pace), prompt)
}

export interface Recorded {
  readonly kind: string
  readonly at?: number
  readonly sentence?: string
}

/** What the script of an enrolment posts: one recording with its index, or all of them. */
export async function record(
  server: TestServer,
  link: string,
  recordings: readonly Uint8Array[],
  more: Record<string, string> = {},
): Promise<Recorded> {
  const fields = new URLSearchParams({ consent: 'yes', ...more })
  for (const one of recordings) fields.append('recording', Buffer.from(one).toString('base64url'))
  const answer = await fetch(`${at(server.baseUrl, link)}/recordings`, { method: 'POST', body: fields })
  return (await answer.json()) as Recorded
}

/** Asks for a link to set up a voice. */
export async function linkTo(server: TestServer, username: string, more: object = {}, options: CallOptions = {}) {
  const { body, text } = await server.call('/auth/voice-registration', { username, ...more }, options)
  if (body.status !== 'SUCCESS') throw new Error(`No link: ${text}`)
  return { link: String(body['link']), txId: String(body.txId) }
}

/** A user's voice, set up from beginning to end. */
export async function newVoice(
  server: TestServer,
  username: string,
  speaker: Speaker,
  options: CallOptions = {},
): Promise<void> {
  const { link } = await linkTo(server, username, {}, options)
  const { prompts } = await see(server, link)
  const paces = [1, 1.08, 1.16, 1.24, 1.32]
  const recordings = paces.map((pace, index) => () => say(speaker, prompts[index] ?? '', pace))
  const few = recordings.slice(0, 3).map((make) => make())
  const first = await record(server, link, few)
  const last =
    first.kind === 'more' ? await record(server, link, [...few, ...recordings.slice(3).map((make) => make())]) : first
  if (last.kind !== 'enrolled') throw new Error(`Not set up: ${JSON.stringify(last)}`)
}

/** Challenges a user for his voice and reads the link that he was sent. */
export async function askForVoice(
  server: TestServer,
  username: string,
  contact: string,
  options: CallOptions = {},
): Promise<{ readonly txId: string; readonly link: string }> {
  const { body, text } = await server.call(
    '/auth/challenge',
    {
      customerKey: options.key?.customerKey ?? 11627,
      username,
      authType: 'VOICE AUTHENTICATION',
      transactionName: 'Sign in',
    },
    options,
  )
  if (body.status !== 'SUCCESS') throw new Error(`Not asked: ${text}`)
  const messages = await inbox(server.baseUrl, contact)
  const link = messages.map((one) => /https?:\/\/\S+\/voice\/\S+/.exec(one.text)?.[0]).find((one) => one !== undefined)
  if (!link) throw new Error('No link was sent.')
  return { txId: String(body.txId), link }
}
