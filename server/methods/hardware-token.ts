import { hotp, timeStep } from '../security/otp.ts'
import { openYubikeyOtp, yubikeyPublicId } from '../security/yubikey.ts'
import type { OathSeed, TokenSeed, YubikeySeed } from '../vocabulary/token.ts'
import type { LastUse, Method, Tools } from './method.ts'

/** How far a token may be off; RFC 4226 section 7.4 and RFC 6238 section 6 leave the numbers to the server. */
export const tokenLimits = {
  /** Time steps around the one where the token is expected. */
  stepsAround: 1,
  /** Time steps that a clock may be off by what answers alone have taught. */
  driftMax: 4,
  /** Touches of a counting token that led to no answer. */
  lookAhead: 10,
  /** Steps that two codes in a row may be away. */
  resyncReach: 100,
} as const

const never: LastUse = { step: -1, atMs: null }

/** Stands in where nothing was enrolled: the same work, and never right. */
const nobody: TokenSeed = { kind: 'totp', key: '', digits: 6, algorithm: 'sha1', periodSeconds: 30 }

/** A token that was bought with its seed: OATH by counter or by time, or a YubiKey. */
export const hardwareToken: Method = {
  id: 'hardware-token',
  title: 'Hardware token',
  needs: 'credential',
  answeredBy: 'code',
  asksFirst: false,

  begin() {
    return { pending: '{}', send: [] }
  },

  judge({ secret, answer, last = never }, tools) {
    const seed = secret === null ? nobody : (JSON.parse(secret) as TokenSeed) // written at the import
    const given = answer.kind === 'code' ? answer.code : ''
    const usedStep =
      seed.kind === 'yubikey'
        ? yubikeyStep(seed, given, tools)
        : oathStep(seed, expectedSteps(seed, last, tools.nowMs), given, tools)
    return secret === null || usedStep === undefined ? { kind: 'wrong' } : { kind: 'right', usedStep }
  },

  resync({ secret, last, codes: [first, second] }, tools) {
    const seed = JSON.parse(secret) as TokenSeed // written at the import
    if (seed.kind === 'yubikey') return { kind: 'wrong' } // it tells its counter itself
    const [from, to] = reach(seed, last, tools.nowMs)
    const isCode = comparing(seed, tools)
    const step = range(from, to - 1).findLast((one) => isCode(one, first) && isCode(one + 1, second))
    return step === undefined ? { kind: 'wrong' } : { kind: 'right', usedStep: step + 1 }
  },
}

/**
 * The steps whose codes count. A counter moves on from the last one, which is among them so that it is told from a
 * wrong code. A clock is expected where it was last; the present is there for somebody who types slowly and so was
 * taken for a slow clock.
 */
function expectedSteps(seed: OathSeed, last: LastUse, nowMs: number): number[] {
  const { stepsAround, lookAhead } = tokenLimits
  if (seed.kind === 'hotp') return range(Math.max(0, last.step), last.step + lookAhead)
  const now = timeStep(nowMs, seed.periodSeconds)
  const there = now + drift(last, seed.periodSeconds)
  return [now, ...range(there - stepsAround, there + stepsAround)].sort((one, other) => one - other)
}

/** By how many steps the clock was off when it was last seen. Only a resync leads beyond what answers may teach. */
function drift({ step, atMs }: LastUse, periodSeconds: number): number {
  if (atMs === null) return 0
  const { driftMax, stepsAround } = tokenLimits
  const seen = step - timeStep(atMs, periodSeconds)
  const isTaught = Math.abs(seen) <= driftMax + stepsAround
  return isTaught ? Math.max(-driftMax, Math.min(driftMax, seen)) : seen
}

/** Where a resync looks: after the last step that was accepted, never at or before it. */
function reach(seed: OathSeed, { step }: LastUse, nowMs: number): readonly [from: number, to: number] {
  const { resyncReach } = tokenLimits
  if (seed.kind === 'hotp') return [step + 1, step + resyncReach]
  const now = timeStep(nowMs, seed.periodSeconds)
  return [Math.max(step + 1, now - resyncReach), now + resyncReach]
}

/** Every step is computed whatever the code, and a later step wins, so that spending it spends an equal one too. */
function oathStep(seed: OathSeed, steps: readonly number[], given: string, tools: Tools): number | undefined {
  const isCode = comparing(seed, tools)
  return steps.filter((step) => isCode(step, given)).at(-1)
}

function comparing({ key, digits, algorithm }: OathSeed, { same }: Tools): (step: number, given: string) => boolean {
  const bytes = Buffer.from(key, 'base64')
  return (step, given) => same(Buffer.from(given), Buffer.from(hotp(bytes, step, digits, algorithm)))
}

function yubikeyStep({ key, publicId, privateId }: YubikeySeed, given: string, tools: Tools): number | undefined {
  if (yubikeyPublicId(given) !== publicId) return undefined
  const otp = openYubikeyOtp(given, Buffer.from(key, 'base64'))
  return otp && tools.same(otp.privateId, Buffer.from(privateId, 'hex')) ? otp.step : undefined
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index)
}
