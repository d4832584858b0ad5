import { CommanderError, InvalidArgumentError, Option } from 'commander'
import { customerSettings } from '../settings.ts'
import { Refusal } from './report.ts'
import { shownTime } from './terminal.ts'

/** `--customer`, for commands that work inside one. */
export function customerOption(about = 'customer key; not needed while there is one customer'): Option {
  return new Option('--customer <key>', about).argParser(customerKey)
}

/** A customer key as it is typed. */
export function customerKey(text: string): number {
  return wholeNumber(1, 999_999_999_999)(text)
}

/** A customer's name, as messages and authenticator apps can show it. */
export function customerName(text: string): string {
  const shown = customerSettings.issuer.parse(text.trim())
  if (shown) return shown
  throw new Refusal('The name must have 1–60 visible characters and no colon: authenticator apps show it.')
}

export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^[0-9]{1,15}$/.test(text) ? Number(text) : Number.NaN
    if (!(value >= least && value <= most)) throw new InvalidArgumentError(`It must be a number, ${least}–${most}.`)
    return value
  }
}

const limitMax = 1_000
const offsetMax = 100_000_000

/** `--limit`, for commands that show a part of a list; `about` says of what. */
export function limitOption(about: string, most = limitMax, usual = 50): Option {
  return new Option('--limit <n>', about).argParser(wholeNumber(1, most)).default(usual)
}

/** `--offset`, for those that can begin further down. */
export function offsetOption(about: string): Option {
  return new Option('--offset <n>', about).argParser(wholeNumber(0, offsetMax)).default(0)
}

/** A week. */
const graceMinutesMax = 7 * 24 * 60

/** `--grace`, for commands that put one secret in place of another. */
export function graceOption(about = 'how long the old one still counts'): Option {
  return new Option('--grace <minutes>', about).argParser(wholeNumber(0, graceMinutesMax)).default(0)
}

/** When the old one ends, as the end of a sentence. */
export function shownEnd(graceMinutes: number, untilMs: number): string {
  return graceMinutes === 0 ? 'within about a second' : `at ${shownTime(untilMs)}`
}

/** What `--help` shows last: lines to copy. */
export function example(...commands: readonly string[]): string {
  return `\nExample:\n${commands.map((command) => `  npx countersign ${command}`).join('\n')}`
}

/** Options that do not fit together: the command is not understood. */
export function misuse(sentence: string): CommanderError {
  return new CommanderError(2, 'countersign.misuse', sentence)
}
