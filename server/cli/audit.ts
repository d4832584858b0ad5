import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { type FileState, verifyCheckpoints } from '../checkpoints/verify.ts'
import { checkpointFile, checkpointWriter } from '../checkpoints/write.ts'
import type { ChainState } from '../store/audit-chain.ts'
import type { Store } from '../store/open.ts'
import { serverScope } from '../vocabulary/customer.ts'
import { reasonOf } from '../why-not-started.ts'
import { customerOf, nowOf, withStore } from './database.ts'
import { customerOption, example } from './options.ts'
import { type Act, Refusal, type Report } from './report.ts'
import { columns } from './terminal.ts'

export function audit(program: Command, act: Act): void {
  const noun = program
    .command('audit')
    .description('The audit of all decisions')
    .addHelpText('after', example('audit verify', 'audit verify --checkpoints /mnt/log-host/audit-checkpoints.jsonl'))
  noun
    .command('verify')
    .description(
      'Check every hash and seal of the audit, and that it still has what its checkpoints say; exit code 1 when a row was changed, added or removed, the end cut off, or a checkpoint altered or removed',
    )
    .addOption(customerOption('only this customer (default: all, and the server itself)'))
    .option(
      '--checkpoints <file>',
      'a file of checkpoints, best a copy from another machine; may be repeated (default: the one in the data folder, when it is there)',
      (file: string, before: string[] = []) => [...before, file],
    )
    .addHelpText(
      'after',
      example(
        'audit verify',
        'audit verify --checkpoints node-1.jsonl --checkpoints node-2.jsonl',
        'audit verify --customer 482913 --json',
      ),
    )
    .action(act(verify))
  noun
    .command('checkpoint')
    .description('Write a checkpoint now, as the server does every ten minutes and when it stops')
    .addHelpText('after', example('audit checkpoint'))
    .action(act(checkpoint))
}

async function verify(options: { customer?: number; checkpoints?: string[] }): Promise<Report> {
  return withStore(async (store, config) => {
    const id = options.customer === undefined ? undefined : (await customerOf(store, options.customer)).id
    const ids = id === undefined ? [serverScope, ...(await store.read.customers.list()).map((one) => one.id)] : [id]
    const chains: ChainState[] = []
    for (const one of ids) chains.push(await store.read.audit.verify(one))
    const ours = checkpointFile(config.dataDir)
    const files: FileState[] = []
    for (const file of options.checkpoints ?? (existsSync(ours) ? [ours] : []))
      files.push(await readCheckpoints(store, file, id))
    return reportOf(chains, files)
  })
}

async function readCheckpoints(store: Store, file: string, customerId: number | undefined): Promise<FileState> {
  try {
    return await verifyCheckpoints(store, file, customerId)
  } catch (error) {
    if (error instanceof Error && 'syscall' in error)
      throw new Refusal(`The checkpoints cannot be read: ${reasonOf(error)}.`)
    throw error
  }
}

function reportOf(chains: readonly ChainState[], files: readonly FileState[]): Report {
  const areChainsWhole = chains.every(({ brokenAt }) => brokenAt === null)
  const isWhole = areChainsWhole && files.every(({ problems }) => problems.length === 0)
  const parts = [columns(chains.map(lineOf)), ...files.map(wordsOf), verdictOf(areChainsWhole, files)]
  return {
    text: parts.join('\n\n'),
    json: {
      isWhole,
      chains: chains.map(({ customerId, ...state }) => ({
        customerKey: customerId === serverScope ? null : customerId,
        ...state,
      })),
      checkpoints: files,
    },
    isFine: isWhole,
  }
}

function lineOf({ customerId, rows, blocks, openRows, brokenAt, problem }: ChainState): string[] {
  const owner = customerId === serverScope ? 'server' : `customer ${customerId}`
  if (brokenAt !== null) return [owner, 'BROKEN', `block ${brokenAt} of ${blocks}: ${problem}`]
  const open = openRows === 0 ? '' : `; ${openRows} newer, not yet closed`
  return [owner, 'whole', `${counted(rows, 'row')} in ${counted(blocks, 'block')}${open}`]
}

/** Problems of one file that are shown; `--json` has all. */
const shownMax = 20

function wordsOf({ file, lines, newest, problems, notes }: FileState): string {
  const size = newest === null ? 'no checkpoint yet' : `${counted(lines, 'checkpoint')}, the newest of ${newest}`
  const shown = [...problems.slice(0, shownMax), ...notes.slice(0, shownMax)]
  const hidden = problems.length + notes.length - shown.length
  if (hidden > 0) shown.push(`… and ${hidden} more: --json lists them`)
  const head = `${file}  ${problems.length === 0 ? 'whole' : 'BROKEN'}  ${size}`
  return [head, ...shown.map((sentence) => `  ${sentence}`)].join('\n')
}

function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

function verdictOf(areChainsWhole: boolean, files: readonly FileState[]): string {
  const advice = 'see "Audit" in docs/operating.md.'
  if (!areChainsWhole) return `The audit was changed outside Countersign. Compare with a backup: ${advice}`
  if (files.some(({ problems }) => problems.length > 0)) return `The audit is not what its checkpoints say: ${advice}`
  if (files.some(({ lines }) => lines > 0)) return 'The audit is whole, and has everything that its checkpoints say.'
  return `The audit is whole. There was no checkpoint to compare it with, so whether its end was cut off is not known: ${advice}`
}

async function checkpoint(): Promise<Report> {
  return withStore(async (store, config) => {
    const file = checkpointFile(config.dataDir)
    const nowMs = await nowOf(store)
    const { lines, broken } = await checkpointWriter(
      store,
      config.dataDir,
    )(nowMs).catch((error) => {
      throw new Refusal(`No checkpoint can be written to ${file}: ${reasonOf(error)}.`)
    })
    const text =
      lines === 0
        ? `Nothing is new since the last lines of ${file}.`
        : `Added to ${file}: ${counted(lines, 'checkpoint')}.`
    const warning = 'The audit is not what it was at its last checkpoint: run audit verify.'
    const isFine = broken.length === 0
    return { text: isFine ? text : `${text}\n${warning}`, json: { file, lines, broken }, isFine }
  })
}
