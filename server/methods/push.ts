import { attemptsMax, signedBy } from './device.ts'
import type { Method } from './method.ts'

interface Pending {
  /** What approving means typing; null: the login page shows none, and it means holding. */
  readonly number: string | null
}

/** A question on the user's own phones. Whichever answers first decides, by the signature of its key. */
export const push: Method = {
  id: 'push',
  title: 'Push to the phone',
  needs: 'credential',
  answeredBy: 'signed-decision',
  asksFirst: true,
  isPrompt: true,
  asksPhones: true,
  attemptsMax,

  begin({ isNumberShown }, tools) {
    const kept: Pending = { number: isNumberShown ? tools.randomCode(2) : null }
    const { number } = kept
    return { pending: JSON.stringify(kept), send: [], ...(number === null ? {} : { matchNumber: number }) }
  },

  judge({ pending, secret, answer }, tools) {
    const decision = signedBy(secret, answer)
    if (!decision || pending === null) return { kind: 'wrong' }
    if (!decision.isAccepted) return { kind: 'denied' }
    const number = numberOf(pending)
    const isSame = number === null || tools.same(Buffer.from(number), Buffer.from(decision.proof))
    return { kind: isSame ? 'right' : 'wrong' }
  },

  matchNumber: numberOf,
}

function numberOf(pending: string): string | null {
  return (JSON.parse(pending) as Pending).number // written by begin
}
