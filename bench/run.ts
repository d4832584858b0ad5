import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { startCluster } from '../test/cluster.ts'
import { drive, type Slice } from './drive.ts'
import { type Ground, startProduct, startYardstick } from './line-up.ts'
import { memoryMb } from './process-facts.ts'
import { report } from './report.ts'
import { barConnections, barLines, bars, type Footprint, isVoid, type Row, tables } from './results.ts'
import type { Target } from './target.ts'
import { makePeople } from './workload.ts'

// `npm run bench`: the validate call on SQLite and PostgreSQL beside the two yardsticks, see RESULTS.md; then how well risk
// is weighed, and how fast.

const { values: options } = parseArgs({
  allowNegative: true,
  options: {
    /** Each round measures every target once with each number of connections. */
    rounds: { type: 'string', default: '4' },
    /** For each target and number of connections in a round. */
    seconds: { type: 'string', default: '3' },
    users: { type: 'string', default: '20000' },
    /** Numbers of connections, separated by commas. */
    connections: { type: 'string', default: `1,${barConnections}` },
    /** `sqlite` or `postgres`: leaves the other one out. */
    only: { type: 'string' },
    /** `--no-write` leaves RESULTS.md as it is; so do `--only` and `--cpu-prof`, which measure something else. */
    write: { type: 'boolean', default: true },
    /** Folder for a CPU profile of each server; read it with top.ts. */
    'cpu-prof': { type: 'string' },
  },
})
if (options.only && !['sqlite', 'postgres'].includes(options.only)) throw new Error('--only sqlite or --only postgres.')
const rounds = positive('rounds', options.rounds)
const seconds = positive('seconds', options.seconds)
const users = positive('users', options.users)

const connectionCounts = options.connections.split(',').map((text) => positive('connections', text))
/**
 * Stretches of so many seconds before the clock starts. Node compiles what is hot while it runs, with processors that then
 * belong to nobody else: of a server that runs for days its first half minute says nothing.
 */
const warmUpStretches = 5
const warmUpSeconds = 3
const tmpfs = 0x01021994

const cleanup = new AsyncDisposableStack()
process.once('SIGINT', () => void cleanup.disposeAsync().finally(() => process.exit(130)))
try {
  await run()
} finally {
  await cleanup.disposeAsync()
}
if (isWhole()) for (const script of ['bench/risk.ts', 'bench/risk-http.ts']) runScript(script)

async function run(): Promise<void> {
  const profileFolder = options['cpu-prof'] && resolve(options['cpu-prof'])
  if (profileFolder) mkdirSync(profileFolder, { recursive: true })
  const ground: Ground = { folder: folderOnDisk(), people: makePeople(users), profileFolder, cleanup }
  const products = []
  say(`Adding ${users} users to each database …`)
  if (options.only !== 'postgres') products.push(await startProduct(ground, 'SQLite', null))
  if (options.only !== 'sqlite') {
    const cluster = await startCluster()
    cleanup.defer(() => cluster.stop())
    products.push(await startProduct(ground, 'PostgreSQL', cluster.url))
  }
  const echo = await startYardstick(ground, 'echo')
  const durable = await startYardstick(ground, 'durable echo')

  const targets = [echo, durable, ...products.map(({ target }) => target)]
  const measured = await measure(targets)
  const rows = connectionCounts.flatMap((connections) => {
    const of = (target: Target) => measured.get(keyOf(target, connections)) ?? []
    const yardsticks = { echo: of(echo), durable: of(durable) }
    return targets.map((target): Row => ({ name: target.name, connections, slices: of(target), ...yardsticks }))
  })
  const footprints = products.map(({ target, footprint }) => ({ ...footprint, loadedMb: memoryMb(target.pid) }))
  conclude(rows, footprints)
}

/** All targets in each round, each round beginning with another one, so that a bad minute hits all of them. */
async function measure(targets: readonly Target[]): Promise<Map<string, readonly Slice[]>> {
  const measured = new Map<string, readonly Slice[]>()
  await warmUp(targets)
  for (let round = 1; round <= rounds; round++) {
    const first = round % targets.length
    const ordered = [...targets.slice(first), ...targets.slice(0, first)]
    for (const connections of connectionCounts) {
      for (const target of ordered) {
        const lastRate = measured.get(keyOf(target, connections))?.at(-1)?.requestsPerSecond
        await target.workload.ready((lastRate ?? 100 * connections) * seconds)
      }
      for (const target of ordered) {
        const key = keyOf(target, connections)
        const slice = await drive(target, connections, seconds)
        measured.set(key, [...(measured.get(key) ?? []), slice])
        say(`Round ${round}: ${key}, ${slice.requestsPerSecond.toFixed(0)}/s, p50 ${slice.p50Ms.toFixed(2)} ms`)
      }
    }
  }
  return measured
}

async function warmUp(targets: readonly Target[]): Promise<void> {
  say('Warming up …')
  for (let stretch = 0; stretch < warmUpStretches; stretch++) {
    for (const { workload } of targets) await workload.ready(users)
    for (const target of targets) await drive(target, barConnections, warmUpSeconds)
  }
}

function keyOf({ name }: Target, connections: number): string {
  return `${name}, ${connections} ${connections === 1 ? 'connection' : 'connections'}`
}

function conclude(rows: readonly Row[], footprints: readonly Footprint[]): void {
  const judged = bars(rows, footprints)
  say(`\n${tables(rows, footprints)}\n\n${barLines(judged)}`)
  for (const { name, connections, slices } of rows.filter(isVoid)) {
    const problems = slices.flatMap((slice) => slice.problems)
    say(`Void: ${name}, connections: ${connections}, problems: ${problems.length}, the first: ${problems[0]}`)
    process.exitCode = 1
  }
  if (!isWhole()) return
  const conditions = { rounds, seconds, users, cpus: availableParallelism() }
  writeFileSync(new URL('RESULTS.md', import.meta.url), report(rows, footprints, judged, conditions))
}

/** Nothing was left out, and nothing else is measured. */
function isWhole(): boolean {
  return options.write && !options.only && !options['cpu-prof']
}

function runScript(script: string): void {
  const { status } = spawnSync(process.execPath, [script], { stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}

/** A folder for the data of all targets, gone afterwards. In memory nothing would have to reach a disk. */
function folderOnDisk(): string {
  if (statfsSync(tmpdir()).type === tmpfs) throw new Error('Set TMPDIR to a folder on a disk: this one is in memory.')
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
  cleanup.defer(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function positive(name: string, text: string): number {
  const value = Number(text)
  if (value > 0) return value
  throw new Error(`--${name} must be a number above 0.`)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
