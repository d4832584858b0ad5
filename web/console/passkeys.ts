import type { WebAuthnJson } from '../../contract/console/session.ts'
import { Problem } from './api.ts'

/** Whether this browser can have passkeys at all. */
export const knowsPasskeys = typeof PublicKeyCredential === 'function'

/** Asks for a passkey; what the browser or the person refused is a `Problem`. */
export async function askPasskey(options: WebAuthnJson): Promise<WebAuthnJson> {
  const { startAuthentication } = await import('@simplewebauthn/browser')
  return told(() => startAuthentication({ optionsJSON: options as never })) // as the server's library wrote them
}

/** Makes a passkey. */
export async function makePasskey(options: WebAuthnJson): Promise<WebAuthnJson> {
  const { startRegistration } = await import('@simplewebauthn/browser')
  return told(() => startRegistration({ optionsJSON: options as never })) // as the server's library wrote them
}

async function told(ask: () => Promise<object>): Promise<WebAuthnJson> {
  try {
    return { ...(await ask()) }
  } catch (error) {
    const name = error instanceof Error ? error.name : ''
    const message =
      name === 'InvalidStateError'
        ? 'This device already has a passkey for you. Use it, or add another device.'
        : 'The passkey was not used. Try again, and confirm when your browser asks.'
    throw new Problem({ code: 'wrong', message })
  }
}
