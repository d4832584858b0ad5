import { resolve } from 'node:path'
import { type Config, ConfigError } from './config.ts'

/** Why a database does not open, and what to look at. */
export function whyNotOpen({ databaseUrl, dataDir }: Config, error: unknown): string {
  // The store's own refusals carry no code and say what to do.
  if (isSentence(error)) return error.message
  const advice =
    databaseUrl === null
      ? `Look at the folder ${resolve(dataDir)}, and run this as the user that runs the server.`
      : 'Look at PostgreSQL, and at COUNTERSIGN_DATABASE_URL.'
  return `The database does not open: ${reasonOf(error)}. ${advice}`
}

/** Why nothing can listen on the address of these settings; undefined when it is something else. */
export function whyNotListening({ host, port }: Config, error: unknown): string | undefined {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `Port ${port} is taken. Set COUNTERSIGN_PORT to another one, or stop what listens there.`,
    EACCES: `This user may not listen on port ${port}. Set COUNTERSIGN_PORT to one above 1023, with a proxy in front of it.`,
    EADDRNOTAVAIL: `This machine has no address ${host}. Set COUNTERSIGN_HOST to one that it has, or to 0.0.0.0 for all.`,
    ENOTFOUND: `${host} is no address of this machine. Set COUNTERSIGN_HOST to one that it has, or to 0.0.0.0 for all.`,
  }
  return reasons[codeOf(error) ?? '']
}

/** An error of opening the database as a sentence where system, database or store said it; a bug keeps its stack. */
export function asSentence(config: Config, error: unknown): unknown {
  if (error instanceof ConfigError || (codeOf(error) === undefined && !isSentence(error))) return error
  return new ConfigError(whyNotOpen(config, error), { cause: error })
}

/** What an unexpected error says, in one line and without a full stop. */
export function reasonOf(error: unknown): string {
  // A refused connection to a name with several addresses has its words inside.
  const inner = error instanceof AggregateError ? (error.errors[0] ?? error) : error
  const text = inner instanceof Error ? inner.message : String(inner)
  return text
    .trim()
    .replaceAll(/\s*\n\s*/g, '; ')
    .replace(/\.$/, '')
}

function isSentence(error: unknown): error is Error {
  return error instanceof Error && !('code' in error) && error.message.endsWith('.')
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
