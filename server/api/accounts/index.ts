import type { FastifyPluginAsync } from 'fastify'
import { readReset, resetPassword } from '../../engine/accounts.ts'
import { passwordLengthMax, passwordLengthMin } from '../../engine/passwords.ts'
import type { Engine } from '../../engine/ports.ts'
import type { Language } from '../../engine/templates.ts'
import { escapeHtml } from '../../engine/wording.ts'
import type { Customer } from '../../vocabulary/customer.ts'
import { logoLine } from '../logo.ts'
import { formOf, hidden, htmlPage, icons, languageOf, servePages } from '../page.ts'
import { words } from './words.ts'

/** A password of 200 letters of any script fits in. */
const formBytesMax = 4 * 1_024

interface ResetParams {
  readonly secret: string
}

/** The page behind a mailed link to choose a new password: a GET only shows, a POST takes it, once. */
export function accountPages(engine: Engine): FastifyPluginAsync {
  return async (app) => {
    servePages(app, { formBytesMax })

    app.get<{ Params: ResetParams }>('/account/reset/:secret', hidden, async (request) => {
      const customer = await readReset(engine, request.params.secret)
      const language = languageOf(request, customer)
      return customer ? askingPage(language, customer, request.params.secret, false) : endingPage(language, 'over')
    })

    app.post<{ Params: ResetParams }>('/account/reset/:secret', hidden, async (request) => {
      const { secret } = request.params
      const customer = await readReset(engine, secret)
      const language = languageOf(request, customer)
      if (!customer) return endingPage(language, 'over')
      const chosen = formOf(request.body).get('password') ?? ''
      const visitor = { address: request.ip, requestId: request.id }
      const outcome = await resetPassword(engine, secret, chosen, visitor)
      request.outcome = outcome.ok ? 'changed' : outcome.reason
      if (outcome.ok) return endingPage(language, 'done')
      return outcome.reason === 'wrong' ? endingPage(language, 'over') : askingPage(language, customer, secret, true)
    })

    // A link that lost its end, or got a longer one, on its way through a mail program.
    for (const path of ['/account', '/account/*'])
      app.get(path, hidden, async (request) => endingPage(languageOf(request), 'over'))
  }
}

function askingPage(language: Language, customer: Customer, secret: string, isBad: boolean): string {
  const say = words[language]
  const name = escapeHtml(customer.name)
  // A page that comes anew is read from its title: so that is where it is told first.
  const title = isBad ? `${say.bad} ${say.title}` : say.title
  const problem = isBad ? `<p class="problem" id="problem" role="alert">${icons.alert}${say.bad}</p>\n` : ''
  const wrong = isBad ? ' aria-invalid="true" autofocus' : ''
  const content = `${logoLine(customer, name)}<h1>${say.title}</h1>
<p>${escapeHtml(say.about).replace('{customer}', () => name)}</p>
<form class="column" method="post" action="/account/reset/${escapeHtml(secret)}">
<label for="password">${say.label}</label>
${problem}<input id="password" name="password" type="password" autocomplete="new-password" minlength="${passwordLengthMin}" maxlength="${passwordLengthMax}" required aria-describedby="${isBad ? 'problem hint' : 'hint'}"${wrong}>
<p class="hint" id="hint">${say.hint}</p>
<button>${icons.check}${say.choose}</button>
</form>`
  return htmlPage({ language, title, content, kind: 'asking' })
}

function endingPage(language: Language, ending: 'done' | 'over'): string {
  const say = words[language]
  const isDone = ending === 'done'
  const content = `<p class="seal ${isDone ? 'accepted' : 'over'}">${isDone ? icons.check : icons.clock}</p>
<h1>${say[ending]}</h1>
<p>${isDone ? say.doneHint : say.overHint}</p>`
  return htmlPage({ language, title: say[ending], content, kind: 'ending' })
}
