import { customerSettings, type Setting, serverSettings } from '../settings.ts'
import type { Repositories } from '../store/repositories.ts'
import { noteOf } from './database.ts'

/** A setting that lives in the database. */
export interface Known {
  readonly name: string
  readonly setting: Setting<unknown>
  readonly isServers: boolean
}

export const knownSettings: readonly Known[] = [
  ...Object.entries<Setting<unknown>>(serverSettings).map(([name, setting]) => ({ name, setting, isServers: true })),
  ...Object.entries<Setting<unknown>>(customerSettings).map(([name, setting]) => ({ name, setting, isServers: false })),
]

/** The value of a setting that was set and may still be; `undefined`: its default is in use. */
export function storedValue({ name, setting }: Known, stored: ReadonlyMap<string, string>): unknown {
  const text = stored.get(name)
  return text === undefined ? undefined : setting.parse(text)
}

/** What may be shown of a value that is not the default. */
export function shownOf({ isSecret, parts }: Setting<unknown>, value: unknown): unknown {
  if (parts) return parts.shown(value)
  return isSecret ? '(set)' : value
}

/** In a line: a list by its members, things by their ids; null is what we would say ourselves. */
export function lineOf(value: unknown): string {
  if (value === null) return '(default)'
  if (Array.isArray(value)) return value.length === 0 ? '(empty)' : value.map(wordOf).join(',')
  return value === '' ? '(empty)' : String(value).replaceAll('\n', ' ')
}

function wordOf(value: unknown): string {
  return typeof value === 'object' && value !== null && 'id' in value ? String(value.id) : String(value)
}

/** A text of one scope as it shall be; empty: its default. */
export interface Change {
  readonly scope: number
  readonly name: string
  readonly text: string
  /** Whether the audit may hold the text. */
  readonly isAudited: boolean
}

/** Makes a change, with its line in the audit. */
export async function applyChange(
  tx: Repositories,
  { scope, name, text, isAudited }: Change,
  nowMs: number,
): Promise<void> {
  if (text === '') await tx.settings.unset(scope, name)
  else await tx.settings.set(scope, name, text, nowMs)
  const detail = { name, ...(isAudited && text !== '' ? { value: text } : {}) }
  await tx.audit.append(scope, noteOf('setting', null, detail), text === '' ? 'unset' : 'set', nowMs)
}
