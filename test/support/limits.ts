import { type Answered, inbox, type Key } from './caller.ts'
import { customerWith, type Nodes } from './links.ts'

export const tooMany = 'Too many messages were sent there lately. Wait some minutes.'
export const paused = 'Too many requests were denied or left unanswered. They are paused for a while.'
export const overBudget = 'The messages of this customer for today are used up.'
export const suspicious = 'Messages to these numbers are stopped for a while: hardly any code was typed.'
export const foreign = 'Messages to this country are not allowed. See the setting allowedCountries.'

/** Contacts do not get in each other's way: the limit under test is the only one that can be met. */
export const generous = {
  sendsPerContact10Min: '20',
  sendsPerContactDay: '100',
  sendsPerPrefix10Min: '10000',
  sendsPerAddress10Min: '1000',
}

export const isSent = ({ body }: Answered) => body.status === 'SUCCESS'
export const sentOf = (answers: readonly Answered[]) => answers.filter(isSent).length

/** How often each sentence was answered. */
export function told(answers: readonly Answered[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { body } of answers) counts[String(body.message)] = (counts[String(body.message)] ?? 0) + 1
  return counts
}

export const sent = 'Successfully generated.'

/** What the tests of limits do on both nodes of a suite. */
export function callsOf(nodes: () => Nodes) {
  let turn = 0
  return {
    /** A challenge, on each of the nodes in turn. */
    challenge(key: Key, body: object): Promise<Answered> {
      turn += 1
      const node = turn % 2 === 0 ? 0 : 1
      return nodes().call(node, '/auth/challenge', { customerKey: key.customerKey, ...body }, { key })
    },
    customer: (settings: Record<string, string> = {}) => customerWith(nodes().server, { ...generous, ...settings }),
    messagesTo: (contact: string) => inbox(nodes().urls[0], contact),
  }
}

/** All at once. */
export const atOnce = (times: number, ask: (index: number) => Promise<Answered>) =>
  Promise.all(Array.from({ length: times }, (_, index) => ask(index)))

/** One after the other. */
export async function inTurn(times: number, ask: (index: number) => Promise<Answered>): Promise<Answered[]> {
  const answers: Answered[] = []
  for (let index = 0; index < times; index++) answers.push(await ask(index))
  return answers
}
