import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { markTool } from '../server/engine/adaptive-counts.ts'
import { readBrowser } from '../server/risk/browser.ts'
import { noNetwork } from '../server/risk/evidence.ts'
import type { SignInFacts } from '../server/risk/facts.ts'
import { nobody } from '../server/risk/kept.ts'
import { marksOf } from '../server/risk/marks.ts'
import { emptyProfile, learn, type Profile } from '../server/risk/profile.ts'
import { valuesOf } from '../server/risk/values.ts'
import type { Customer } from '../server/vocabulary/customer.ts'
import { Connection } from './connection.ts'
import { productEnvironment, startOptions } from './line-up.ts'
import { cpuSeconds } from './process-facts.ts'
import { seed } from './seed.ts'
import { startTarget } from './target.ts'
import { apiKey, customerKey, makePeople, signedHead, Workload } from './workload.ts'

// `npm run bench:risk-http`: the whole call of a weighing on SQLite, beside the echo, in turns of a few seconds.

const { values: options } = parseArgs({
  options: {
    users: { type: 'string', default: '50000' },
    rounds: { type: 'string', default: '4' },
    seconds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '32' },
    'cpu-prof': { type: 'string' },
  },
})
const users = Number(options.users)
/** Sign-ins that everybody has made before. */
const history = 20
/** As long as the servers of `run.ts` are warmed up. */
const warmUpSeconds = 15
/** Different pasts; more would only take longer to make. */
const pasts = 50

const userAgent =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36'

function factsOf(past: number, visit: number): SignInFacts {
  const canvas = `canvas-${past}`
  return {
    address: `203.0.${past}.${visit % 3}`,
    userAgent,
    hints: {},
    components: { canvas, screen: '1920x1080', languages: 'en', timeZone: 'Europe/Oslo', fonts: `fonts-${past % 7}` },
    roundTripMs: null,
  }
}

function profileOf(customer: Customer, past: number, nowMs: number): Profile {
  let profile = emptyProfile
  for (let visit = 0; visit < history; visit++) {
    const facts = factsOf(past, visit)
    const atMs = nowMs - (history - visit) * 86_400_000
    profile = learn(
      profile,
      marksOf(valuesOf(facts, noNetwork, readBrowser(facts), atMs), markTool(customer)),
      false,
      atMs,
    )
  }
  return profile
}

/** Requests of all stretches: each is another user's. */
let made = 0

const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
const cleanup = new AsyncDisposableStack()
cleanup.defer(() => rmSync(folder, { recursive: true, force: true }))
try {
  await run()
} finally {
  await cleanup.disposeAsync()
}

async function run(): Promise<void> {
  const people = makePeople(users)
  const environment = (port: number) => productEnvironment(folder, port)
  const nowMs = Date.now()
  const profiles: Profile[] = []
  await seed(environment(0), people, async (tx, customer, userId, index) => {
    const past = index % pasts
    profiles[past] ??= profileOf(customer, past, nowMs)
    await tx.riskUsers.put(customer.id, userId, { ...nobody, profile: profiles[past] })
  })
  const workload = new Workload(people, true)
  const profiling = options['cpu-prof']
  const profile = profiling ? ['--cpu-prof', `--cpu-prof-dir=${profiling}`, '--cpu-prof-name=risk.cpuprofile'] : []
  const nodeOptions = [...startOptions, ...profile]
  const product = await startTarget({
    ...{ name: 'SQLite', isYardstick: false, workload, script: 'server/main.mjs', environment, nodeOptions },
  })
  cleanup.defer(() => product.stop())
  const echo = await startTarget({
    ...{ name: 'echo', isYardstick: true, workload, script: 'bench/echo.ts' },
    environment: (port) => ({ PORT: String(port), CUSTOMER_KEY: customerKey, API_KEY: apiKey }),
  })
  cleanup.defer(() => echo.stop())

  const evaluation = (made: number): string => {
    const index = (made * 7919) % users
    const { address, components } = factsOf(index % pasts, made)
    const body = { username: people[index]?.username, ipAddress: address, userAgent, components }
    return signedHead('/moas/api/risk/evaluate', Date.now(), JSON.stringify(body))
  }
  const targets = [
    { ...echo, next: () => workload.next()?.text ?? '', isRight: (answer: string) => answer.includes('"ok":true') },
    { ...product, next: evaluation, isRight: (answer: string) => answer.includes('WAIT_FOR_INPUT') },
  ]
  for (const target of targets) await drive(target, Number(options.connections), warmUpSeconds)
  const ratios: number[] = []
  for (let round = 0; round < Number(options.rounds); round++) {
    const [limit, ours] = [
      await drive(targets[0], Number(options.connections), Number(options.seconds)),
      await drive(targets[1], Number(options.connections), Number(options.seconds)),
    ]
    ratios.push(ours.rate / limit.rate)
    say(
      `echo ${Math.round(limit.rate)}/s, evaluate ${Math.round(ours.rate)}/s (${Math.round(ours.cpuUs)} µs of the server, p99 ${ours.p99Ms.toFixed(1)} ms)`,
    )
  }
  ratios.sort((one, other) => one - other)
  const ratio = ratios[ratios.length >> 1] ?? 0
  say(`${users} users, ${history} sign-ins each: evaluate at ${ratio.toFixed(2)} of the echo (at least 0.30 is wanted)`)
}

interface Driven {
  readonly port: number
  readonly pid: number
  next(made: number): string
  isRight(answer: string): boolean
}

async function drive(target: Driven | undefined, connections: number, seconds: number) {
  if (!target) throw new Error('There is nothing to drive.')
  const open = await Promise.all(Array.from({ length: connections }, () => Connection.open(target.port)))
  const beginMs = performance.now()
  const endMs = beginMs + seconds * 1000
  const latencies: number[] = []
  const before = cpuSeconds(target.pid)
  await Promise.all(
    open.map(async (connection) => {
      for (let startMs = beginMs; startMs < endMs; ) {
        const answer = await connection.send(target.next(made++))
        if (!target.isRight(answer)) throw new Error(`Not the answer that was expected: ${answer}`)
        const nowMs = performance.now()
        latencies.push(nowMs - startMs)
        startMs = nowMs
      }
    }),
  )
  const elapsedMs = performance.now() - beginMs
  const cpuUs = ((cpuSeconds(target.pid) - before) * 1e6) / latencies.length
  for (const connection of open) connection.close()
  latencies.sort((one, other) => one - other)
  const p99Ms = latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN
  return { rate: (latencies.length / elapsedMs) * 1000, cpuUs, p99Ms }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
