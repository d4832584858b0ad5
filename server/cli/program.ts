import { Command } from 'commander'
import packageJson from '../../package.json' with { type: 'json' }
import { admins } from './admins.ts'
import { apps } from './apps.ts'
import { audit } from './audit.ts'
import { call } from './call.ts'
import { customers } from './customers.ts'
import { deliveries } from './deliveries.ts'
import { demo } from './demo.ts'
import { doctor } from './doctor.ts'
import { groups } from './groups.ts'
import { migrate } from './migrate.ts'
import { example } from './options.ts'
import { phones } from './phones.ts'
import type { Act } from './report.ts'
import { risk } from './risk.ts'
import { settings } from './settings.ts'
import { templates } from './templates.ts'
import { tokens } from './tokens.ts'
import { users } from './users.ts'
import { voice } from './voice.ts'
import { webhooks } from './webhooks.ts'

/** Every noun of the command line. A new one is its file and a line here. */
const nouns = [
  doctor,
  customers,
  admins,
  apps,
  users,
  groups,
  phones,
  tokens,
  voice,
  settings,
  templates,
  deliveries,
  webhooks,
  risk,
  audit,
  migrate,
  demo,
  call,
]

/** The command line. `act` makes actions of jobs; errors are thrown, and the caller says them. */
export function createProgram(act: Act): Command {
  const program = new Command('countersign')
    .description('Runs and looks after a Countersign server. It reads the same COUNTERSIGN_* settings as the server.')
    .version(packageJson.version)
    .option('--json', 'print JSON, for programs')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: () => undefined })
    .exitOverride()
    .addHelpText('after', example('doctor', 'call challenge --auth-type SMS --phone +15551234567'))
  for (const add of nouns) add(program, act)
  return program
}
