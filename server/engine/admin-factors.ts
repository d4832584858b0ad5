import { methods } from '../methods/index.ts'
import type { Site, Tools } from '../methods/method.ts'
import { askForPasskey, judgeNewPasskey, newPasskeyForBrowser } from '../methods/passkey-registration.ts'
import { keyedDigest, same } from '../security/digest.ts'
import { randomCode, randomId, randomSecret } from '../security/random.ts'
import type { Admin, AdminFactor } from '../vocabulary/admin.ts'
import type { Assertion, Attestation } from '../vocabulary/passkey.ts'
import { type Actor, tellAudit } from './admin-links.ts'
import { beginSession, type Working } from './admin-sessions.ts'
import { siteOf } from './passkey-site.ts'
import type { Engine } from './ports.ts'
import type { Records } from './records.ts'

type Core = Pick<Engine, 'store' | 'clock' | 'baseUrl'>

/** Second factors of one admin. */
const factorsMax = 10
const issuer = 'Countersign console'

/** What an admin proves his second factor with. */
export type FactorProof =
  | { readonly kind: 'totp'; readonly code: string }
  | { readonly kind: 'passkey'; readonly assertion: Assertion }

export async function activeFactors(
  { read }: { readonly read: Pick<Records, 'adminFactors'> },
  adminId: string,
): Promise<AdminFactor[]> {
  return (await read.adminFactors.of(adminId)).filter(({ state }) => state === 'active')
}

/** Makes a secret for an authenticator app; it counts once a code of it was given. */
export async function newTotp(engine: Core, { admin }: Working) {
  const nowMs = engine.clock()
  const made = methods['time-code'].enrol?.({ issuer, account: admin.login }, await toolsOf(engine))
  if (!made) throw new Error('There is no authenticator app to set up.')
  const id = randomId()
  await engine.store.write((tx) => tx.adminFactors.offer(admin.id, pending(id, 'totp', made.secret, -1, nowMs)))
  return { id, ...made.show }
}

/** Takes a code as proof that the app is set up; the session that comes of it is whole. */
export async function confirmTotp(
  engine: Core,
  working: Working,
  given: { readonly id: string; readonly code: string; readonly name: string },
  actor: Actor,
): Promise<string | undefined> {
  const offered = (await engine.store.read.adminFactors.of(working.admin.id)).find(
    ({ id, kind, state }) => id === given.id && kind === 'totp' && state === 'pending',
  )
  const step = offered && (await totpStep(engine, offered, given.code))
  return step === undefined ? undefined : confirm(engine, working, given.id, given.name, step, actor)
}

/** Asks a browser for a new passkey: options for `navigator.credentials.create`; undefined where none is possible. */
export async function newPasskey(engine: Core, { admin, digest }: Working): Promise<object | undefined> {
  const site = siteHere(engine)
  if (!site) return undefined
  const tools = await toolsOf(engine)
  const challengeId = randomId()
  const asked = askForPasskey(challengeId, admin.id, site, tools)
  const secrets = await passkeySecrets(engine, admin)
  const { publicKey } = newPasskeyForBrowser(
    { challengeId, pending: asked, secrets, siteName: issuer, username: admin.login },
    tools,
  )
  await engine.store.write((tx) => tx.adminSessions.change(digest, { asked }))
  return publicKey
}

export async function confirmPasskey(
  engine: Core,
  working: Working,
  { attestation, name }: { readonly attestation: Attestation; readonly name: string },
  actor: Actor,
): Promise<string | undefined> {
  const { session, digest, admin } = working
  const { asked } = session
  if (asked === null) return undefined
  const made = await judgeNewPasskey(asked, attestation)
  if (!made) return undefined
  const id = randomId()
  const nowMs = engine.clock()
  const isKept = await engine.store.write(async (tx) => {
    if (!(await tx.adminSessions.takeAsked(digest, asked))) return false
    await tx.adminFactors.offer(admin.id, pending(id, 'passkey', made.secret, made.step - 1, nowMs))
    return true
  })
  return isKept ? confirm(engine, working, id, name, made.step, actor) : undefined
}

/** One write: the factor counts, the link ends, the session is a new one that is whole. All of it or, undefined, nothing. */
async function confirm(
  engine: Core,
  { admin, digest, session }: Working,
  id: string,
  name: string,
  step: number,
  actor: Actor,
): Promise<string | undefined> {
  const nowMs = engine.clock()
  const job = async (tx: Records) => {
    // In turn, so that of two browsers that came by one link the second finds the factor of the first.
    await tx.admins.alone()
    const all = await tx.adminFactors.of(admin.id)
    const active = all.filter(({ state }) => state === 'active').length
    if (active >= (session.step === 'enrol' ? 1 : factorsMax)) throw new Unconfirmed()
    const isConfirmed =
      (await tx.adminFactors.confirm(admin.id, id, name, step, nowMs)) && (await tx.adminSessions.end(digest))
    if (!isConfirmed) throw new Unconfirmed()
    await tx.admins.offerLink(admin.id, null)
    await tx.admins.change(admin.id, { lastSignInAtMs: nowMs })
    const kind = all.find((one) => one.id === id)?.kind
    await tellAudit(tx, actor, admin, { factor: kind, name }, 'factor-added', nowMs)
    return beginSession(tx, admin.id, 'in', nowMs)
  }
  try {
    return await engine.store.write(job)
  } catch (error) {
    if (error instanceof Unconfirmed) return undefined
    throw error
  }
}

/** Undoes the write. */
class Unconfirmed extends Error {}

/** Removes a factor that is not the last one. */
export async function removeFactor(engine: Core, { admin }: Working, id: string, actor: Actor): Promise<boolean> {
  const nowMs = engine.clock()
  return engine.store.write(async (tx) => {
    // In turn, so that two cannot both be the last but one.
    await tx.admins.alone()
    if (!(await tx.adminFactors.remove(admin.id, id))) return false
    await tellAudit(tx, actor, admin, { factor: id }, 'factor-removed', nowMs)
    return true
  })
}

/** Asks a browser for a passkey: options for `navigator.credentials.get`. */
export async function askFactorPasskey(engine: Core, { admin, digest }: Working): Promise<object | undefined> {
  const site = siteHere(engine)
  const secrets = await passkeySecrets(engine, admin)
  if (!site || secrets.length === 0) return undefined
  const tools = await toolsOf(engine)
  const challengeId = randomId()
  const { pending: asked } = methods.passkey.begin(
    { challengeId, via: [], codeLength: 6, isNumberShown: false, secret: null, site },
    tools,
  )
  await engine.store.write((tx) => tx.adminSessions.change(digest, { asked }))
  return methods.passkey.forBrowser?.({ challengeId, pending: asked, secrets }, tools)?.publicKey
}

/** The factor that was proved and the step to use up; undefined: none was. */
export async function judgeFactor(
  engine: Core,
  { admin, session, digest }: Working,
  proof: FactorProof,
): Promise<{ readonly factor: AdminFactor; readonly step: number } | undefined> {
  const factors = await activeFactors(engine.store, admin.id)
  if (proof.kind === 'totp') {
    for (const factor of factors.filter(({ kind }) => kind === 'totp')) {
      const step = await totpStep(engine, factor, proof.code)
      if (step !== undefined) return { factor, step }
    }
    return undefined
  }
  const { asked } = session
  if (asked === null || !(await engine.store.write((tx) => tx.adminSessions.takeAsked(digest, asked)))) return undefined
  const tools = await toolsOf(engine)
  for (const factor of factors.filter(({ kind }) => kind === 'passkey')) {
    const verdict = await methods.passkey.judgeLater?.(
      {
        challengeId: null,
        pending: asked,
        secret: factor.secret,
        answer: { kind: 'assertion', assertion: proof.assertion },
        last: { step: factor.lastStep, atMs: factor.lastUsedAtMs },
      },
      tools,
    )
    if (verdict?.kind === 'right') return { factor, step: verdict.usedStep ?? factor.lastStep + 1 }
  }
  return undefined
}

async function totpStep(engine: Core, { secret }: AdminFactor, code: string): Promise<number | undefined> {
  const from = { challengeId: null, pending: null, secret, answer: { kind: 'code', code } } as const
  const verdict = methods['time-code'].judge(from, await toolsOf(engine))
  return verdict.kind === 'right' ? verdict.usedStep : undefined
}

async function passkeySecrets(engine: Core, admin: Admin): Promise<string[]> {
  return (await activeFactors(engine.store, admin.id))
    .filter(({ kind }) => kind === 'passkey')
    .map(({ secret }) => secret)
}

function pending(
  id: string,
  kind: AdminFactor['kind'],
  secret: string,
  lastStep: number,
  createdAtMs: number,
): AdminFactor {
  return { id, kind, state: 'pending', name: '', secret, lastStep, createdAtMs, lastUsedAtMs: null }
}

/** The console asks for the strongest that a browser has: a passkey alone recognises its owner. */
function siteHere({ baseUrl }: Core): Site | undefined {
  return siteOf({ settings: { passkeyRpId: '', passkeyOrigins: [], passkeyVerification: 'required' } }, baseUrl)
}

async function toolsOf({ store, clock }: Core): Promise<Tools> {
  const key = await store.read.admins.digestKey()
  return {
    nowMs: clock(),
    randomCode,
    randomSecret,
    same,
    digest: (...parts) => keyedDigest(key, ...parts),
  }
}
