import type { ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { calls } from '../../../contract/device.ts'
import type { Engine } from '../../engine/ports.ts'
import { type Paired, promptsOf } from '../../engine/prompts.ts'
import type { Language } from '../../engine/templates.ts'
import { answer, callerOf, errorShape, offerNonce } from './endpoint.ts'
import type { Nonces } from './nonce.ts'
import { listOf } from './prompts.ts'
import { readSigned } from './signature.ts'

const streamLifeMs = 300_000
const keepOpenEveryMs = 15_000
/** What another node decided is seen so soon; what this one did, at once. */
const lookEveryMs = 1_000
const streamsPerDevice = 3

interface Stream {
  readonly paired: Paired
  readonly language: Language
  readonly response: ServerResponse
  /** The last list, as it was sent. */
  shown: string
}

/** Streams of open apps. One look at the store is for all of them, and there is none while no app is open. */
export function serveEvents(app: FastifyInstance, engine: Engine, nonces: Nonces): void {
  const streams = new Set<Stream>()
  const look = looker(engine, streams)
  const unlisten = engine.doorbell.listen((userId) => look(userId))
  const looking = setInterval(() => look(null), lookEveryMs).unref()
  const keeping = setInterval(() => {
    for (const { response } of streams) response.write(':\n\n')
  }, keepOpenEveryMs).unref()
  app.addHook('preClose', (done) => {
    clearInterval(looking)
    clearInterval(keeping)
    unlisten()
    for (const stream of streams) end(stream)
    done()
  })
  const end = (stream: Stream) => {
    streams.delete(stream)
    stream.response.end()
  }

  app.get(calls.events.path, {
    schema: {
      summary: 'The same as a stream: `event: prompts` at every change, `event: removed` when the phone is no more',
      tags: ['Phone app'],
      security: [{ phone: [], phoneNonce: [], phoneSignature: [] }],
      response: { 200: { description: 'Server-sent events.', type: 'string' }, default: errorShape },
    },
    handler: async (request, reply) => {
      offerNonce(reply, nonces, engine)
      return answer(request, reply, 200, async () => {
        const signed = readSigned(request, nonces, engine.clock())
        if (typeof signed === 'string') return signed
        const caller = await callerOf(engine, signed, request)
        if (typeof caller === 'string') return caller
        const { paired, language } = caller
        const own = [...streams].filter((one) => one.paired.device.id === paired.device.id)
        for (const oldest of own.slice(0, Math.max(0, own.length - streamsPerDevice + 1))) end(oldest)
        const response = reply.raw
        reply.hijack()
        response.writeHead(200, {
          ...(reply.getHeaders() as Record<string, string>),
          'content-type': 'text/event-stream; charset=utf-8',
          'x-accel-buffering': 'no', // nginx would keep it back
        })
        const stream: Stream = { paired, language, response, shown: '' }
        streams.add(stream)
        const ending = setTimeout(() => end(stream), streamLifeMs).unref()
        response.on('close', () => {
          clearTimeout(ending)
          streams.delete(stream)
        })
        response.on('error', () => streams.delete(stream))
        look(paired.user.id)
        return {}
      })
    },
  })
}

/** Sends each stream what changed, of one user or of all; a look that is asked for during a look comes after it. */
function looker(engine: Engine, streams: Set<Stream>): (userId: string | null) => void {
  let isLooking = false
  let isAskedAgain = false

  const lookOnce = async () => {
    const all = [...streams]
    if (all.length === 0) return
    const present = await engine.store.read.devices.present(all.map(({ paired }) => paired.device.id))
    const waiting = await promptsOf(engine, [...new Set(all.map(({ paired }) => paired.user.id))])
    for (const stream of all) {
      const { paired, language, response } = stream
      if (!present.has(paired.device.id)) {
        streams.delete(stream)
        response.end('event: removed\ndata: {}\n\n')
        continue
      }
      const list = listOf(engine, paired, waiting.get(paired.user.id) ?? [], language)
      const shown = JSON.stringify(list.prompts)
      if (shown === stream.shown) continue
      stream.shown = shown
      response.write(`event: prompts\ndata: ${JSON.stringify(list)}\n\n`)
    }
  }

  return (userId) => {
    const isWanted = userId === null || [...streams].some(({ paired }) => paired.user.id === userId)
    if (!isWanted || streams.size === 0) return
    if (isLooking) {
      isAskedAgain ||= userId !== null
      return
    }
    isLooking = true
    void (async () => {
      do {
        isAskedAgain = false
        await lookOnce().catch(() => undefined) // the next look comes in a second
      } while (isAskedAgain)
      isLooking = false
    })()
  }
}
