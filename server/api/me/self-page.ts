import type { Belongings } from '../../engine/own-devices.ts'
import { phoneMethods } from '../../engine/pairing.ts'
import { fewCodes } from '../../engine/recovery-codes.ts'
import { mayChange, provableOf, type Self } from '../../engine/self-service.ts'
import type { Language } from '../../engine/templates.ts'
import type { Told } from '../../engine/timeline.ts'
import { escapeHtml } from '../../engine/wording.ts'
import type { MethodId } from '../../vocabulary/method.ts'
import { icons } from '../page.ts'
import { brand, codeFields, filled, nameOf, page, type Said, saidFirst, timeOf, token } from './parts.ts'
import { happened, words } from './words.ts'

/** A line of a user's history. */
type Happened = Told & {
  readonly kind: string
  readonly atMs: number
  readonly method: string | null
  readonly place: string | null
}

/** Everything a user has, what happened to him, and what he can do about it. */
export function selfPage(
  language: Language,
  self: Self,
  shown: Belongings & { readonly history: readonly Happened[] },
  said?: Said,
): string {
  const say = words[language]
  const { user, customer } = self
  const content = `${brand(customer)}<h1>${say.title}</h1>
<p>${filled(say.hello, { username: user.username, customer: customer.name })}</p>
${saidFirst(said)}<h2>${say.yours}</h2>
${methodList(language, self, shown)}
<h2>${say.phones}</h2>
${phoneList(language, self, shown)}
${mayChange(self) ? adding(language, self, shown) : proving(language, self, shown)}
<h2>${say.devices}</h2>
${browserList(language, self, shown)}
<h2>${say.activity}</h2>
${historyList(language, shown.history)}
<form class="column" method="post" action="/me/not-me">
${token(self)}
<p class="hint">${say.notMeAbout}</p>
<button class="deny">${icons.cross}${say.notMe}</button>
</form>
<form class="column" method="post" action="/me/leave">
${token(self)}
<button class="plain">${say.leave}</button>
</form>`
  return page(language, say.title, content, said)
}

function methodList(language: Language, self: Self, shown: Belongings): string {
  const say = words[language]
  const canAdd = waysToAdd(shown).length > 0
  const count = shown.phones.length + self.credentials.filter(isAlone).length
  const codes = self.credentials.filter(({ method, label }) => method === 'recovery-code' && label === null)
  const others = self.credentials.filter(isAlone)
  const left = codes.filter(({ isUsed }) => !isUsed).length
  if (self.credentials.length === 0) return `<p class="hint">${say.nothing}${canAdd ? ` ${say.begin}` : ''}</p>`
  const items = others.map(({ id, method, label, lastUsedAtMs }) => {
    const used = stateOf(language, shown, [method], lastUsedAtMs)
    const name = label === null ? '' : ` <span>${escapeHtml(label)}</span>`
    const isOwn = (method === 'passkey' || method === 'time-code') && count > 1 && mayChange(self)
    const about = `${nameOf(method, language)} ${escapeHtml(label ?? '')}`
    const remove = isOwn ? sureButton(self, 'remove', [say.remove, say.removeSure], about, id) : ''
    const erase = method === 'voice' ? sureButton(self, 'voice/erase', [say.erase, say.eraseSure], about, id) : ''
    return `<li><div><strong>${nameOf(method, language)}</strong>${name}<small>${used}</small></div>${remove}${erase}</li>`
  })
  const kept =
    codes.length === 0
      ? []
      : [
          `<li><div><strong>${nameOf('recovery-code', language)}</strong><small>${shown.allowed.includes('recovery-code') ? filled(say.left, { count: String(left) }) : say.notAllowed}</small></div></li>`,
        ]
  const nag =
    codes.length > 0 && left <= fewCodes && shown.allowed.includes('recovery-code')
      ? `<p class="problem">${icons.alert}${say.few}</p>`
      : ''
  const usable = self.credentials.filter(isAlone).filter(({ method }) => shown.allowed.includes(method)).length
  const phones = isAnyAllowed(shown, phoneMethods) ? shown.phones.length : 0
  const advice = ([say.begin, say.one] as const)[usable + phones]
  const second = canAdd && advice ? `<p class="hint">${advice}</p>` : ''
  const list = [...items, ...kept]
  return `${list.length === 0 ? '' : `<ul class="list">${list.join('\n')}</ul>\n`}${nag}${second}`
}

/** Whether something is a way in of its own: not the codes, which replace one, nor what belongs to a phone. */
function isAlone({ method, deviceId }: Self['credentials'][number]): boolean {
  return method !== 'recovery-code' && deviceId === null
}

function phoneList(language: Language, self: Self, shown: Belongings): string {
  const say = words[language]
  const { phones } = shown
  if (phones.length === 0) return `<p class="hint">${say.noPhones}</p>`
  const isLast = phones.length === 1 && !self.credentials.some(isAlone)
  const items = phones.map(({ id, name, lastUsedAtMs }) => {
    const remove =
      mayChange(self) && !isLast
        ? sureButton(self, 'phone/remove', [say.remove, say.removeSure], escapeHtml(name), id)
        : ''
    return `<li><div><strong>${escapeHtml(name)}</strong><small>${stateOf(language, shown, phoneMethods, lastUsedAtMs)}</small></div>${remove}</li>`
  })
  return `<ul class="list">${items.join('\n')}</ul>`
}

function browserList(language: Language, self: Self, { browsers }: Belongings): string {
  const say = words[language]
  if (browsers.length === 0) return `<p class="hint">${say.noDevices}</p>`
  const items = browsers.map(({ id, label, lastUsedAtMs }) => {
    const forget = button(self, 'device/forget', say.forget, escapeHtml(label), id)
    return `<li><div><strong>${escapeHtml(label)}</strong><small>${usedAt(language, lastUsedAtMs)}</small></div>${forget}</li>`
  })
  return `<ul class="list">${items.join('\n')}</ul>`
}

/** When something was used that proves these methods, or that none of them is allowed any more. */
function stateOf(language: Language, shown: Belongings, methods: readonly MethodId[], usedAtMs: number | null): string {
  return isAnyAllowed(shown, methods) ? usedAt(language, usedAtMs) : words[language].notAllowed
}

function isAnyAllowed({ allowed }: Belongings, methods: readonly MethodId[]): boolean {
  return methods.some((method) => allowed.includes(method))
}

function usedAt(language: Language, atMs: number | null): string {
  const say = words[language]
  return atMs === null ? say.unused : filled(say.used, { time: timeOf(atMs) })
}

/** A button beside one thing of a list; `about` is HTML, and tells those who do not see the list which thing. */
function button(self: Self, action: string, text: string, about: string, id: string): string {
  return `<form method="post" action="/me/${action}">${token(self)}<input type="hidden" name="id" value="${escapeHtml(id)}"><button class="plain" aria-label="${text}: ${about}">${text}</button></form>`
}

/** The same for what cannot be undone: its button shows itself when it was asked for, so that a slip of the thumb does nothing. */
function sureButton(self: Self, action: string, [text, sure]: readonly [string, string], about: string, id: string) {
  return `<details><summary aria-label="${text}: ${about}">${text}</summary>
<form method="post" action="/me/${action}">${token(self)}<input type="hidden" name="id" value="${escapeHtml(id)}"><button class="deny">${sure}</button></form></details>`
}

/** What can be set up here, and what each is good for. */
const ways = {
  phone: { methods: phoneMethods, word: 'addPhone', icon: icons.phone },
  passkey: { methods: ['passkey'], word: 'addPasskey', icon: icons.key },
  app: { methods: ['time-code'], word: 'addApp', icon: icons.phone },
  codes: { methods: ['recovery-code'], word: 'addCodes', icon: icons.check },
  voice: { methods: ['voice'], word: 'addVoice', icon: icons.microphone },
} as const satisfies Record<string, { methods: readonly MethodId[]; word: keyof (typeof words)['en']; icon: string }>

/** Whether he has recovery codes, used ones too: those that an admin made for a day have a label. */
function hasCodes({ credentials }: Self): boolean {
  return credentials.some(({ method, label }) => method === 'recovery-code' && label === null)
}

/** Those that the user's groups leave, as his customer uses them. */
function waysToAdd(shown: Belongings): (keyof typeof ways)[] {
  const all = Object.keys(ways) as (keyof typeof ways)[] // the table's own keys
  return all.filter((way) => isAnyAllowed(shown, ways[way].methods) && !(way === 'voice' && shown.voice === 'off'))
}

function adding(language: Language, self: Self, shown: Belongings): string {
  const say = words[language]
  const adds = waysToAdd(shown).map((way) => {
    const { icon, word } = ways[way]
    const text = way === 'voice' && shown.voice === 'set' ? say.voiceAnew : say[word]
    const form = (label: string) =>
      `<form method="post" action="/me/${way}">${token(self)}<button>${label}</button></form>`
    if (way !== 'codes' || !hasCodes(self)) return form(icon + text)
    return `<details><summary>${icon}${say.codesAnew}</summary><p class="hint">${say.codesEnd}</p>${form(say.codesSure)}</details>`
  })
  if (adds.length === 0) return `<p class="hint">${filled(say.noneAllowed, { customer: self.customer.name })}</p>`
  return `<h2>${say.add}</h2>
<div class="row">
${adds.join('\n')}
</div>`
}

function proving(language: Language, self: Self, { allowed }: Belongings): string {
  const say = words[language]
  const methods = provableOf(self).filter((method) => allowed.includes(method))
  if (methods.length === 0) return `<p class="hint">${say.proveFirst}</p>`
  return `<h2>${say.add}</h2>
<form class="column" method="post" action="/me/prove">
${token(self)}
<p class="hint">${say.proveFirst}</p>
${codeFields(language, methods)}
<button>${icons.check}${say.confirm}</button>
</form>`
}

function historyList(language: Language, history: readonly Happened[]): string {
  if (history.length === 0) return `<p class="hint">${words[language].noActivity}</p>`
  const items = history.map(({ kind, atMs, group, method, place, tone }) => {
    const what = (happened[kind] ?? happened[group])?.[language] ?? group
    const how = method === null ? '' : ` · ${nameOf(method, language)}`
    const where = place === null ? '' : ` · ${escapeHtml(place)}`
    return `<li class="${tone}"><div><strong>${what}</strong><small>${timeOf(atMs)}${how}${where}</small></div></li>`
  })
  return `<ul class="list">${items.join('\n')}</ul>`
}
