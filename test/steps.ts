import { spawnSync } from 'node:child_process'

const bin = (name: string) => `node_modules/.bin/${name}`

/** Format, lint and types; false when something is wrong (it has been printed). */
export function isClean(): boolean {
  const checks = [
    [bin('biome'), 'ci', '--colors=off', '.'],
    [bin('tsc'), '-p', '.'],
    [bin('tsc'), '-p', 'web'],
    [bin('tsc'), '-p', 'web/authenticator/worker'],
  ] as const
  return checks.every(([program, ...options]) => runs(program, options))
}

/** Runs test files with Node's own runner; false when one failed. */
export function pass(patterns: readonly string[], environment: Record<string, string> = {}): boolean {
  const options = ['--test', '--test-concurrency=2', '--test-timeout=300000', ...patterns]
  return runs(process.execPath, options, environment)
}

function runs(program: string, options: readonly string[], environment: Record<string, string> = {}): boolean {
  const env = { ...process.env, ...environment }
  return spawnSync(program, options, { stdio: 'inherit', env }).status === 0
}
