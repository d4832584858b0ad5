import type { PasskeyPage } from '../../engine/passkey-page.ts'
import type { Language } from '../../engine/templates.ts'
import { escapeHtml } from '../../engine/wording.ts'
import { htmlPage, icons } from '../page.ts'
import { openedBy, wayBack } from './back.ts'
import { brand, fact, facts, filled, type Knows, ownPath, username } from './page.ts'
import { type Words, words } from './words.ts'

/** Why what a browser made was not taken, while the link still asks. */
export type Problem = 'wrong' | 'known'

const script = '/passkey/script.js'

/** The page that asks for a passkey, or for a new one. Its script asks the authenticator and posts what it gave. */
export function passkeyPage(
  engine: Knows,
  language: Language,
  view: PasskeyPage,
  action: string,
  problem: Problem | null,
): string {
  const say = words[language]
  const customer = view.customer.name
  const isNew = view.kind === 'registration'
  const heading = isNew ? say.setUpTitle : say.passkeyTitle
  const complaint = problem && { wrong: say.passkeyWrong, known: say.passkeyKnown }[problem]
  // A page that comes anew is read from its title: so that is where a problem is told first.
  const title = complaint ? `${complaint} ${heading}` : heading
  const told = isNew ? `<dl>\n${fact(say.account, username(view.username))}</dl>` : facts(engine, language, view)
  const content = `${brand(view.customer)}<h1>${heading}</h1>
<p>${filled(isNew ? say.setUpAsks : say.passkeyAsks, { customer })}</p>
${told}
<noscript><p class="problem">${icons.alert}${say.needsScript}</p></noscript>
<form class="column passkey" method="post" action="${escapeHtml(ownPath(action) + openedBy(action))}" data-ceremony="${isNew ? 'create' : 'get'}"
data-public-key="${escapeHtml(JSON.stringify(view.publicKey))}"
${sentences(say, view)}>
<p class="problem" role="alert"${complaint ? '' : ' hidden'}>${icons.alert}<span>${complaint ?? ''}</span></p>
${isNew ? nameField(say) : ''}<input type="hidden" name="credential">
<button>${icons.key}${isNew ? say.setUp : say.passkey}</button>
</form>${isNew ? '' : `\n<p class="hint">${filled(say.passkeyHint, { customer })}</p>`}
${wayBack(language, action)}`
  return htmlPage({ language, title, content, kind: 'asking', script })
}

function nameField({ passkeyName }: Words): string {
  return `<label for="name">${passkeyName}</label>
<input id="name" name="name" maxlength="60" autocomplete="off">
`
}

/** What the script says when the browser refuses, in the language of the page. */
function sentences(say: Words, { publicKey }: PasskeyPage): string {
  const { rpId, rp } = publicKey as { readonly rpId?: string; readonly rp?: { readonly id: string } } // our own options
  const domain = rpId ?? rp?.id ?? ''
  const told = {
    cancelled: escapeHtml(say.passkeyCancelled),
    known: escapeHtml(say.passkeyKnown),
    forbidden: filled(say.passkeyForbidden, { domain }),
    unsupported: escapeHtml(say.passkeyUnsupported),
  }
  return Object.entries(told)
    .map(([name, sentence]) => `data-${name}="${sentence}"`)
    .join('\n')
}
