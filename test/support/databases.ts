import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { clusterUrl, emptyDatabase } from './postgres.ts'

/** Where a server under test keeps its state: a folder of its own and, on PostgreSQL, a database of its own. */
export interface Place {
  readonly dataDir: string
  readonly databaseUrl: string | null
  remove(): Promise<void>
}

export type DatabaseName = 'SQLite' | 'PostgreSQL'

/** The databases that every promise is tested on. */
export const databaseNames: readonly DatabaseName[] = clusterUrl ? ['SQLite', 'PostgreSQL'] : ['SQLite']

/** A fresh place; nothing of it is left after `remove`. */
export async function newPlace(name: DatabaseName): Promise<Place> {
  const dataDir = mkdtempSync(join(tmpdir(), 'countersign-'))
  const database = name === 'PostgreSQL' ? await emptyDatabase() : null
  return {
    dataDir,
    databaseUrl: database?.url ?? null,
    async remove() {
      await database?.remove()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
