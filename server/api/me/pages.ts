import { provable, type Self } from '../../engine/self-service.ts'
import type { Language } from '../../engine/templates.ts'
import { escapeHtml } from '../../engine/wording.ts'
import type { Customer } from '../../vocabulary/customer.ts'
import { htmlPage, icons } from '../page.ts'
import { backTo, brand, codeFields, filled, page, type Said, saidFirst, token } from './parts.ts'
import { words } from './words.ts'

/** What was typed into the page where a user comes in, which shows it again. */
export interface Typed {
  readonly username: string
  readonly method?: string | undefined
}

/** Where a user comes in: by a mailed link, or by a code of his own. */
export function entryPage(language: Language, customer: Customer | undefined, said?: Said, typed?: Typed): string {
  const say = words[language]
  const username = escapeHtml(typed?.username ?? '')
  const who = (form: string) => `${
    customer
      ? `<input type="hidden" name="customer" value="${customer.id}">`
      : `<label for="customer-${form}">${say.customer}</label>
<input id="customer-${form}" name="customer" inputmode="numeric" pattern="[0-9]{1,12}" required>`
  }
<label for="username-${form}">${say.username}</label>
<input id="username-${form}" name="username" autocomplete="username" autocapitalize="none" maxlength="254" value="${username}" required>`
  const content = `${brand(customer)}<h1>${say.enter}</h1>
<p>${filled(say.enterAbout, { customer: customer?.name ?? 'Countersign' })}</p>
${saidFirst(said)}<form class="column" method="post" action="/me/link">
<h2>${say.byLink}</h2>
${who('link')}
<button>${icons.key}${say.sendLink}</button>
</form>
<form class="column" method="post" action="/me/code">
<h2>${say.byCode}</h2>
${who('code')}
${codeFields(language, provable, typed?.method)}
<button>${icons.check}${say.useCode}</button>
</form>`
  return page(language, say.enter, content, said)
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

export interface NewApp {
  readonly secretText: string
  readonly uri: string
  /** An SVG element. */
  readonly qr: string
}

export function appPage(language: Language, self: Self, { secretText, uri, qr }: NewApp, said?: Said): string {
  const say = words[language]
  const content = `${brand(self.customer)}<h1>${say.appTitle}</h1>
<p>${say.appAbout}</p>
<p class="qr">${qr}</p>
<p class="back"><a href="${escapeHtml(uri)}">${say.appOpen}</a></p>
<p class="hint">${say.appSecret} <code>${escapeHtml(secretText.replaceAll(/(.{4})(?=.)/g, '$1 '))}</code></p>
${saidFirst(said)}<form class="column" method="post" action="/me/app/confirm">
${token(self)}
<input type="hidden" name="secret" value="${escapeHtml(secretText)}">
<input type="hidden" name="uri" value="${escapeHtml(uri)}">
<label for="code">${say.code}</label>
<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="10" required autofocus>
<button>${icons.check}${say.confirm}</button>
</form>
${backTo('/me', say.back)}`
  return page(language, say.appTitle, content, said)
}

/** The code that pairs a phone; the page of methods shows it when it is done. */
export function phonePage(language: Language, { link, qr }: { readonly link: string; readonly qr: string }): string {
  const say = words[language]
  const content = `<h1>${say.phoneTitle}</h1>
<p>${say.phoneAbout}</p>
<p class="qr">${qr}</p>
<p class="back"><a href="${escapeHtml(link)}">${say.phoneOpen}</a></p>
<p class="hint">${say.phoneOnce}</p>
${backTo('/me', say.back)}`
  return page(language, say.phoneTitle, content)
}

export function codesPage(language: Language, codes: readonly string[]): string {
  const say = words[language]
  const content = `<h1>${say.codesTitle}</h1>
<p>${say.codesAbout}</p>
<ul class="codes">${codes.map((code) => `<li><code>${escapeHtml(code)}</code></li>`).join('')}</ul>
${backTo('/me', say.back)}`
  return page(language, say.codesTitle, content)
}

/** How a visit ended; it leads back to where a user comes in, at the customer's own page where one is known. */
export function endingPage(language: Language, ending: 'sent' | 'over' | 'left_', customer?: Customer): string {
  const say = words[language]
  const { hint, back } = {
    sent: { hint: say.sentHint, back: say.back_ },
    over: { hint: say.overHint, back: say.askAgain },
    left_: { hint: say.leftHint, back: say.enterAgain },
  }[ending]
  const icon = ending === 'over' ? icons.clock : icons.check
  const content = `<p class="seal ${ending === 'over' ? 'over' : 'accepted'}">${icon}</p>
<h1>${say[ending]}</h1>
<p>${hint}</p>
${backTo(customer ? `/me?customer=${customer.id}` : '/me', back)}`
  return htmlPage({ language, title: say[ending], content, kind: 'ending' })
}
