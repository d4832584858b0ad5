import type { Site } from '../methods/method.ts'
import type { CustomerSettings } from '../vocabulary/customer.ts'

/** Whom a customer's passkeys are bound to; undefined when neither setting nor base URL names a domain. */
export function siteOf({ settings }: { readonly settings: SiteSettings }, baseUrl: string): Site | undefined {
  const page = pageOrigin(baseUrl)
  const rpId = settings.passkeyRpId || (page && new URL(page).hostname)
  if (!rpId) return undefined
  const origins = [...(page ? [page] : []), ...settings.passkeyOrigins]
  return { rpId, origins, isVerificationRequired: settings.passkeyVerification === 'required' }
}

type SiteSettings = Pick<CustomerSettings, 'passkeyRpId' | 'passkeyOrigins' | 'passkeyVerification'>

/** Whether browsers let a page of this origin use the customer's passkeys, and we take what it made. */
export function isPasskeyPage(customer: { readonly settings: SiteSettings }, baseUrl: string, origin: string): boolean {
  const site = siteOf(customer, baseUrl)
  return site?.origins.includes(origin) ? isOfDomain(site.rpId, origin) : false
}

/**
 * Pages of other domains that may use the customer's passkeys, in browsers that ask `/.well-known/webauthn` of the passkeys'
 * own domain for them (WebAuthn Level 3 section 5.11). Apps are not among them: their systems ask elsewhere.
 */
export function relatedOrigins(customer: { readonly settings: SiteSettings }, baseUrl: string): string[] {
  const site = siteOf(customer, baseUrl)
  if (!site) return []
  return site.origins.filter((origin) => origin.startsWith('https:') && !isOfDomain(site.rpId, origin))
}

/** Passkeys belong to a domain and what is below it (WebAuthn Level 3 section 5.1.4.1). */
function isOfDomain(rpId: string, origin: string): boolean {
  const { hostname } = new URL(origin)
  return hostname === rpId || hostname.endsWith(`.${rpId}`)
}

/** The page of ours that a passkey is asked for or made on; null when browsers allow none at the base URL. */
export function pageOf(baseUrl: string, challengeId: string, secret: string): string | null {
  const origin = pageOrigin(baseUrl)
  return origin === null ? null : `${origin}/passkey/${challengeId}/${secret}`
}

/**
 * Where our pages are reached under a name: passkeys belong to domains and never to addresses (WebAuthn Level 3 section
 * 5.1.3). Null when the base URL has none.
 */
function pageOrigin(baseUrl: string): string | null {
  const origin = pageBase(baseUrl)
  const { hostname } = new URL(origin)
  const isAddress = hostname.startsWith('[') || /^[0-9.]+$/.test(hostname)
  return isAddress ? null : origin
}

/** The base URL with `localhost` for this computer's own address, so that passkeys work before anything is set up. */
export function pageBase(baseUrl: string): string {
  const url = new URL(baseUrl)
  if (url.hostname === '127.0.0.1' || url.hostname === '[::1]') url.hostname = 'localhost'
  return url.origin
}
