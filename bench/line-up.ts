import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import packageJson from '../package.json' with { type: 'json' }
import { Connection } from './connection.ts'
import { memoryMb } from './process-facts.ts'
import type { Footprint } from './results.ts'
import { seed } from './seed.ts'
import { startTarget, type Target } from './target.ts'
import { apiKey, customerKey, type Person, Workload } from './workload.ts'

/** What `npm start` gives Node. */
export const startOptions = packageJson.scripts.start.match(/--\S+/g) ?? []
const masterKey = randomBytes(32).toString('base64')
/** How long a server is left alone before its memory is read. */
const idleSeconds = 5

/** Where targets keep their data, whom they serve, and where they are stopped at the end. */
export interface Ground {
  readonly folder: string
  readonly people: readonly Person[]
  /** Folder for CPU profiles; undefined: none are taken. */
  readonly profileFolder: string | undefined
  readonly cleanup: AsyncDisposableStack
}

/** As operators run it: the request inspector and the inbox of development are not part of it. */
export function productEnvironment(folder: string, port: number): Record<string, string> {
  return {
    COUNTERSIGN_PORT: String(port),
    COUNTERSIGN_DATA_DIR: folder,
    COUNTERSIGN_BOOTSTRAP_CUSTOMER_KEY: customerKey,
    COUNTERSIGN_BOOTSTRAP_API_KEY: apiKey,
    COUNTERSIGN_MODE: 'production',
    COUNTERSIGN_BASE_URL: 'https://countersign.example.com',
    COUNTERSIGN_MASTER_KEY: masterKey,
  }
}

/** Fills a database, starts the server on it as an operator would, and takes its footprint before anything else runs. */
export async function startProduct(
  { folder, people, profileFolder, cleanup }: Ground,
  name: string,
  databaseUrl: string | null,
): Promise<{ target: Target; footprint: Footprint }> {
  const environment = (port: number) => ({
    ...productEnvironment(join(folder, name), port),
    ...(databaseUrl === null ? {} : { COUNTERSIGN_DATABASE_URL: databaseUrl }),
  })
  await seed(environment(0), people)
  const workload = new Workload(people, false)
  const profiling = profileFolder
    ? ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`, `--cpu-prof-name=${name.toLowerCase()}.cpuprofile`]
    : []
  const nodeOptions = [...startOptions, ...profiling]
  const script = 'server/main.mjs'
  const target = await startTarget({ name, isYardstick: false, workload, script, environment, nodeOptions })
  cleanup.defer(() => target.stop())
  await sleep(idleSeconds * 1000)
  const idleMb = memoryMb(target.pid)
  const validateMs = await firstValidate(target)
  return { target, footprint: { name, healthMs: target.startedMs, validateMs, idleMb } }
}

/** How long the very first verdict takes, which starts what only verdicts need. */
async function firstValidate({ port, workload }: Target): Promise<number> {
  const connection = await Connection.open(port)
  workload.next() // the first one of a workload is wrong on purpose
  const call = workload.next()
  if (!call) throw new Error('The benchmark needs two users at least.')
  const sentAtMs = performance.now()
  const answer = await connection.send(call.text)
  const elapsedMs = performance.now() - sentAtMs
  connection.close()
  const problem = workload.problemOf(call, answer)
  if (problem) throw new Error(problem)
  return elapsedMs
}

export async function startYardstick(
  { folder, people, cleanup }: Ground,
  name: keyof typeof yardsticks,
): Promise<Target> {
  const environment = (port: number) => ({
    PORT: String(port),
    FILE: join(folder, 'records'),
    CUSTOMER_KEY: customerKey,
    API_KEY: apiKey,
  })
  const workload = new Workload(people, true)
  const target = await startTarget({ name, isYardstick: true, workload, script: yardsticks[name], environment })
  cleanup.defer(() => target.stop())
  return target
}

const yardsticks = { echo: 'bench/echo.ts', 'durable echo': 'bench/echo-durable.ts' } as const
