import { fillIn } from '../../engine/fill-in.ts'
import { type Self, tokenOf } from '../../engine/self-service.ts'
import type { Language } from '../../engine/templates.ts'
import { escapeHtml } from '../../engine/wording.ts'
import type { Customer } from '../../vocabulary/customer.ts'
import { logoLine } from '../logo.ts'
import { htmlPage, icons } from '../page.ts'
import { methodNames, words } from './words.ts'

/** What the pages of a user share. */

/** What a page says first, after something was done. */
export interface Said {
  readonly text: string
  readonly isProblem: boolean
}

/** Who the customer is, at the top of a page; nothing where nobody is known yet. */
export function brand(customer: Customer | undefined): string {
  return customer ? logoLine(customer, escapeHtml(customer.name)) : ''
}

/** A page that comes anew is read from its title: so that is where a problem is told first. */
export function page(language: Language, heading: string, content: string, said?: Said): string {
  const title = said?.isProblem ? `${said.text} ${heading}` : heading
  return htmlPage({ language, title, content, kind: 'asking' })
}

/** The way on from a page at whose end somebody is done. */
export function backTo(path: string, text: string): string {
  return `<p class="back"><a href="${path}">${text}</a></p>`
}

/** Told before everything else, and to those who do not see the page. */
export function saidFirst(said: Said | undefined): string {
  if (!said) return ''
  const kind = said.isProblem ? 'problem' : 'done'
  return `<p class="${kind}" role="${said.isProblem ? 'alert' : 'status'}">${said.isProblem ? icons.alert : icons.check}${said.text}</p>\n`
}

/** What a form is sent with, so that no other site can send it. */
export function token(self: Self): string {
  return `<input type="hidden" name="token" value="${tokenOf(self)}">`
}

/** A method in the words of the language; HTML. */
export function nameOf(method: string, language: Language): string {
  return methodNames[method]?.[language] ?? escapeHtml(method)
}

/** In UTC, because a page without a script knows no other. */
export function timeOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** A text as HTML, with its `{names}` filled in. */
export function filled(text: string, values: Readonly<Record<string, string>>): string {
  return fillIn(text, (name) => escapeHtml(values[name] ?? ''))
}

/** Where a user gives a code of one of his methods. */
export function codeFields(language: Language, methods: readonly string[], chosen?: string): string {
  const say = words[language]
  const options = methods.map(
    (method) => `<option value="${method}"${method === chosen ? ' selected' : ''}>${nameOf(method, language)}</option>`,
  )
  return `<label for="method">${say.method}</label>
<select id="method" name="method">${options.join('')}</select>
<label for="code">${say.code}</label>
<input id="code" name="code" autocomplete="one-time-code" autocapitalize="none" maxlength="64" required>`
}
