import { isDeepStrictEqual } from 'node:util'
import {
  defaultTemplates,
  isLanguage,
  isTemplate,
  languages,
  type TemplateId,
  templateProblem,
} from '../engine/templates.ts'
import type { Setting } from '../settings.ts'
import { templatePrefix } from '../store/customers.ts'
import { serverScope } from '../vocabulary/customer.ts'
import { type Change, type Known, knownSettings, shownOf, storedValue } from './known-settings.ts'

/** What was set, by scope: `serverScope`, or a customer's id. */
export type Stored = ReadonlyMap<number, ReadonlyMap<string, string>>

/** A change that a file asks for. */
export interface Wanted extends Change {
  /** Its place in the file. */
  readonly path: string
  /** What may be shown of it, before and after. */
  readonly from: unknown
  readonly to: unknown
  readonly risk: string | undefined
}

export interface Plan {
  readonly changes: readonly Wanted[]
  /** Settings that the file names and that are as it wants them. */
  readonly unchanged: number
  /** Every mistake in a sentence that begins with its place. */
  readonly problems: readonly string[]
}

/** What a file would change. What it does not name stays as it is, secrets too; null returns to the default. */
export function planOf(file: unknown, stored: Stored): Plan {
  const items = isTree(file) ? itemsOf(file, stored) : ['The file must hold an object.']
  const problems = items.filter((item) => typeof item === 'string')
  const wanted = items.filter((item) => typeof item === 'object')
  const changes = wanted.filter(({ scope, name, text }) => (stored.get(scope)?.get(name) ?? '') !== text)
  return { changes, unchanged: wanted.length - changes.length, problems }
}

export type Tree = Readonly<Record<string, unknown>>
/** A change, or what is wrong. */
type Item = Wanted | string

/** Beside the settings of a customer: his own texts. */
export const templatesKey = 'templates'

function itemsOf(file: Tree, stored: Stored): Item[] {
  return Object.entries(file).flatMap(([key, value]): Item[] => {
    if (key !== 'server' && key !== 'customers') return [unfamiliar('', key, ['server', 'customers'])]
    if (!isTree(value)) return [`${key} must be an object.`]
    if (key === 'server') return scopeItems('server', serverScope, value, stored.get(serverScope) ?? new Map())
    return Object.entries(value).flatMap(([id, settings]): Item[] => {
      const path = `customers.${id}`
      const own = stored.get(Number(id))
      if (!/^[1-9][0-9]{0,11}$/.test(id) || !own) {
        return [`${path}: there is no such customer. This lists them: npx countersign customers list`]
      }
      return isTree(settings) ? scopeItems(path, Number(id), settings, own) : [`${path} must be an object.`]
    })
  })
}

function scopeItems(path: string, scope: number, tree: Tree, stored: ReadonlyMap<string, string>): Item[] {
  const own = knownSettings.filter(({ isServers }) => isServers === (scope === serverScope))
  const names = [...own.map(({ name }) => name), ...(scope === serverScope ? [] : [templatesKey])]
  return Object.entries(tree).flatMap(([name, value]): Item[] => {
    if (name === templatesKey && scope !== serverScope) return templateItems(`${path}.${name}`, scope, value, stored)
    const one = own.find((each) => each.name === name)
    return one ? settingItems(path, scope, one, value, stored) : [unfamiliar(path, name, names)]
  })
}

function settingItems(
  path: string,
  scope: number,
  one: Known,
  value: unknown,
  stored: ReadonlyMap<string, string>,
): Item[] {
  const { name, setting } = one
  const at = `${path}.${name}`
  const before = storedValue(one, stored)
  const read = value === null ? { text: '' } : textOf(setting, value, before ?? setting.fallback)
  if ('problems' in read)
    return read.problems.map((problem) => (setting.parts ? `${path}.${problem}` : `${at} ${problem}`))
  // Written otherwise, it may mean the same.
  const isSame = before !== undefined && isDeepStrictEqual(setting.parse(read.text), before)
  const text = isSame ? (stored.get(name) ?? '') : read.text
  const shown = (of: unknown) => (of === undefined ? setting.fallback : shownOf(setting, of))
  return [
    {
      path: at,
      scope,
      name,
      text,
      isAudited: !setting.isSecret,
      from: shown(before),
      to: shown(text === '' ? undefined : setting.parse(text)),
      risk: text === '' ? undefined : setting.risk,
    },
  ]
}

type Read = { readonly text: string } | { readonly problems: readonly string[] }

/** The text that is stored for a value of the file. */
function textOf({ fallback, meaning, isSecret, parts, parse }: Setting<unknown>, value: unknown, inUse: unknown): Read {
  if (parts) {
    const whole = parts.complete(value, inUse)
    const problems = parts.problems(whole)
    if (problems.length > 0) return { problems }
    return { text: lengthOf(whole) === 0 ? '' : JSON.stringify(whole) }
  }
  if (kindOf(value) !== kindOf(fallback)) return { problems: [`must be ${kindOf(fallback)}. It means: ${meaning}`] }
  const text = String(value)
  if (text === '' || parse(text) !== undefined) return { text }
  return { problems: [`cannot be ${isSecret ? 'this value' : shortened(value)}. It means: ${meaning}`] }
}

function templateItems(path: string, scope: number, tree: unknown, stored: ReadonlyMap<string, string>): Item[] {
  if (!isTree(tree)) return [`${path} must be an object.`]
  return Object.entries(tree).flatMap(([id, texts]): Item[] => {
    if (!isTemplate(id)) return [unfamiliar(path, id, Object.keys(defaultTemplates))]
    const at = `${path}.${id}`
    if (!isTree(texts)) return [`${at} must be an object of texts by language.`]
    return Object.entries(texts).map(([language, text]): Item => {
      if (!isLanguage(language)) return unfamiliar(at, language, languages)
      const problem = text === null ? undefined : templateMistake(id, text)
      if (problem) return `${at}.${language}: ${problem}`
      const name = `${templatePrefix}${id}.${language}`
      const own = { from: stored.get(name) ?? null, to: text || null }
      return {
        path: `${at}.${language}`,
        scope,
        name,
        text: String(text ?? ''),
        isAudited: false,
        ...own,
        risk: undefined,
      }
    })
  })
}

function templateMistake(id: TemplateId, text: unknown): string | undefined {
  if (typeof text !== 'string') return 'It must be a text.'
  return text === '' ? undefined : templateProblem(id, text)
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Members of a list or a tree. */
export function lengthOf(value: unknown): number {
  return Object.keys(value ?? {}).length
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return value.every((one) => typeof one === 'string') ? 'a list of texts' : 'a list'
  if (typeof value === 'boolean') return 'true or false'
  return typeof value === 'number' ? 'a number' : typeof value === 'string' ? 'a text' : 'something else'
}

function shortened(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

function unfamiliar(path: string, name: string, known: readonly string[]): string {
  return `${path ? `${path}.` : ''}${name} is not known here. There are: ${known.join(', ')}.`
}
