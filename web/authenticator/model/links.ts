import { readLink } from '../../../contract/device/link.ts'
import { findScanned } from '../device/prompts.ts'
import { readOtpauth } from '../vault/otpauth.ts'
import type { LinkProblem } from './link-problem.ts'
import { go } from './navigation.ts'
import { get, set } from './store.ts'

/** Does what a scanned, pasted or opened code asks for; tells why it cannot. */
export async function follow(text: string): Promise<LinkProblem | null> {
  const link = text.trim()
  if (/^otpauth:/i.test(link) && readOtpauth(link) !== 'no-otpauth') {
    go({ name: 'add', link })
    return null
  }
  const found = readLink(link)
  if (!found) return 'unknown-link'
  if (found.origin !== location.origin) return 'foreign-server'
  if (found.kind === 'pair') {
    go({ name: 'pair', code: found.code })
    return null
  }
  if (get().pairings.length === 0) return 'no-pairing'
  const outcome = await findScanned(get().pairings, found.code)
  if (!outcome.ok) return outcome.code
  set({ asked: outcome.value })
  return null
}

/** What the app was opened with; taken out of the address at once, for it is a secret. */
export function takeFragment(): string | undefined {
  if (location.hash.length < 2) return undefined
  const link = location.href
  history.replaceState(history.state, '', '/app/')
  return link
}
