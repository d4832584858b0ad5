import type { Command } from 'commander'
import { readConfig } from '../config.ts'
import { whyNotOpen } from '../why-not-started.ts'
import { example } from './options.ts'
import { type Act, Refusal, type Report } from './report.ts'

export function migrate(program: Command, act: Act): void {
  program
    .command('migrate')
    .description('Bring the tables up to this release, making the database when there is none; the server does it too')
    .addHelpText('after', example('migrate'))
    .action(act(run))
}

async function run(): Promise<Report> {
  const config = readConfig(process.env)
  const { connectStoreOf } = await import('../database.ts')
  try {
    const store = await connectStoreOf(config)
    try {
      const applied = await store.migrate()
      const text = applied.length === 0 ? 'The database was up to date.' : `Applied: ${applied.join(', ')}.`
      return { text, json: { database: store.dialect, applied } }
    } finally {
      await store.close()
    }
  } catch (error) {
    throw new Refusal(whyNotOpen(config, error))
  }
}
