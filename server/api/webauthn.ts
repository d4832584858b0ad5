import type { Assertion, Attestation } from '../vocabulary/passkey.ts'
import { readJson } from './body.ts'

const textLengthMax = 16 * 1024
/** 1023 bytes (WebAuthn Level 3 section 7.1 step 25). */
const idLengthMax = 1_364
const transportsMax = 10

/**
 * What a page got from `navigator.credentials.get`: the object that `toJSON` makes, or its JSON as a text. Base64 of
 * either alphabet, padded or not, is read; undefined when it is none.
 */
export function readAssertion(given: unknown): Assertion | undefined {
  const { id, response } = readCredential(given)
  const clientDataJSON = bytes(response['clientDataJSON'])
  const authenticatorData = bytes(response['authenticatorData'])
  const signature = bytes(response['signature'])
  const handle = response['userHandle'] ?? null
  const userHandle = handle === null || handle === '' ? null : bytes(handle)
  if (!id || !clientDataJSON || !authenticatorData || !signature || userHandle === undefined) return undefined
  return { id, clientDataJSON, authenticatorData, signature, userHandle }
}

/** What a page got from `navigator.credentials.create`, in the same forms. */
export function readAttestation(given: unknown): Attestation | undefined {
  const { id, response } = readCredential(given)
  const clientDataJSON = bytes(response['clientDataJSON'])
  const attestationObject = bytes(response['attestationObject'])
  if (!id || !clientDataJSON || !attestationObject) return undefined
  return { id, clientDataJSON, attestationObject, transports: transportsOf(response['transports']) }
}

function readCredential(given: unknown): { readonly id: string | undefined; readonly response: Fields } {
  const credential = typeof given === 'string' ? fieldsOf(readJson(Buffer.from(given))) : fieldsOf(given)
  const { id, type } = credential
  const isLong = typeof id === 'string' && id.length > idLengthMax
  const isKey = type === undefined || type === 'public-key'
  return { id: isKey && !isLong ? bytes(id) : undefined, response: fieldsOf(credential['response']) }
}

type Fields = Readonly<Record<string, unknown>>

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
}

/** In base64url without padding, the one spelling that is compared. */
function bytes(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > textLengthMax) return undefined
  return /^[A-Za-z0-9+/_-]+={0,2}$/.test(value) ? Buffer.from(value, 'base64url').toString('base64url') : undefined
}

/** Only a hint for browsers: what is no plain word is left out. */
function transportsOf(value: unknown): string[] {
  const list = Array.isArray(value) ? value.slice(0, transportsMax) : []
  return list.filter((one): one is string => typeof one === 'string' && /^[a-z-]{1,20}$/.test(one))
}
