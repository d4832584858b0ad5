import type { Policy } from '../../../contract/console/policy.ts'
import type { Engine } from '../../engine/ports.ts'
import { methodWords, strengths } from '../../engine/timeline.ts'
import type { Customer, CustomerSettings } from '../../vocabulary/customer.ts'
import type { MethodId } from '../../vocabulary/method.ts'

type Rule = (settings: CustomerSettings) => readonly [text: string, tone: 'good' | 'warn']

/** The rules in force in sentences, each by the setting that changes it. */
const rules: Readonly<Partial<Record<keyof CustomerSettings, Rule>>> = {
  codeTtlSeconds: ({ codeTtlSeconds: s }) => [
    `A question waits ${s} seconds for its answer, and no longer.`,
    s <= 300 ? 'good' : 'warn',
  ],
  attemptsMax: ({ attemptsMax: n }) => [
    `${n} wrong answers end a question; ten in a row lock the method for half an hour and more.`,
    n <= 5 ? 'good' : 'warn',
  ],
  codeLength: ({ codeLength: n }) => [`Codes by message have ${n} digits.`, 'good'],
  numberMatching: ({ numberMatching }) => numbers[numberMatching],
  questions: ({ questions }) =>
    questions
      ? ['Security questions count as a method. They are weak: turn them off unless your users depend on them.', 'warn']
      : ['Security questions are turned off.', 'good'],
  passkeyVerification: ({ passkeyVerification }) =>
    passkeyVerification === 'required'
      ? ['A passkey must recognise its owner, by a PIN or a finger.', 'good']
      : ['A passkey may be used by touch alone; your password is then the other factor.', 'good'],
  allowedCountries: ({ allowedCountries, defaultCountry }) =>
    allowedCountries.includes('*')
      ? ['Numbers of every country are sent to.', 'warn']
      : [
          `Numbers of ${allowedCountries.length === 0 ? defaultCountry : allowedCountries.join(', ')} are sent to, and of no other country.`,
          'good',
        ],
  messagesPerDay: ({ messagesPerDay }) => [`At most ${messagesPerDay} messages go out in a day.`, 'good'],
  contactEcho: ({ contactEcho }) =>
    contactEcho === 'masked'
      ? ['Apps see the contacts of users masked.', 'good']
      : ['Apps see the contacts of users in full: whoever can name a user learns them.', 'warn'],
  requireBodySignature: ({ requireBodySignature }) =>
    requireBodySignature
      ? ['Every call must be signed over its body.', 'good']
      : ['Calls are accepted without a signature over their body, as older clients send them.', 'warn'],
  unsignedStatus: ({ unsignedStatus }) =>
    unsignedStatus
      ? ['Browsers may ask for the state of a question without a signature.', 'warn']
      : ['The state of a question is told to signed calls alone.', 'good'],
  notices: ({ notices }) =>
    notices
      ? ['Users are told when their contacts or methods change.', 'good']
      : ['Users are not told when their contacts or methods change.', 'warn'],
}

const numbers: Readonly<Record<CustomerSettings['numberMatching'], readonly [string, 'good' | 'warn']>> = {
  always: ['Who accepts by a link must type the number that is shown where he signs in.', 'good'],
  whenShown: ['Who accepts by a link must type the number, where the app shows one.', 'good'],
  never: ['Accepting by a link takes one tap, without a number.', 'warn'],
}

const reasons: Readonly<Record<MethodId, string>> = {
  passkey: 'Bound to your site: it cannot be given to a stranger, not even by mistake.',
  push: 'Asked on a phone that was paired, answered with the number that is shown where the user signs in.',
  'qr-scan': 'The paired phone scans what the page shows, so that the user is where he signs in.',
  'hardware-token': 'A code that can be read out to a stranger, but a key that cannot be copied.',
  'time-code': 'A code that can be read out to a stranger.',
  'message-link': 'Asked where the user is not: he must know what he accepts.',
  'message-code': 'Numbers can be taken over and messages read; offer something stronger beside it.',
  'recovery-code': 'For the day on which everything else is lost; each works once.',
  voice:
    'A recording of digits that were just drawn; a cloned voice may pass, so it is never enough alone at high risk.',
  questions: 'Friends know the answers and strangers look them up.',
}

/** Groups whose rules are told; more of them are on their own page. */
const groupsMax = 20

/** What the groups allow, in a sentence each. */
async function groupSentences({ store }: Engine, customerId: number): Promise<Policy['sentences']> {
  const groups = await store.read.groups.withMethods(customerId, groupsMax)
  return groups.map(({ id, name, methods }) => {
    const named = (methods ?? []).map((method) => methodWords[method] ?? method).join(', ')
    const text = `Members of ${name} may use ${named}, and what another of their groups names; nothing else.`
    return { id: `group-${id}`, text, setting: null, tone: 'good' }
  })
}

/** What reaches a user at his number or address, without anything that he sets up. */
const byContact: ReadonlySet<MethodId> = new Set<MethodId>(['message-code', 'message-link'])

export async function policyOf(engine: Engine, { id, settings }: Customer): Promise<Policy> {
  const { store } = engine
  const settled: Policy['sentences'] = Object.entries(rules).map(([setting, rule]) => {
    const [text, tone] = rule(settings)
    return { id: setting, text, setting, tone }
  })
  const methods = await Promise.all(
    (Object.keys(reasons) as MethodId[]).map(async (method) => ({
      method,
      name: methodWords[method] ?? method,
      strength: strengths[method] ?? 'weak',
      isOn: method !== 'questions' || settings.questions,
      setting: method === 'questions' ? 'questions' : null,
      users: byContact.has(method) ? null : (await store.read.credentials.holders(id, [method], true, 1)).total,
      why: reasons[method],
    })),
  )
  return { sentences: [...settled, ...(await groupSentences(engine, id))], methods }
}
