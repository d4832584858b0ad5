import type { DeliverySetup, TemplateRow } from '../../../contract/console/delivery.ts'
import type { SettingRow } from '../../../contract/console/policy.ts'
import type { Permission } from '../../../contract/console/route.ts'
import type { Language } from '../../../contract/console/words.ts'
import type { Answered, CallName, ConsoleCalls, consoleRoutes } from '../../../contract/console.ts'
import type { Actor } from '../../engine/admin-links.ts'
import type { Working } from '../../engine/admin-sessions.ts'
import type { Engine } from '../../engine/ports.ts'
import type { Visitor } from '../../engine/visits.ts'
import type { Customer } from '../../vocabulary/customer.ts'
import type { InspectorEntry } from '../seen.ts'
import type { Problem } from './problem.ts'

/** What the console needs beside the engine. */
export interface ConsolePorts {
  readonly engine: Engine
  readonly mode: 'development' | 'production'
  readonly hasInbox: boolean
  readonly version: string
  readonly setup: Setup
  /** Whether each is an address or a CIDR range. */
  readonly areAddresses: (list: readonly string[]) => boolean
  /** The last calls of a customer; null where there is no inspector. */
  readonly calls: ((customerKey: string) => Promise<readonly InspectorEntry[]>) | null
}

/** How everything is set up; a sentence, where there is one, says why not. */
export interface Setup {
  delivery(customer: Customer): Promise<DeliverySetup>
  setProviders(list: readonly unknown[], actor: Actor): Promise<readonly string[]>
  templates(customer: Customer): readonly TemplateRow[]
  preview(
    customer: Customer,
    wanted: { readonly id: string; readonly language: Language; readonly text?: string },
  ): Promise<Answered<'templates.preview'> | string>
  setTemplate(
    customer: Customer,
    which: { readonly id: string; readonly language: string },
    text: string | null,
    actor: Actor,
  ): Promise<TemplateRow | string>
  settings(customer: Customer, withServers: boolean): Promise<readonly SettingRow[]>
  set(customer: Customer, name: string, value: string | null, actor: Actor): Promise<string | null>
  sendTest(customer: Customer, via: 'sms' | 'email' | 'call', to: string): Promise<Answered<'home.test'> | string>
}

type NeedsOf<Name extends CallName> = (typeof consoleRoutes)[Name]['needs']
type Part<Name extends CallName, Key extends string> = Key extends keyof ConsoleCalls[Name]
  ? ConsoleCalls[Name][Key]
  : undefined

/** One call that was let in, with everything of it checked. */
export type Asked<Name extends CallName> = {
  readonly ports: ConsolePorts
  readonly engine: Engine
  readonly visitor: Visitor
  readonly actor: Actor
  readonly params: Part<Name, 'params'>
  readonly query: Part<Name, 'query'>
  readonly body: Part<Name, 'body'>
  readonly namedCustomer: unknown
  readonly working: NeedsOf<Name> extends 'nobody' ? Working | undefined : Working
  readonly customer: NeedsOf<Name> extends Permission ? Customer : undefined
  /** Keeps another session in the browser; null: none any more. */
  keep(secret: string | null): void
  /** The answer is a file and not JSON. */
  asFile(type: string, name: string): void
}

export type Handler<Name extends CallName> = (asked: Asked<Name>) => Promise<Answered<Name> | Problem>
export type Handlers<Names extends CallName> = { readonly [Name in Names]: Handler<Name> }
