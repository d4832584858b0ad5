import { fillIn } from '../../engine/fill-in.ts'
import type { LinkView } from '../../engine/link.ts'
import type { Engine } from '../../engine/ports.ts'
import type { Language } from '../../engine/templates.ts'
import { whereaboutsOf } from '../../engine/whereabouts.ts'
import { escapeHtml } from '../../engine/wording.ts'
import type { Customer } from '../../vocabulary/customer.ts'
import { logoImage } from '../logo.ts'
import { htmlPage, icons } from '../page.ts'
import { type Words, words } from './words.ts'

/** Why a form that was posted did not accept, while the link still asks. */
export type Problem = 'wrong' | 'locked' | 'disabled'

/** The page that asks. It works without a script; accepting always needs something typed, and is not offered while it is locked. */
export function askingPage(
  engine: Knows,
  language: Language,
  view: LinkView,
  action: string,
  problem: Problem | null,
): string {
  const say = words[language]
  const { customer, may } = view
  const heading = may === 'accept' ? say.titleAccept : say.titleDeny
  const complaint = problem && filled(say[problem], { customer: customer.name })
  // A page that comes anew is read from its title: so that is where a problem is told first.
  const title = complaint ? `${complaint} ${heading}` : heading
  const alert = complaint ? `<p class="problem" id="problem" role="alert">${icons.alert}${complaint}</p>\n` : ''
  const isAcceptable = may === 'accept' && (problem === null || problem === 'wrong')
  const target = escapeHtml(ownPath(action))
  const content = `${brand(customer)}<h1>${heading}</h1>
<p>${filled(say.asks, { customer: customer.name })}</p>
${facts(engine, language, view)}
${isAcceptable ? acceptForm(say, view, target, alert) : alert}<form method="post" action="${target}">
<p class="hint" id="hint">${say.denyHint}</p>
<button class="deny" name="decision" value="deny" aria-describedby="hint">${icons.cross}${say.deny}</button>
</form>`
  return htmlPage({ language, title, content, kind: 'asking' })
}

function acceptForm(say: Words, { numberToShow }: LinkView, target: string, alert: string): string {
  const label =
    numberToShow === null
      ? escapeHtml(say.numberFromLogin)
      : escapeHtml(say.numberFromPage).replace('{number}', `<strong class="number">${numberToShow}</strong>`)
  const wrong = alert ? ' aria-invalid="true" aria-describedby="problem" autofocus' : ''
  return `<form method="post" action="${target}">
<label for="number">${label}</label>
${alert}<div class="row"><input id="number" name="number" inputmode="numeric" pattern="[0-9]{2}" maxlength="2" autocomplete="off" required${wrong}>
<button class="accept" name="decision" value="accept">${icons.check}${say.accept}</button></div>
</form>
`
}

/** What knows the places of addresses. */
export type Knows = Pick<Engine, 'networkOf'>

/** What is asked for, when, and from where. */
export function facts(engine: Knows, language: Language, { challenge }: Pick<LinkView, 'challenge'>): string {
  const say = words[language]
  const { transactionName, createdAtMs, origin } = challenge
  const minute = new Date(createdAtMs).toISOString().slice(0, 16)
  const when = `<time datetime="${minute}Z">${times[language].format(createdAtMs)} UTC</time>`
  const { place, browser } = whereaboutsOf(engine, challenge, language)
  const told = (name: string, value: string | null) => (value === null ? '' : fact(name, escapeHtml(value)))
  return `<dl>
${told(say.what, transactionName)}${fact(say.when, when)}${told(say.place, place)}${told(say.where, origin)}${told(say.browser, browser)}</dl>`
}

/** Written out, because 02/03 is another day elsewhere. */
const timeStyle = { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' } as const
const times = {
  en: new Intl.DateTimeFormat('en-GB', timeStyle),
  es: new Intl.DateTimeFormat('es', timeStyle),
} as const satisfies Record<Language, Intl.DateTimeFormat>

export function fact(name: string, value: string): string {
  return `<div><dt>${name}</dt><dd>${value}</dd></div>\n`
}

/** A username as HTML, whose lines may end before the @. */
export function username(text: string): string {
  return escapeHtml(text).replaceAll('@', '<wbr>@')
}

export type Ending = 'accepted' | 'registered' | 'voiceSet' | 'denied' | 'turnedOff' | 'over'

/** What became of it. `back` is HTML, at the end. */
export function endingPage(language: Language, ending: Ending, customer?: Customer, back = ''): string {
  const say = words[language]
  const { icon, hint } = {
    accepted: { icon: icons.check, hint: say.acceptedHint },
    registered: { icon: icons.check, hint: say.registeredHint },
    voiceSet: { icon: icons.check, hint: say.voiceSetHint },
    denied: { icon: icons.cross, hint: say.deniedHint },
    turnedOff: { icon: icons.cross, hint: say.turnedOffHint },
    over: { icon: icons.clock, hint: say.overHint },
  }[ending]
  const content = `${brand(customer)}<p class="seal ${ending}">${icon}</p>
<h1>${say[ending]}</h1>
<p>${filled(hint, { customer: customer?.name ?? '' })}</p>
${back}`
  return htmlPage({ language, title: say[ending], content, kind: 'ending' })
}

/** Who asks, at the top of the page; nothing on the page of a link that is over, which tells nobody whose it was. */
export function brand(customer: Customer | undefined): string {
  if (!customer) return ''
  const { name } = customer
  const initial = [...name.trim()][0]?.toUpperCase() ?? ''
  const mark = logoImage(customer) || `<span aria-hidden="true">${escapeHtml(initial)}</span>`
  return `<p class="brand">${mark}${escapeHtml(name)}</p>\n`
}

/** A request line may hold another host or a query: the form goes back to the path alone. */
export function ownPath(url: string): string {
  return /\/(link|passkey|voice)\/[^?]*/.exec(url)?.[0] ?? ''
}

export function filled(text: string, values: Readonly<Record<string, string>>): string {
  return fillIn(escapeHtml(text), (name) => escapeHtml(values[name] ?? ''))
}
