import { statfsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Config } from './config.ts'

/** Whether there is no SQLite file yet: a look from the wrong folder should not make one. */
export function isMissing({ databaseUrl, dataDir }: Config): boolean {
  return databaseUrl === null && isAbsent(join(dataDir, 'countersign.db'))
}

/** Whether the development master key of a database that is there is not: opening would make another one. */
export function isKeyLost(config: Config): boolean {
  const { databaseUrl, dataDir, masterKeys } = config
  return databaseUrl === null && masterKeys === null && !isMissing(config) && isAbsent(join(dataDir, 'master.key'))
}

/** A file that this user may not even look at is not absent. */
export function isAbsent(path: string): boolean {
  try {
    statSync(path)
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT'
  }
}

/** What is said then. */
export function lostKey({ dataDir }: Config): string {
  return `${resolve(dataDir, 'master.key')} is gone, and nothing else opens the database: restore it from the backup.`
}

/** With less than this nothing more is decided: every decision is a row. */
const leastBytesLeft = 1024 * 1024

/** The bytes that are left where the SQLite file grows, and whether they are too few; null on PostgreSQL. */
export function diskOf({
  databaseUrl,
  dataDir,
}: Config): { readonly bytesLeft: number; readonly isFull: boolean } | null {
  if (databaseUrl !== null) return null
  const { bavail, bsize } = statfsSync(dataDir)
  return { bytesLeft: bavail * bsize, isFull: bavail * bsize < leastBytesLeft }
}
