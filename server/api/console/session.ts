import type { FactorProof as GivenProof, SessionState } from '../../../contract/console/session.ts'
import {
  activeFactors,
  askFactorPasskey,
  confirmPasskey,
  confirmTotp,
  type FactorProof,
  newPasskey,
  newTotp,
  removeFactor,
} from '../../engine/admin-factors.ts'
import {
  confirmedUntil,
  csrfTokenOf,
  endSession,
  readSession,
  sessionEnd,
  type Working,
} from '../../engine/admin-sessions.ts'
import {
  adminPasswordMin,
  changePassword,
  choosePassword,
  giveFactor,
  givePassword,
  readAdminLink,
  type SetupRefusal,
  type SignInRefusal,
} from '../../engine/admin-sign-in.ts'
import { serverScope } from '../../vocabulary/customer.ts'
import { readAssertion, readAttestation } from '../webauthn.ts'
import type { Asked, ConsolePorts, Handlers } from './asked.ts'
import { customerOf, customersOf } from './door.ts'
import { invalid, notFound, Problem } from './problem.ts'

type Names =
  | 'session.look'
  | 'session.password'
  | 'session.passkeyOptions'
  | 'session.factor'
  | 'session.confirm'
  | 'session.end'
  | 'setup.look'
  | 'setup.begin'
  | 'factors.list'
  | 'factors.newTotp'
  | 'factors.confirmTotp'
  | 'factors.newPasskey'
  | 'factors.confirmPasskey'
  | 'factors.remove'
  | 'account.password'
  | 'account.endOthers'

/** Signing in to the console: the password, then the second factor, which is there from the first time on. */
export const session = {
  'session.look': async ({ ports, working, namedCustomer }) => stateOf(ports, working, namedCustomer),

  'session.password': async (asked) => {
    const outcome = await givePassword(asked.engine, asked.body, asked.visitor)
    return outcome.ok ? goOn(asked, outcome.secret) : refusals[outcome.reason]
  },

  'session.passkeyOptions': async ({ engine, working }) => {
    const options = await askFactorPasskey(engine, working)
    return options ? { options: { ...options } } : invalid('There is no passkey to ask for here.')
  },

  'session.factor': (asked) => prove(asked, 'factor'),
  'session.confirm': (asked) => prove(asked, 'in'),

  'session.end': async ({ engine, working, ports, keep }) => {
    await endSession(engine, working)
    keep(null)
    return stateOf(ports, undefined, undefined)
  },

  'setup.look': async ({ engine, body }) => (await readAdminLink(engine, body.secret)) ?? setupRefusals.wrong,

  'setup.begin': async (asked) => {
    const outcome = await choosePassword(asked.engine, asked.body, asked.visitor)
    return outcome.ok ? goOn(asked, outcome.secret) : setupRefusals[outcome.reason]
  },

  'factors.list': async (asked) => listFactors(asked),

  'factors.newTotp': async ({ engine, working }) => {
    const made = await newTotp(engine, working)
    // Loaded when it is needed: nobody sets up a factor twice a day.
    const { default: qrcode } = await import('qrcode')
    return { ...made, qrSvg: await qrcode.toString(made.uri, { type: 'svg', margin: 1 }) }
  },

  'factors.confirmTotp': async (asked) => {
    const { engine, working, body, actor } = asked
    const secret = await confirmTotp(engine, working, body, actor)
    return secret === undefined ? wrongNewFactor : goOn(asked, secret)
  },

  'factors.newPasskey': async ({ engine, working }) => {
    const options = await newPasskey(engine, working)
    const noDomain = 'Passkeys belong to a domain, and this address is none. Open the console by a name, or use an app.'
    return options ? { options: { ...options } } : invalid(noDomain)
  },

  'factors.confirmPasskey': async (asked) => {
    const { engine, working, body, actor } = asked
    const attestation = readAttestation(body.attestation)
    const secret = attestation && (await confirmPasskey(engine, working, { attestation, name: body.name }, actor))
    return secret === undefined ? wrongNewFactor : goOn(asked, secret)
  },

  'factors.remove': async (asked) => {
    const { engine, working, params, actor } = asked
    if (await removeFactor(engine, working, params.id, actor)) return listFactors(asked)
    const isThere = (await activeFactors(engine.store, working.admin.id)).some(({ id }) => id === params.id)
    return isThere ? new Problem('conflict', 'This is your last factor. Add another one first.') : notFound('factor')
  },

  'account.password': async (asked) => {
    const { engine, working, body, actor, ports, namedCustomer } = asked
    const outcome = await changePassword(engine, working, body, actor)
    if (outcome === 'changed') return stateOf(ports, working, namedCustomer)
    if (outcome === 'wrong') return new Problem('wrong', 'The current password is wrong.', { field: 'current' })
    return outcome === 'bad-password' ? setupRefusals['bad-password'] : refusals[outcome]
  },

  'account.endOthers': async ({ engine, working }) => ({
    ended: await engine.store.write((tx) => tx.adminSessions.endOthers(working.admin.id, working.digest)),
  }),
} satisfies Handlers<Names>

async function prove(
  asked: Asked<'session.factor'> | Asked<'session.confirm'>,
  step: 'factor' | 'in',
): Promise<SessionState | Problem> {
  const { engine, working, body, visitor } = asked
  if (working.session.step !== step) return new Problem('signed-out', 'This step of signing in is not the next one.')
  const proof = readProof(body)
  const outcome = proof && (await giveFactor(engine, working, proof, visitor))
  if (!outcome) return refusals.wrong
  return outcome.ok ? goOn(asked, outcome.secret) : refusals[outcome.reason]
}

function readProof(given: GivenProof): FactorProof | undefined {
  if (given.kind === 'totp') return { kind: 'totp', code: given.code.replaceAll(/\s/g, '') }
  const assertion = readAssertion(given.assertion)
  return assertion && { kind: 'passkey', assertion }
}

async function listFactors({ engine, working }: Asked<'factors.list'> | Asked<'factors.remove'>) {
  const factors = await activeFactors(engine.store, working.admin.id)
  return {
    factors: factors.map(({ id, kind, name, createdAtMs, lastUsedAtMs }) => ({
      id,
      kind,
      name,
      createdAtMs,
      lastUsedAtMs,
    })),
  }
}

/** The next step: its session goes into the browser, and its state is the answer. */
async function goOn(
  { engine, ports, keep, namedCustomer }: Pick<Asked<'session.look'>, 'engine' | 'ports' | 'keep' | 'namedCustomer'>,
  secret: string,
): Promise<SessionState> {
  keep(secret)
  return stateOf(ports, await readSession(engine, secret), namedCustomer)
}

async function stateOf(ports: ConsolePorts, working: Working | undefined, named: unknown): Promise<SessionState> {
  const { engine, mode, version } = ports
  const server = { mode, version, baseUrl: engine.baseUrl }
  const nobody = { customers: [], customerId: null, confirmedUntilMs: null }
  if (!working)
    return { step: 'out', csrfToken: null, admin: null, factors: [], ...nobody, expiresAtMs: null, ...server }
  const { admin, session } = working
  const kinds = new Set((await activeFactors(engine.store, admin.id)).map(({ kind }) => kind))
  const isIn = session.step === 'in'
  const customer = isIn ? await customerOf(engine, working, named) : undefined
  const { id, login, name, role, customerId } = admin
  return {
    step: session.step,
    csrfToken: csrfTokenOf(working),
    admin: { id, login, name, role, customerId: customerId === serverScope ? null : customerId },
    factors: [...kinds],
    ...nobody,
    ...(isIn && { customers: await shownCustomers(ports, working) }),
    customerId: customer && !(customer instanceof Problem) ? customer.id : null,
    confirmedUntilMs: confirmedUntil(session, engine.clock()),
    expiresAtMs: sessionEnd(session),
    ...server,
  }
}

async function shownCustomers({ engine }: ConsolePorts, { admin }: Working) {
  const all = await customersOf(engine, admin)
  const found = await Promise.all(all.map(({ id }) => engine.customer(id)))
  return all.map(({ id, name }, index) => ({ id, name, isTest: found[index]?.settings.isTest ?? false }))
}

const wrongNewFactor = new Problem('wrong', 'That did not prove the new factor. Try once more.')

const refusals = {
  wrong: new Problem('wrong', 'That is not right.'),
  locked: new Problem(
    'locked',
    'Too many wrong answers. Wait half an hour, or run on the host: npx countersign admins unlock <login>',
  ),
  'too-many': new Problem('too-many', 'Too many tries from this address. Wait ten minutes.'),
} as const satisfies Record<SignInRefusal, Problem>

const setupRefusals = {
  wrong: new Problem('wrong', 'This link is over: it was used, replaced by a newer one, or has expired.'),
  'bad-password': invalid(`A password has at least ${adminPasswordMin} characters.`, 'password'),
  'bad-login': invalid('Sign in with an e-mail address.', 'login'),
  taken: new Problem('conflict', 'Another admin signs in with this address.', { field: 'login' }),
  'too-many': refusals['too-many'],
} as const satisfies Record<SetupRefusal, Problem>
