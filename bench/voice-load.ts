import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { readConfig } from '../server/config.ts'
import { connectStoreOf } from '../server/database.ts'
import { loadMixture, shippedModel } from '../server/voice/model.ts'
import { inbox, post, testKey } from '../test/support/caller.ts'
import { newPlace } from '../test/support/databases.ts'
import { open, submit } from '../test/support/links.ts'
import { startProcess } from '../test/support/process.ts'
import { environmentOf } from '../test/support/server.ts'
import { aCredential, aUser } from '../test/support/store.ts'
import { oathCode } from '../test/support/totp.ts'
import { read } from '../test/support/voices.ts'
import { cpuSeconds, memoryMb } from './process-facts.ts'
import type { Speaker, Spoken } from './voice-speakers.ts'

const validations = 200
const talkers = 10
/** So that validations come now and then, as people type. */
const pauseMs = 20
const seed = Buffer.alloc(20, 5)

/** Typing codes at a server while nobody speaks, and while ten people do all the time. */
export interface Load {
  readonly aloneMs: Middle
  readonly besideMs: Middle
  readonly recordings: number
  /** Of the server without its child processes, for each recording. */
  readonly cpuMsPerRecording: number
  readonly memoryMb: { readonly before: number; readonly after: number }
}

export interface Middle {
  readonly median: number
  readonly p95: number
}

export async function measureLoad(speaker: Speaker, spoken: readonly Spoken[]): Promise<Load> {
  const place = await newPlace('SQLite')
  const server = await startProcess(place)
  try {
    const typists = await enrol(place, speaker)
    const pid = server.child.pid ?? 0
    for (const name of typists.splice(0, 50)) await validate(server.baseUrl, name)
    const before = memoryMb(pid)
    const alone = await typing(server.baseUrl, typists.splice(0, validations))
    const cpuBefore = cpuSeconds(pid)
    const talking = { isOver: false, recordings: 0 }
    const talk = Array.from({ length: talkers }, (_, who) => keepTalking(server.baseUrl, who, spoken, talking))
    await sleep(1_000)
    const beside = await typing(server.baseUrl, typists.splice(0, validations))
    const after = memoryMb(pid)
    talking.isOver = true
    await Promise.all(talk)
    const cpuMs = (cpuSeconds(pid) - cpuBefore) * 1_000
    return {
      aloneMs: alone,
      besideMs: beside,
      recordings: talking.recordings,
      cpuMsPerRecording: cpuMs / talking.recordings,
      memoryMb: { before, after },
    }
  } finally {
    await server.stop()
    await place.remove()
  }
}

const talkerName = (who: number) => `talker${who}@example.com`

/** Users with an authenticator each, whose names it returns, and some with one and the same voice. */
async function enrol(place: Parameters<typeof environmentOf>[0], { enrolled }: Speaker): Promise<string[]> {
  const store = await connectStoreOf(readConfig(environmentOf(place)))
  const { customerKey } = testKey
  const template = loadMixture(shippedModel).enrol(enrolled)
  const names = Array.from({ length: 50 + 2 * validations }, (_, who) => `typist${who}`)
  const key = JSON.stringify({ key: seed.toString('base64'), digits: 6, periodSeconds: 30, algorithm: 'sha1' })
  await store.write(async (tx) => {
    for (const username of names) {
      const user = aUser(customerKey, { username })
      await tx.users.add(user, username)
      await tx.credentials.add(customerKey, user.id, aCredential({ secret: key }), Date.now())
    }
    for (let who = 0; who < talkers; who++) {
      const user = aUser(customerKey, { username: talkerName(who) })
      await tx.users.add(user, user.username)
      const voice = aCredential({ method: 'voice', secret: JSON.stringify(template) })
      await tx.credentials.add(customerKey, user.id, voice, Date.now())
    }
  })
  await store.close()
  return names
}

async function typing(baseUrl: string, names: readonly string[]): Promise<Middle> {
  const times: number[] = []
  for (const name of names) {
    times.push(await validate(baseUrl, name))
    await sleep(pauseMs)
  }
  const sorted = times.toSorted((left, right) => left - right)
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN
  return { median: at(0.5), p95: at(0.95) }
}

/** How long it took, in milliseconds. */
async function validate(baseUrl: string, username: string): Promise<number> {
  const token = oathCode(seed, Math.floor(Date.now() / 30_000))
  const body = { customerKey: String(testKey.customerKey), username, token, authType: 'GOOGLE AUTHENTICATOR' }
  const startedMs = performance.now()
  const answer = await post(baseUrl, '/moas/api/auth/validate', body)
  const tookMs = performance.now() - startedMs
  if (answer.body.status !== 'SUCCESS') throw new Error(answer.text)
  return tookMs
}

/** Speaks, again and again. What he says is listened to in full, because each recording is a new one. */
async function keepTalking(
  baseUrl: string,
  who: number,
  spoken: readonly Spoken[],
  talking: { isOver: boolean; recordings: number },
): Promise<void> {
  while (!talking.isOver) {
    const body = {
      customerKey: String(testKey.customerKey),
      username: talkerName(who),
      authType: 'VOICE AUTHENTICATION',
    }
    await post(baseUrl, '/moas/api/auth/challenge', body)
    const [message] = await inbox(baseUrl, talkerName(who))
    const link = /https?:\/\/\S+\/voice\/\S+/.exec(message?.text ?? '')?.[0]
    if (!link) throw new Error('No link came.')
    for (let attempt = 0; attempt < 3 && !talking.isOver; attempt++) {
      const { prompt } = read(await open(link))
      if (prompt === '') break
      const recording = altered(spoken[(who * 7 + attempt) % spoken.length]?.file ?? Buffer.alloc(0))
      await submit(link, { recording: recording.toString('base64url'), prompt })
      talking.recordings++
    }
  }
}

/** The same, but for a few of its samples that nobody hears. */
function altered(file: Uint8Array): Buffer {
  const copy = Buffer.from(file)
  const id = Buffer.from(randomUUID().replaceAll('-', ''), 'hex')
  for (const [index, byte] of id.entries()) copy[4_000 + 2 * index] = byte
  return copy
}
