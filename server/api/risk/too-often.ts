import { admitAsking } from '../../engine/admission.ts'
import { foldUsername } from '../../engine/contacts.ts'
import type { Engine } from '../../engine/ports.ts'
import type { Page } from './caller.ts'

/** Without a session anybody may ask about anybody, so it is counted, by name and by address. */
export async function isTooOften(engine: Engine, { customer, username }: Page, address: string): Promise<boolean> {
  return (await admitAsking(engine, customer, foldUsername(username), address)) !== undefined
}
