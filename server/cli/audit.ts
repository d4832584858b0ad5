import type { Command } from 'commander'
import type { ChainState } from '../store/audit.ts'
import { serverScope } from '../vocabulary.ts'
import { customerOf, withStore } from './database.ts'
import { customerOption, example } from './options.ts'
import type { Act, Report } from './report.ts'
import { columns } from './terminal.ts'

export function audit(program: Command, act: Act): void {
  const noun = program
    .command('audit')
    .description('The audit of all decisions')
    .addHelpText('after', example('audit verify'))
  noun
    .command('verify')
    .description('Check every hash and seal of the audit; exit code 1 when a row was changed, added or removed')
    .addOption(customerOption('only this customer (default: all, and the server itself)'))
    .addHelpText('after', example('audit verify', 'audit verify --customer 482913 --json'))
    .action(act(verify))
}

async function verify({ customer }: { customer?: number }): Promise<Report> {
  return withStore(async (store) => {
    const ids =
      customer === undefined
        ? [serverScope, ...(await store.read.customers.list()).map(({ id }) => id)]
        : [(await customerOf(store, customer)).id]
    const chains: ChainState[] = []
    for (const id of ids) chains.push(await store.read.audit.verify(id))
    const isFine = chains.every(({ brokenAt }) => brokenAt === null)
    const verdict = isFine
      ? 'The audit is whole.'
      : 'The audit was changed outside Countersign. Compare with a backup: see "Audit" in docs/operating.md.'
    const text = `${columns(chains.map(lineOf))}\n\n${verdict}`
    const json = chains.map(({ customerId, ...state }) => ({
      customerKey: customerId === serverScope ? null : customerId,
      ...state,
    }))
    return { text, json: { isWhole: isFine, chains: json }, isFine }
  })
}

function lineOf({ customerId, rows, blocks, openRows, brokenAt, problem }: ChainState): string[] {
  const owner = customerId === serverScope ? 'server' : `customer ${customerId}`
  if (brokenAt !== null) return [owner, 'BROKEN', `block ${brokenAt} of ${blocks}: ${problem}`]
  const open = openRows === 0 ? '' : `; ${openRows} newer, not yet closed`
  return [owner, 'whole', `${rows} rows in ${blocks} blocks${open}`]
}
