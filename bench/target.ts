import { type ChildProcess, spawn } from 'node:child_process'
import { get } from 'node:http'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Workload } from './workload.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const startTimeoutMs = 30_000
const pollMs = 5

/** A server under measurement, in a process of its own. */
export interface Target {
  readonly name: string
  readonly isYardstick: boolean
  readonly workload: Workload
  readonly port: number
  readonly pid: number
  /** From the start of the process to its first answer. */
  readonly startedMs: number
  /** When the process was started, on this process's own clock. */
  stop(): Promise<void>
}

export interface TargetOptions {
  readonly name: string
  readonly isYardstick: boolean
  readonly workload: Workload
  /** Of this repository. */
  readonly script: string
  /** Given the port to listen on. */
  readonly environment: (port: number) => Record<string, string>
  readonly nodeOptions?: readonly string[]
}

/** Starts a script as an operator would and resolves at its first answer. Its output goes nowhere, errors to ours. */
export async function startTarget(options: TargetOptions): Promise<Target> {
  const { name, isYardstick, workload, script, environment, nodeOptions = [] } = options
  const port = await freePort()
  const spawnedAtMs = performance.now()
  const child = spawn(process.execPath, [...nodeOptions, script], {
    cwd: root,
    env: { PATH: process.env['PATH'], ...environment(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  await firstAnswer(name, child, port)
  return {
    name,
    isYardstick,
    workload,
    port,
    pid: child.pid ?? 0,

    startedMs: performance.now() - spawnedAtMs,
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

async function firstAnswer(name: string, child: ChildProcess, port: number): Promise<void> {
  const deadline = performance.now() + startTimeoutMs
  while (!(await answers(port))) {
    if (child.exitCode !== null || performance.now() > deadline) {
      child.kill('SIGKILL')
      throw new Error(`${name} did not start.`)
    }
    await sleep(pollMs)
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path: '/healthz', agent: false }, (response) => {
      response.resume()
      resolve(true)
    })
    request.on('error', () => resolve(false))
  })
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}
