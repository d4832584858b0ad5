import { provable, type Self } from '../../engine/self-service.ts'
import type { Language } from '../../engine/templates.ts'
import { escapeHtml } from '../../engine/wording.ts'
import type { Customer } from '../../vocabulary/customer.ts'
import { htmlPage, icons } from '../page.ts'
import { brand, codeFields, filled, page, type Said, saidFirst, token } from './parts.ts'
import { words } from './words.ts'

/** Where a user comes in: by a mailed link, or by a code of his own. */
export function entryPage(language: Language, customer: Customer | undefined, said?: Said): string {
  const say = words[language]
  const who = (form: string) => `${
    customer
      ? `<input type="hidden" name="customer" value="${customer.id}">`
      : `<label for="customer-${form}">${say.customer}</label>
<input id="customer-${form}" name="customer" inputmode="numeric" pattern="[0-9]{1,12}" required>`
  }
<label for="username-${form}">${say.username}</label>
<input id="username-${form}" name="username" autocomplete="username" maxlength="254" required>`
  const content = `${brand(customer)}<h1>${say.enter}</h1>
<p>${filled(say.enterAbout, { customer: customer?.name ?? 'Countersign' })}</p>
${saidFirst(said)}<form class="column" method="post" action="/me/link">
${who('link')}
<button>${icons.key}${say.sendLink}</button>
</form>
<form class="column" method="post" action="/me/code">
${who('code')}
${codeFields(language, provable)}
<button>${icons.check}${say.useCode}</button>
</form>`
  return page(language, say.enter, content)
}

/** Opening a link only asks; the button uses it. */
export function linkPage(language: Language, customer: Customer, secret: string): string {
  const say = words[language]
  const content = `${brand(customer)}<h1>${say.continueTitle}</h1>
<p>${filled(say.continueAbout, { customer: customer.name })}</p>
<form class="column" method="post" action="/me/enter/${escapeHtml(secret)}">
<button>${icons.check}${say.continue}</button>
</form>`
  return page(language, say.continueTitle, content)
}

/** An authenticator app that is being set up: `secretText` to type, `uri` to open, `qr` to scan. */
export interface NewApp {
  readonly secretText: string
  readonly uri: string
  /** An SVG element. */
  readonly qr: string
}

/** Shows the secret of a new app, and asks for its first code. */
export function appPage(language: Language, self: Self, { secretText, uri, qr }: NewApp, said?: Said): string {
  const say = words[language]
  const content = `${brand(self.customer)}<h1>${say.appTitle}</h1>
<p>${say.appAbout}</p>
<p class="qr">${qr}</p>
<p><a href="${escapeHtml(uri)}">${say.appOpen}</a></p>
<p class="hint">${say.appSecret} <code>${escapeHtml(secretText.replaceAll(/(.{4})(?=.)/g, '$1 '))}</code></p>
${saidFirst(said)}<form class="column" method="post" action="/me/app/confirm">
${token(self)}
<input type="hidden" name="secret" value="${escapeHtml(secretText)}">
<input type="hidden" name="uri" value="${escapeHtml(uri)}">
<label for="code">${say.code}</label>
<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="10" required autofocus>
<button>${icons.check}${say.confirm}</button>
</form>
<p class="hint"><a href="/me">${say.back}</a></p>`
  return page(language, say.appTitle, content)
}

/** The code that pairs a phone; the page of methods shows it when it is done. */
export function phonePage(language: Language, { link, qr }: { readonly link: string; readonly qr: string }): string {
  const say = words[language]
  const content = `<h1>${say.phoneTitle}</h1>
<p>${say.phoneAbout}</p>
<p class="qr">${qr}</p>
<p><a href="${escapeHtml(link)}">${say.phoneOpen}</a></p>
<p class="hint">${say.phoneOnce}</p>
<p class="hint"><a href="/me">${say.back}</a></p>`
  return page(language, say.phoneTitle, content)
}

/** Recovery codes, shown this once. */
export function codesPage(language: Language, codes: readonly string[]): string {
  const say = words[language]
  const content = `<h1>${say.codesTitle}</h1>
<p>${say.codesAbout}</p>
<ul class="codes">${codes.map((code) => `<li><code>${escapeHtml(code)}</code></li>`).join('')}</ul>
<p class="hint"><a href="/me">${say.back}</a></p>`
  return page(language, say.codesTitle, content)
}

/** The end of the way: a mail is sent, a link is over, or the user has left. */
export function endingPage(language: Language, ending: 'sent' | 'over' | 'left_'): string {
  const say = words[language]
  const hint = { sent: say.sentHint, over: say.overHint, left_: say.leftHint }[ending]
  const icon = ending === 'over' ? icons.clock : icons.check
  const content = `<p class="seal ${ending === 'over' ? 'over' : 'accepted'}">${icon}</p>
<h1>${say[ending]}</h1>
<p>${hint}</p>`
  return htmlPage({ language, title: say[ending], content, kind: 'ending' })
}
