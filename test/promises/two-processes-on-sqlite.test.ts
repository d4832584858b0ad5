import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { codeFor, testKey } from '../support/caller.ts'
import { newPlace, type Place } from '../support/databases.ts'
import { type Call, callTo } from '../support/nodes.ts'
import { type ServerProcess, startProcess } from '../support/process.ts'
import { environmentOf } from '../support/server.ts'

const { customerKey } = testKey
const holdMs = 300

describe('a second process that writes to the SQLite file', () => {
  let place: Place
  let server: ServerProcess
  let call: Call
  let writer: Writer

  before(async () => {
    place = await newPlace('SQLite')
    server = await startProcess(place)
    // So many messages that the limits of sending would be in the way.
    for (const [name, most] of Object.entries({ sendsPerPrefix10Min: '10000', messagesPerDay: '999999' }))
      await command(place, 'settings', 'set', name, most)
    await sleep(1_100) // until they are in use
    call = callTo(server.baseUrl)
    writer = await startWriter(join(place.dataDir, 'countersign.db'))
  })
  after(async () => {
    await writer.stop()
    await server.stop()
    await place.remove()
  })

  const challenge = async (phone: string) => {
    const { body } = await call('/auth/challenge', { customerKey, phone, authType: 'SMS' })
    assert.equal(body.status, 'SUCCESS', body.message)
    return { txId: String(body.txId), token: await codeFor(server.baseUrl, phone) }
  }

  it('holds up no poll and no health check: they answer before it has finished', async () => {
    const { txId } = await challenge('+15550300001')
    await writer.say('hold')
    // If one of them waited for the lock, this would wait for ever: only its answers release it.
    const unsigned = await call('/auth/auth-status', { txId }, { signed: false })
    const signed = await call('/auth/auth-status', { txId })
    const health = await fetch(`${server.baseUrl}/readyz`)
    await writer.say('release')
    assert.equal(unsigned.body.status, 'IN_PROGRESS')
    assert.equal(signed.body.status, 'IN_PROGRESS')
    assert.equal(health.status, 200)
  })

  it('lets polls pass also while answers wait for it', async () => {
    const { txId, token } = await challenge('+15550300002')
    await writer.say('hold')
    let isValidated = false
    const validating = call('/auth/validate', { customerKey, txId, token }).then(({ body }) => {
      isValidated = true
      return body
    })
    for (let n = 0; n < 20; n++) {
      const { body } = await call('/auth/auth-status', { txId }, { signed: false })
      assert.equal(body.status, 'IN_PROGRESS')
      assert.ok(!isValidated, 'nobody is answered before the commit')
    }
    await writer.say('release')
    assert.equal((await validating).status, 'SUCCESS')
    assert.equal((await call('/auth/auth-status', { txId })).body.status, 'SUCCESS')
  })

  it('fails no challenge and no validate, as often as it writes', async () => {
    const isOver = new AbortController()
    const holding = (async () => {
      while (!isOver.signal.aborted) {
        await writer.say('hold')
        await sleep(holdMs)
        await writer.say('release')
        await sleep(50)
      }
    })()
    const callers = Array.from({ length: 8 }, async (_, caller) => {
      for (let n = 0; n < 5; n++) {
        const { txId, token } = await challenge(`+1555031${caller}${String(n).padStart(3, '0')}`)
        const { body } = await call('/auth/validate', { customerKey, txId, token })
        assert.equal(body.status, 'SUCCESS', body.message)
      }
    })
    await Promise.all(callers)
    isOver.abort()
    await holding
  })

  it('that holds the lock for too long fails the answer, not the server, and spends no attempt', async () => {
    const { txId, token } = await challenge('+15550300003')
    await writer.say('hold')
    const { body } = await call('/auth/validate', { customerKey, txId, token })
    assert.equal(body.status, 'FAILED')
    await writer.say('release')
    assert.equal((await call('/auth/validate', { customerKey, txId, token })).body.status, 'SUCCESS')
  })

  it('may be the command line: its changes are taken over while callers are being answered', async () => {
    const isOver = new AbortController()
    const callers = Array.from({ length: 4 }, async (_, caller) => {
      for (let n = 0; !isOver.signal.aborted; n++) {
        const { txId, token } = await challenge(`+1555032${caller}${String(n).padStart(3, '0')}`)
        const { body } = await call('/auth/validate', { customerKey, txId, token })
        assert.equal(body.status, 'SUCCESS', body.message)
      }
    })
    try {
      for (const args of [
        ['settings', 'set', 'codeLength', '8'],
        ['audit', 'verify'],
        ['customers', 'list'],
      ])
        await command(place, ...args)
      for (let n = 1; (await challenge(`+155503300${String(n).padStart(2, '0')}`)).token.length !== 8; n++)
        await sleep(100) // within about a second
    } finally {
      isOver.abort()
      await Promise.all(callers)
    }
  })
})

interface Writer {
  /** Says a word to it and waits until it is done. */
  say(word: 'hold' | 'release'): Promise<void>
  stop(): Promise<void>
}

/** Runs the command line beside the server, as an operator does. */
async function command(place: Place, ...args: readonly string[]): Promise<void> {
  const script = fileURLToPath(new URL('../../server/cli.ts', import.meta.url))
  const child = spawn(process.execPath, [script, ...args], { env: { ...process.env, ...environmentOf(place) } })
  const [said, cried, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  assert.equal(code, 0, `${args.join(' ')}: ${said}${cried}`)
}

async function startWriter(file: string): Promise<Writer> {
  const script = fileURLToPath(new URL('../support/hold-lock.ts', import.meta.url))
  const child: ChildProcess = spawn(process.execPath, [script, file], { stdio: ['pipe', 'pipe', 'inherit'] })
  if (!child.stdout || !child.stdin) throw new Error('It has pipes.')
  const { stdin } = child
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const expect = async (line: string) => assert.equal((await lines.next()).value, line)
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()))
  await expect('ready')
  return {
    async say(word) {
      stdin.write(`${word}\n`)
      await expect(word === 'hold' ? 'held' : 'released')
    },
    stop() {
      stdin.end()
      return ended
    },
  }
}
