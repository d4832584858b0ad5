import type { Waiting } from '../contract/risk.ts'
import { stopped, type Waited } from './waiting.ts'

const unknownHere: Waited = { status: 'ERROR', message: 'This browser has no passkeys for this page.' }
const notUsed: Waited = { status: 'WAIT_FOR_INPUT', message: 'No passkey was used.' }

/** What the browser made of the question, as `toJSON` writes it; or why it made nothing. */
export async function usePasskey(
  options: object,
  { signal, timeLimitMs }: Waiting,
): Promise<{ readonly assertion: object } | Waited> {
  try {
    const json = options as PublicKeyCredentialRequestOptionsJSON // as the server's library wrote it
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(json)
    if (timeLimitMs !== undefined) publicKey.timeout = timeLimitMs
    const credential = await navigator.credentials.get({ publicKey, ...(signal ? { signal } : {}) })
    return credential instanceof PublicKeyCredential ? { assertion: credential.toJSON() } : notUsed
  } catch (error) {
    if (signal?.aborted) return stopped
    // Refused by the user, not found, or too late: browsers tell no page which.
    return error instanceof DOMException && error.name === 'NotAllowedError' ? notUsed : unknownHere
  }
}
