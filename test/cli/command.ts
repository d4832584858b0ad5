import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Place } from '../support/databases.ts'
import { environmentOf } from '../support/server.ts'

const cli = fileURLToPath(new URL('../../server/cli.ts', import.meta.url))

/** What a command of the command line came to. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command line in a process of its own, on the database of a place. */
export function countersign(
  place: Place,
  words: readonly string[],
  more: Record<string, string> = {},
  input = '',
): Promise<Ended> {
  return run(words, environmentOf(place, more), input)
}

/** Runs it with exactly this environment, and with `input` on its standard input. */
export function run(words: readonly string[], environment: Record<string, string>, input = ''): Promise<Ended> {
  const child = spawn(process.execPath, [cli, ...words], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: 'pipe',
  })
  child.stdin.on('error', () => undefined) // most commands read nothing
  child.stdin.end(input)
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}

/** Runs a command with `--json` that must succeed, and returns what it printed. */
export async function json<T = Record<string, unknown>>(
  place: Place,
  words: readonly string[],
  more: Record<string, string> = {},
): Promise<T> {
  const { code, stdout, stderr } = await countersign(place, [...words, '--json'], more)
  if (code !== 0) throw new Error(`countersign ${words.join(' ')} ended with ${code}:\n${stdout}${stderr}`)
  return JSON.parse(stdout)
}
