import { CommanderError } from 'commander'
import { createProgram } from './cli/program.ts'
import { Refusal, type Report } from './cli/report.ts'
import { complain, print, printJson } from './cli/terminal.ts'
import { ConfigError } from './config.ts'
import { reasonOf } from './why-not-started.ts'

process.exitCode = await run(process.argv)

/** Runs one command and prints what came of it. 0: fine; 1: it is not, or it did not work; 2: not understood. */
async function run(argv: readonly string[]): Promise<number> {
  const reports: Report[] = []
  const program = createProgram((job) => async (...args) => {
    reports.push(await job(...args))
  })
  try {
    await program.parseAsync(argv)
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0 // --help, --version
    const sentence = explain(error)
    complain(sentence)
    if (program.opts()['json'] === true) printJson({ error: sentence })
    return error instanceof CommanderError ? 2 : 1
  }
  for (const { text, json, aside } of reports) {
    if (program.opts()['json'] === true) printJson(json)
    else print(text)
    if (aside) complain(aside)
  }
  return reports.every(({ isFine }) => isFine !== false) ? 0 : 1
}

/** One sentence for whoever typed the command; never a stack trace. */
function explain(error: unknown): string {
  if (error instanceof Refusal || error instanceof ConfigError) return error.message
  if (!(error instanceof CommanderError)) {
    return `It did not work: ${reasonOf(error)}. This looks for the cause: npx countersign doctor`
  }
  if (error.code === 'commander.help') return 'A command is missing: the help lists them.'
  const [first = '', hint = ''] = error.message.replace(/^error: /, '').split('\n')
  const problem = `${first.replace(/\.$/, '')}.${hint.replace(/^\((.*)\)$/, ' $1')}`
  return `${problem.charAt(0).toUpperCase()}${problem.slice(1)} Add --help to see how it is used.`
}
