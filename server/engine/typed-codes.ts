import type { Credential } from '../vocabulary/credential.ts'
import type { TypedMethod } from '../vocabulary/method.ts'
import type { TokenSeed } from '../vocabulary/token.ts'

/** Those of a user's active credentials that show a code of so many digits. */
export function typedMethods(credentials: readonly Credential[], digits: number): TypedMethod[] {
  const shown = credentials.flatMap(({ method, secret }): TypedMethod[] => {
    if (method !== 'time-code' && method !== 'hardware-token') return []
    return digitsOf(secret) === digits ? [method] : []
  })
  return [...new Set(shown)]
}

/** Undefined for what types letters, as a YubiKey does. */
function digitsOf(secret: string): number | undefined {
  const seed = JSON.parse(secret) as TokenSeed | { readonly digits: number } // written at the import, or by the offer
  return 'digits' in seed ? seed.digits : undefined
}
