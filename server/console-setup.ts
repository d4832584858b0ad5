import type { DeliverySetup, ProviderRow, TemplateRow } from '../contract/console/delivery.ts'
import type { GatewayHealth } from '../contract/console/home.ts'
import type { SettingRow } from '../contract/console/policy.ts'
import type { Via } from '../contract/console/words.ts'
import type { Setup } from './api/console/asked.ts'
import { checkProviders, type Provider, providersInUse, publicProviders, withSecretsOf } from './channels/providers.ts'
import type { Actor } from './engine/admin-links.ts'
import { messagesLeft } from './engine/admission.ts'
import type { Engine } from './engine/ports.ts'
import {
  defaultTemplates,
  isLanguage,
  isTemplate,
  languages,
  placeholders,
  templateProblem,
} from './engine/templates.ts'
import { sendTest } from './engine/test-message.ts'
import { previewed } from './preview.ts'
import { customerSettings, type ServerSettings, type Setting, serverSettings, withDefaults } from './settings.ts'
import { templatePrefix } from './store/customers.ts'
import type { Store } from './store/open.ts'
import type { Repositories } from './store/repositories.ts'
import type { AuditNote } from './vocabulary/audit.ts'
import { type Customer, type CustomerSettings, serverScope } from './vocabulary/customer.ts'
import type { ProviderCount } from './vocabulary/message.ts'

const dayMs = 24 * 3_600_000
const spendDays = 30

export interface SetupPorts {
  readonly engine: Engine
  readonly store: Store
  readonly hasInbox: boolean
}

/** Settings, gateways and texts, as the console shows and changes them. Every change is in the audit, secrets apart. */
export function createSetup(ports: SetupPorts): Setup {
  const { engine, store } = ports
  // Read anew: what is remembered may be of a second ago, before the change that is answered.
  const inUse = async () => withDefaults(serverSettings, await store.read.settings.all(serverScope))
  const fresh = (id: number) => store.read.customers.find(id)

  return {
    delivery: async (customer) => deliveryOf(ports, customer, await inUse()),

    async setProviders(list, actor) {
      const { providers: before } = await inUse()
      const { providers, problems } = checkProviders(withSecretsOf(before, list))
      if (problems.length > 0) return problems
      const detail = { before: publicProviders(before), after: publicProviders(providers) }
      await store.write(async (tx) => {
        await tx.settings.set(serverScope, 'providers', JSON.stringify(providers), engine.clock())
        await tell(tx, serverScope, actor, 'set', { name: 'providers', ...detail }, engine.clock())
      })
      return []
    },

    templates: (customer) =>
      Object.keys(defaultTemplates)
        .filter(isTemplate)
        .flatMap((id) => languages.map((language) => templateOf(customer, id, language))),

    async preview(customer, { id, language, text }) {
      if (!isTemplate(id)) return `There is no text ${id}.`
      const problem = text === undefined ? undefined : text === '' ? 'It is empty.' : templateProblem(id, text)
      const own = new Map(customer.templates)
      if (text !== undefined && problem === undefined) own.set(`${id}.${language}`, text)
      const messages = await previewed({ ...customer, templates: own }, language, engine.baseUrl, id)
      return {
        problem: problem ?? null,
        messages: messages.map(({ message, channel: via, subject, text: shown, html, smsParts }) => ({
          ...{ message, via, subject, html, smsParts },
          text: shown,
        })),
      }
    },

    async setTemplate(customer, { id, language }, text, actor) {
      if (!isTemplate(id) || !isLanguage(language)) return `There is no text ${id} in ${language}.`
      const problem = text === null ? undefined : text === '' ? 'It is empty.' : templateProblem(id, text)
      if (problem !== undefined) return problem
      const name = `${templatePrefix}${id}.${language}`
      const before = customer.templates.get(`${id}.${language}`) ?? null
      await change(store, customer.id, name, text, actor, { before, after: text }, engine.clock())
      return templateOf((await fresh(customer.id)) ?? customer, id, language)
    },

    async settings(customer, withServers) {
      const own = await store.read.settings.all(customer.id)
      const rows = Object.entries<Setting<unknown>>(customerSettings).map(([name, setting]) =>
        settingOf(name, setting, 'customer', sections[name as keyof CustomerSettings], own),
      )
      if (!withServers) return rows
      const servers = await store.read.settings.all(serverScope)
      const others = Object.entries<Setting<unknown>>(serverSettings).map(([name, setting]) =>
        settingOf(name, setting, 'server', 'server', servers),
      )
      return [...rows, ...others]
    },

    async set(customer, name, value, actor) {
      const isServers = Object.hasOwn(serverSettings, name)
      const table: Readonly<Record<string, Setting<unknown>>> = isServers ? serverSettings : customerSettings
      const setting = table[name]
      if (!setting) return `There is no setting ${name}.`
      if (value !== null && value !== '' && setting.parse(value) === undefined)
        return `This value may not be set. It means: ${setting.meaning}`
      const scope = isServers ? serverScope : customer.id
      const before = (await store.read.settings.all(scope)).get(name) ?? null
      const detail = setting.isSecret ? {} : { before, after: value }
      await change(store, scope, name, value === '' ? null : value, actor, detail, engine.clock())
      return null
    },

    sendTest: (customer, via, to) => sendTest(engine, customer, via, to),
  }
}

async function deliveryOf(
  { engine, store, hasInbox }: SetupPorts,
  customer: Customer,
  settings: ServerSettings,
): Promise<DeliverySetup> {
  const health = await store.read.deliveries.health(customer.id, engine.clock() - dayMs)
  const { allowedCountries, defaultCountry, messagesPerDay } = customer.settings
  const countries = allowedCountries.length === 0 ? [defaultCountry] : [...allowedCountries]
  const all = providersInUse(settings)
  return {
    providers: all.map((one) => rowOf(one, health)),
    hasInbox,
    smtpFrom: settings.smtpFrom,
    hasSmtp: settings.smtpUrl !== '',
    routes: countries.map((country) => routeOf(country, all)),
    allowedCountries: countries,
    spend: { used: messagesPerDay - (await messagesLeft(engine, customer)), budget: messagesPerDay },
    limits: limits.map((name) => ({
      name,
      value: String(customer.settings[name]),
      meaning: customerSettings[name].meaning,
    })),
    spendByDay: await store.read.deliveries.byDay(customer.id, engine.clock() - spendDays * dayMs),
  }
}

async function change(
  store: Store,
  scope: number,
  name: string,
  text: string | null,
  actor: Actor,
  detail: object,
  nowMs: number,
): Promise<void> {
  await store.write(async (tx) => {
    if (text === null) await tx.settings.unset(scope, name)
    else await tx.settings.set(scope, name, text, nowMs)
    await tell(tx, scope, actor, text === null ? 'unset' : 'set', { name, ...detail }, nowMs)
  })
}

function tell(tx: Repositories, scope: number, actor: Actor, what: string, detail: object, nowMs: number) {
  const note: AuditNote = {
    kind: 'setting',
    subject: null,
    method: null,
    challengeId: null,
    requestId: actor.requestId,
    detail: JSON.stringify({ by: actor.name, byId: actor.adminId, ...detail }),
  }
  return tx.audit.append(scope, note, what, nowMs)
}

const limits = [
  'messagesPerDay',
  'sendsPerContact10Min',
  'sendsPerContactDay',
  'sendsPerPrefix10Min',
  'sendsPerAddress10Min',
] as const satisfies readonly (keyof CustomerSettings)[]

function templateOf(customer: Customer, id: keyof typeof defaultTemplates, language: 'en' | 'es'): TemplateRow {
  const own = customer.templates.get(`${id}.${language}`)
  const problem = own === undefined ? null : (templateProblem(id, own) ?? null)
  return {
    ...{ id, language, problem, ...placeholders(id) },
    text: own ?? defaultTemplates[id][language],
    isOwn: own !== undefined,
  }
}

function rowOf(provider: Provider, health: readonly ProviderCount[]): ProviderRow {
  const [shown = {}] = publicProviders([provider])
  const { id, type, via, countries = [] } = provider
  return { id, type, via, countries, shown, health: healthIn(id, type, via, health) }
}

/** As the outbox chooses: those that carry the way and serve the country, in order. */
function routeOf(country: string, all: readonly Provider[]) {
  const able = (way: 'sms' | 'call') =>
    all
      .filter(({ via, countries }) => via.includes(way) && (!countries || countries.includes(country)))
      .map(({ id }) => id)
  return { country, sms: able('sms'), call: able('call') }
}

function healthIn(id: string, type: string, via: readonly Via[], all: readonly ProviderCount[]): GatewayHealth {
  const own = all.filter(({ provider }) => provider === id)
  const sum = (test: (one: ProviderCount) => boolean) => own.filter(test).reduce((total, { count }) => total + count, 0)
  const taken = sum(({ isTaken }) => isTaken)
  const failed = sum(({ isTaken, receipt }) => !isTaken || receipt === 'failed')
  const [last] = own
    .filter(({ isTaken, receipt }) => !isTaken || receipt === 'failed')
    .sort((left, right) => right.lastAtMs - left.lastAtMs)
  const state = taken + failed === 0 ? 'idle' : failed === 0 ? 'well' : taken > failed ? 'troubled' : 'failing'
  return {
    ...{ id, type, via, taken, failed, state },
    delivered: sum(({ receipt }) => receipt === 'delivered'),
    lastProblem: last?.detail ?? null,
    lastProblemAtMs: last?.lastAtMs ?? null,
  }
}

/** Words that a setting may be, where it is one of a few. */
const choices: Readonly<Record<string, readonly string[]>> = {
  contactEcho: ['masked', 'full'],
  language: ['en', 'es'],
  numberMatching: ['whenShown', 'always', 'never'],
  passkeyVerification: ['preferred', 'required'],
  customerSignUp: ['development', 'on', 'off'],
  customerSignIn: ['development', 'on', 'off'],
}

function settingOf(
  name: string,
  setting: Setting<unknown>,
  scope: SettingRow['scope'],
  section: SettingRow['section'],
  stored: ReadonlyMap<string, string>,
): SettingRow {
  const { fallback, meaning, risk = null, isSecret } = setting
  const text = stored.get(name)
  const parsed = text === undefined ? undefined : setting.parse(text)
  const isDefault = parsed === undefined || JSON.stringify(parsed) === JSON.stringify(fallback)
  const kind = kindOf(name, setting)
  const shown = isSecret ? '' : textOf(parsed ?? fallback)
  return {
    ...{ name, scope, kind, isDefault, meaning, risk, section },
    choices: kind === 'boolean' ? ['true', 'false'] : (choices[name] ?? []),
    value: shown,
    fallback: isSecret ? '' : textOf(fallback),
    isSet: text !== undefined,
  }
}

function kindOf(name: string, { fallback, isSecret, parts }: Setting<unknown>): SettingRow['kind'] {
  if (parts) return 'json'
  if (isSecret) return 'secret'
  if (Array.isArray(fallback)) return 'list'
  if (typeof fallback === 'boolean') return 'boolean'
  if (typeof fallback === 'number') return 'number'
  return name in choices ? 'choice' : 'text'
}

/** As `parse` reads it. */
function textOf(value: unknown): string {
  return Array.isArray(value) ? value.join(',') : String(value)
}

/** Where on the page each setting belongs. */
const sections: Readonly<Record<keyof CustomerSettings, SettingRow['section']>> = {
  defaultCountry: 'messages',
  codeLength: 'sign-in',
  codeTtlSeconds: 'sign-in',
  attemptsMax: 'sign-in',
  contactEcho: 'compatibility',
  issuer: 'name',
  timestampWindowSeconds: 'compatibility',
  requireBodySignature: 'compatibility',
  language: 'name',
  notices: 'messages',
  webhookUrl: 'webhooks',
  webhookSecret: 'webhooks',
  allowedCountries: 'limits',
  sendsPerContact10Min: 'limits',
  sendsPerContactDay: 'limits',
  sendsPerPrefix10Min: 'limits',
  sendsPerAddress10Min: 'limits',
  messagesPerDay: 'limits',
  numberMatching: 'sign-in',
  questions: 'compatibility',
  passkeyRpId: 'passkeys',
  passkeyOrigins: 'passkeys',
  passkeyVerification: 'passkeys',
  unsignedStatus: 'compatibility',
  riskOpenOrigins: 'compatibility',
  voiceThreshold: 'sign-in',
  voiceReplayProtection: 'sign-in',
  isTest: 'compatibility',
}
