import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Place } from './databases.ts'
import { environmentOf } from './server.ts'

const main = fileURLToPath(new URL('../../server/main.mjs', import.meta.url))
const startTimeoutMs = 20_000

/** A server in a process of its own, as an operator runs it. */
export interface ServerProcess {
  readonly baseUrl: string
  readonly child: ChildProcess
  /** Everything it has printed so far. */
  output(): string
  /** Sends a signal and waits for the end; resolves with the exit code (null when the signal killed it). */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** Starts `server/main.mjs` on a place, with the environment of `environmentOf`; resolves when it is ready. */
export async function startProcess(place: Place, environment: Record<string, string> = {}): Promise<ServerProcess> {
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env['PATH'], ...environmentOf(place, environment) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout?.on('data', (chunk) => {
    output += chunk
  })
  child.stderr?.on('data', (chunk) => {
    output += chunk
  })
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve))
  const deadline = Date.now() + startTimeoutMs
  for (;;) {
    const baseUrl = /Base URL +(https?:\/\/\S+)/.exec(output)?.[1]
    if (baseUrl) {
      return {
        baseUrl,
        child,
        output: () => output,
        stop(signal = 'SIGTERM') {
          child.kill(signal)
          return ended
        },
      }
    }
    if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}:\n${output}`)
    if (Date.now() > deadline) {
      child.kill('SIGKILL')
      throw new Error(`The server did not start:\n${output}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
