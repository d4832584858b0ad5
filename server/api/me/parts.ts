import { type Self, tokenOf } from '../../engine/self-service.ts'
import type { Language } from '../../engine/templates.ts'
import { escapeHtml } from '../../engine/wording.ts'
import type { Customer } from '../../vocabulary/customer.ts'
import { logoLine } from '../logo.ts'
import { htmlPage, icons } from '../page.ts'
import { methodNames, words } from './words.ts'

/** What a page says first, after something was done. */
export interface Said {
  readonly text: string
  readonly isProblem: boolean
}

/** A choice of methods, and a field for the code of the one that was chosen. */
export function codeFields(language: Language, methods: readonly string[]): string {
  const say = words[language]
  const options = methods.map((method) => `<option value="${method}">${nameOf(method, language)}</option>`)
  return `<label for="method">${say.method}</label>
<select id="method" name="method">${options.join('')}</select>
<label for="code">${say.code}</label>
<input id="code" name="code" autocomplete="one-time-code" maxlength="64" required>`
}

/** The customer's logo, or his name, where one is known. */
export function brand(customer: Customer | undefined): string {
  return customer ? logoLine(customer, escapeHtml(customer.name)) : ''
}

export function page(language: Language, title: string, content: string): string {
  return htmlPage({ language, title, content, kind: 'asking' })
}

/** Told before everything else, and to those who do not see the page. */
export function saidFirst(said: Said | undefined): string {
  if (!said) return ''
  const kind = said.isProblem ? 'problem' : 'done'
  return `<p class="${kind}" role="${said.isProblem ? 'alert' : 'status'}">${said.isProblem ? icons.alert : icons.check}${said.text}</p>\n`
}

/** Shows that a form is of this page: see `inside` of `index.ts`. */
export function token(self: Self): string {
  return `<input type="hidden" name="token" value="${tokenOf(self)}">`
}

/** What users call a method, as HTML. */
export function nameOf(method: string, language: Language): string {
  return methodNames[method]?.[language] ?? escapeHtml(method)
}

/** To the minute, such as `2026-11-23 04:30 UTC`. */
export function timeOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** A sentence with its `{placeholders}` filled in; the values are escaped here. */
export function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{([a-z]+)\}/g, (_, name: string) => escapeHtml(values[name] ?? ''))
}
