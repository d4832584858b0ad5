import { Argument, InvalidArgumentError } from 'commander'
import { defaultCustomerKeys } from '../api/miniorange/default-customers.ts'
import { foldEmail, readEmail } from '../engine/contacts.ts'
import { rotateSecrets } from '../engine/customer-secrets.ts'
import { keptOf } from '../engine/passwords.ts'
import { randomApiKey } from '../security/random.ts'
import type { CustomerSettings } from '../vocabulary/customer.ts'
import { customerOf, noteOf, nowOf, withStore } from './database.ts'
import { customerName, shownEnd } from './options.ts'
import { Refusal, type Report } from './report.ts'
import { columns, shownTime } from './terminal.ts'

/** What lets plugins register their sites: the customers they begin as, and accounts to sign in to. */

export const defaultKey = new Argument('<key>', 'WordPress, Magento and Joomla: 16555; Drupal: 16622').choices(
  [...defaultCustomerKeys].map(String),
)

export function publicKey(text: string): string {
  if (/^[\x21-\x7e]{16,128}$/.test(text)) return text
  throw new InvalidArgumentError('It must have 16–128 visible characters.')
}

/** Tight, because whoever has a plugin has the key: what it costs in a day, and what one address or contact gets. */
const defaultLimits = {
  messagesPerDay: '100',
  sendsPerAddress10Min: '5',
  sendsPerContact10Min: '3',
  sendsPerContactDay: '5',
} as const satisfies Partial<Record<keyof CustomerSettings, string>>

export async function addDefault(key: string, { apiKey, name }: { apiKey: string; name: string }): Promise<Report> {
  const id = Number(key)
  const shown = customerName(name)
  return withStore(async (store) => {
    const nowMs = await nowOf(store)
    await store.write(async (tx) => {
      const isNew = await tx.customers.add(id, shown, apiKey, nowMs)
      if (!isNew) await tx.customers.setApiKey(id, apiKey)
      for (const [setting, value] of isNew ? Object.entries(defaultLimits) : [])
        await tx.settings.set(id, setting, value, nowMs)
      await tx.audit.append(id, noteOf('customer', null), isNew ? 'created' : 'key-set', nowMs)
    })
    const limits = Object.entries(defaultLimits).map(([setting, value]) => `${setting} ${value}`)
    const text = `Plugins may now ask for sign-up codes as customer ${id}, and for nothing else.\nIts limits are tight, because everybody knows its key: ${limits.join(', ')}.\nSee them: npx countersign settings get --customer ${id}`
    return { text, json: { customerKey: id, name: shown } }
  })
}

export async function setLogin(key: number, { email }: { email: string }): Promise<Report> {
  const address = readEmail(email)
  if (!address) throw new Refusal(`"${email}" is not an e-mail address.`)
  return withStore(async (store) => {
    const { id, name } = await customerOf(store, key)
    if (defaultCustomerKeys.has(id)) throw new Refusal(`Customer ${id} belongs to nobody: it gets no account.`)
    const password = randomApiKey()
    const account = { customerId: id, email: address, phone: null, password: await keptOf(password) }
    const nowMs = await nowOf(store)
    const isPut = await store.write(async (tx) => {
      if (!(await tx.accounts.put(account, await tx.accounts.digestOf(foldEmail(address)), nowMs))) return false
      await tx.audit.append(id, noteOf('account', null), 'set', nowMs)
      return true
    })
    if (!isPut) throw new Refusal(`Another customer has the account ${address}.`)
    const text = `"${name}" (${id}) can be signed in to by plugins, where the setting customerSignIn allows it.\n\n${columns(
      [
        ['E-mail', address],
        ['Password', password],
      ],
    )}`
    return { text, json: { customerKey: id, email: address, password } }
  })
}

export async function rotatePluginSecrets(key: number, { grace }: { grace: number }): Promise<Report> {
  return withStore(async (store) => {
    const customer = await customerOf(store, key)
    const { id, name } = customer
    const nowMs = await nowOf(store)
    const note = noteOf('customer', null, { graceMinutes: grace })
    const made = await rotateSecrets({ store, clock: () => nowMs }, customer, { graceMinutes: grace, note })
    const { token, appSecret, oldUntilMs } = made
    const text = `"${name}" (${id}) has other secrets; the old appSecret ends ${shownEnd(grace, oldUntilMs)}.\nPlugins get them when they sign in to the customer again.\n\n${columns(
      [
        ['token', token],
        ['appSecret', appSecret],
      ],
    )}`
    return { text, json: { customerKey: id, token, appSecret, oldUntil: shownTime(oldUntilMs) } }
  })
}
