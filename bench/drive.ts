import { setTimeout as sleep } from 'node:timers/promises'
import { Connection } from './connection.ts'
import { cpuSeconds } from './process-facts.ts'
import type { Target } from './target.ts'
import { type Call, problemOfReplay, sentAgain } from './workload.ts'

/** How many of the last accepted codes are sent again after the clock. */
const replays = 20

/** What one target did in one stretch of seconds. */
export interface Slice {
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly serverCpuUs: number
  readonly driverCpuUs: number
  /** What makes the row void; empty when every answer was the right one. */
  readonly problems: readonly string[]
}

/** A closed loop: every connection sends its next request when the answer to the last one is there. */
export async function drive(target: Target, connections: number, seconds: number): Promise<Slice> {
  const { workload } = target
  const open = await Promise.all(Array.from({ length: connections }, () => Connection.open(target.port)))
  const latenciesMs: number[] = []
  const problems: string[] = []
  const accepted: Call[] = []
  let acceptedCount = 0
  const beginMs = performance.now()
  const endMs = beginMs + seconds * 1000

  const loop = async (connection: Connection): Promise<void> => {
    for (let startMs = beginMs; startMs < endMs; ) {
      const call = workload.next()
      if (!call) return
      const answer = await connection.send(call.text)
      const answeredMs = performance.now()
      latenciesMs.push(answeredMs - startMs)
      startMs = answeredMs
      const problem = workload.problemOf(call, answer)
      if (problem) problems.push(problem)
      else if (call.isRight) accepted[acceptedCount++ % replays] = call
    }
  }

  const serverBefore = cpuSeconds(target.pid)
  const driverBefore = process.cpuUsage()
  try {
    await Promise.all(open.map(loop))
  } catch (error) {
    problems.push(String(error))
  }
  const elapsedMs = performance.now() - beginMs
  const driver = process.cpuUsage(driverBefore)
  const serverCpuSeconds = cpuSeconds(target.pid) - serverBefore
  if (!target.isYardstick) problems.push(...(await replay(target, accepted)))
  for (const connection of open) connection.close()

  latenciesMs.sort((left, right) => left - right)
  const requests = latenciesMs.length
  return {
    requestsPerSecond: (requests / elapsedMs) * 1000,
    p50Ms: latenciesMs[Math.floor(requests * 0.5)] ?? Number.NaN,
    p99Ms: latenciesMs[Math.floor(requests * 0.99)] ?? Number.NaN,
    serverCpuUs: (serverCpuSeconds * 1e6) / requests,
    driverCpuUs: (driver.user + driver.system) / requests,
    problems,
  }
}

/** Sends accepted codes again, in fresh requests; each must be refused because it was used. */
async function replay(target: Target, accepted: readonly Call[]): Promise<string[]> {
  if (accepted.length === 0) return ['no code was accepted']
  await sleep(2) // no request of this millisecond can be one that was sent before
  const connection = await Connection.open(target.port)
  const problems: string[] = []
  for (const call of accepted) {
    const problem = problemOfReplay(await connection.send(sentAgain(call)))
    if (problem) problems.push(problem)
  }
  connection.close()
  return problems
}
