import type { Kysely } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import type { Dialect } from '../dialect.ts'
import type { Db } from '../tables.ts'
import { first } from './0001-first.ts'
import { reach } from './0002-reach.ts'
import { tokens } from './0003-tokens.ts'
import { questions } from './0004-questions.ts'
import { accounts } from './0005-accounts.ts'
import { apps } from './0006-apps.ts'
import { groups } from './0007-groups.ts'
import { devices } from './0008-devices.ts'
import { admins } from './0009-admins.ts'
import { forConsole } from './0010-console.ts'
import { risk } from './0011-risk.ts'
import { logo } from './0012-logo.ts'
import { groupMethods } from './0013-group-methods.ts'
import { auditSpans } from './0014-audit-spans.ts'
import { keptAnswers } from './0015-kept-answers.ts'
import { quickDecisions } from './0016-quick-decisions.ts'

/** Every migration in order; a new one is its file and a line here. */
function migrations(dialect: Dialect): Record<string, Migration> {
  return {
    '0001-first': first(dialect),
    '0002-reach': reach(dialect),
    '0003-tokens': tokens(dialect),
    '0004-questions': questions(),
    '0005-accounts': accounts(dialect),
    '0006-apps': apps(dialect),
    '0007-groups': groups(dialect),
    '0008-devices': devices(dialect),
    '0009-admins': admins(dialect),
    '0010-console': forConsole(dialect),
    '0011-risk': risk(dialect),
    '0012-logo': logo(dialect),
    '0013-group-methods': groupMethods(),
    '0014-audit-spans': auditSpans(dialect),
    '0015-kept-answers': keptAnswers(dialect),
    '0016-quick-decisions': quickDecisions(dialect),
  }
}

/**
 * Brings the tables up to this release and returns the names of what was applied. A database that a newer release
 * has migrated is refused, because that release may have changed what a column means.
 */
export async function migrate(db: Db, dialect: Dialect): Promise<string[]> {
  const known = migrations(dialect)
  const migrator = new Migrator({
    db: db as unknown as Kysely<unknown>, // migrations name tables that `Tables` may no longer have
    provider: { getMigrations: async () => known },
  })
  const { error, results } = await migrator.migrateToLatest()
  if (error) throw explained(error)
  return (results ?? []).filter((result) => result.status === 'Success').map((result) => result.migrationName)
}

function explained(error: unknown): Error {
  const text = error instanceof Error ? error.message : String(error)
  if (!text.includes('is missing')) return error instanceof Error ? error : new Error(text)
  return new Error(
    'This database was migrated by a newer release of Countersign. Start that release, or restore a backup.',
  )
}
