import type { Countersign, Options } from '../contract/risk.ts'
import { createClient } from './client.ts'

/** The SDK as a module: see `Countersign`. */
export function createCountersign(options: Options): Countersign {
  const { customerKey, userKey, session, server = new URL(import.meta.url).origin } = options
  const client = createClient(server, () => session)
  const subject = { customerKey, userKey }
  return {
    isUserRegistered: () => client.isUserRegistered(subject),
    registerUser: (profile) => client.registerUser(subject, profile),
    evaluateRisk: () => client.evaluateRisk(subject),
    challenge: (obligationType, asking) => client.challenge(subject, obligationType, asking),
    validate: (response, waiting) => client.validate(subject, response, waiting),
  }
}
