import type { Command } from 'commander'
import { demoCustomer } from '../demo/noted.ts'
import { withAnyStore, withStore } from './database.ts'
import { example } from './options.ts'
import { type Act, Refusal, type Report } from './report.ts'

export function demo(program: Command, act: Act): void {
  const noun = program
    .command('demo')
    .description('A made-up company with thirty days of sign-ins, to look around in')
    .addHelpText('after', example('demo fill', 'demo clear'))
  noun
    .command('fill')
    .description('Make it, as a customer of its own from which nothing is sent; does nothing when it is there')
    .addHelpText('after', example('demo fill'))
    .action(act(fill))
  noun
    .command('clear')
    .description('Remove it with everything that was made for it')
    .addHelpText('after', example('demo clear'))
    .action(act(clear))
}

async function fill(): Promise<Report> {
  const [{ bootstrap }, { fillDemo }] = await Promise.all([import('../bootstrap.ts'), import('../demo/fill.ts')])
  return withAnyStore(async (store, config) => {
    if (config.mode === 'production')
      throw new Refusal('A demo has no place in production. Fill one on another machine.')
    const known = await demoCustomer(store.read)
    if (known !== undefined) return { text: `The demo is there: customer ${known}.`, json: { customerKey: known } }
    const nowMs = Math.round(await store.timeMs())
    await bootstrap(store, config, nowMs)
    const { customerId, users, events } = await fillDemo(store, nowMs)
    const text = `The demo is customer ${customerId}: ${users} people and ${events} events. Remove it with: npx countersign demo clear`
    return { text, json: { customerKey: customerId, users, events } }
  })
}

async function clear(): Promise<Report> {
  const { clearDemo } = await import('../demo/fill.ts')
  return withStore(async (store) => {
    const customerKey = await clearDemo(store)
    if (customerKey === undefined) return { text: 'There is no demo.', json: { customerKey: null } }
    return { text: `The demo, customer ${customerKey}, is gone.`, json: { customerKey } }
  })
}
