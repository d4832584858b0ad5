import { attemptsMax, signedBy } from './device.ts'
import type { Method, Tools } from './method.ts'

interface Pending {
  /** What the code's secret is made from, in base64. */
  readonly seed: string
}

const seedBytes = 32

/** A code on the login page that only a phone of the challenged user can answer. */
export const qrScan: Method = {
  id: 'qr-scan',
  title: 'Code scanned by the phone',
  needs: 'credential',
  answeredBy: 'signed-decision',
  asksFirst: true,
  attemptsMax,

  begin(_from, tools) {
    const kept: Pending = { seed: tools.randomSecret(seedBytes).toString('base64') }
    return { pending: JSON.stringify(kept), send: [] }
  },

  judge({ challengeId, pending, secret, answer }, tools) {
    const decision = signedBy(secret, answer)
    if (!decision || pending === null || challengeId === null) return { kind: 'wrong' }
    if (!decision.isAccepted) return { kind: 'denied' }
    const scanned = Buffer.from(scanSecret(challengeId, pending, tools))
    return { kind: tools.same(scanned, Buffer.from(decision.proof)) ? 'right' : 'wrong' }
  },

  scanSecret,
}

/** Not kept anywhere: whoever cannot read the customer's key cannot make it. */
function scanSecret(challengeId: string, pending: string, tools: Tools): string {
  const { seed } = JSON.parse(pending) as Pending // written by begin
  return tools.digest('qr-scan', challengeId, seed).toString('base64url')
}
