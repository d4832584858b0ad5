import type { Repositories } from '../store/repositories.ts'
import { serverScope } from '../vocabulary/customer.ts'

/** The server's note of which customer is made up; nothing else is ever removed as a demo. */
export const noted = 'demoCustomer'

/** The customer of the demo; undefined when there is none. */
export async function demoCustomer({ settings }: Pick<Repositories, 'settings'>): Promise<number | undefined> {
  const text = (await settings.all(serverScope)).get(noted)
  return text === undefined ? undefined : Number(text)
}
