import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/** The page that asks, as the browser sees it. */
export interface Asking {
  readonly origin: string
}

/** What an attacker, or a broken authenticator, does differently. Absent: nothing. */
export interface Forgery {
  /** Fields of the client data; undefined leaves one out. */
  readonly clientData?: Readonly<Record<string, unknown>>
  /** Bits that are set and bits that are cleared, by `flags`. */
  readonly set?: number
  readonly clear?: number
  readonly signCount?: number
  readonly rpId?: string
  readonly id?: string
  readonly userHandle?: string | null
  readonly key?: KeyObject
  /** Changes what was signed, after it was signed. */
  readonly afterwards?: (authenticatorData: Buffer) => Buffer
  readonly signature?: (right: Buffer) => Buffer
  readonly fmt?: string
  readonly algorithm?: number
}

/** Bits of the authenticator data (WebAuthn Level 3 section 6.1). */
export const flags = { present: 0x01, verified: 0x04, backupEligible: 0x08, backedUp: 0x10, attested: 0x40 } as const

interface Options {
  readonly challenge: string
  readonly rpId?: string
  readonly rp?: { readonly id: string; readonly name: string }
  readonly user?: { readonly id: string }
  readonly allowCredentials?: readonly { readonly id: string }[]
  readonly excludeCredentials?: readonly { readonly id: string }[]
}

export interface MadeOptions {
  /** Set in every answer besides presence. */
  readonly flags?: number
  /** False: an authenticator that never counts. */
  readonly counts?: boolean
}

/** An authenticator of one credential in software: ES256, no attestation. Written from the standard, not from our code. */
export class SoftAuthenticator {
  readonly id = randomBytes(16).toString('base64url')
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  readonly #flags: number
  readonly #counts: boolean
  #signCount = 0
  #userHandle: string | null = null

  constructor({ flags: more = flags.verified, counts = true }: MadeOptions = {}) {
    this.#flags = flags.present | more
    this.#counts = counts
  }

  /** What `navigator.credentials.create` gives, as JSON. */
  create(publicKey: object, { origin }: Asking, forgery: Forgery = {}) {
    const options = publicKey as Options // as the server made them
    this.#userHandle = options.user?.id ?? null
    const id = Buffer.from(forgery.id ?? this.id, 'base64url')
    const { x = '', y = '' } = this.#keys.publicKey.export({ format: 'jwk' })
    const key = map(
      [1, 2],
      [3, forgery.algorithm ?? -7],
      [-1, 1],
      [-2, Buffer.from(x, 'base64url')],
      [-3, Buffer.from(y, 'base64url')],
    )
    const attested = Buffer.concat([Buffer.alloc(16), uint16(id.length), id, key])
    const rpId = options.rp?.id ?? ''
    const authData = Buffer.concat([this.#data(rpId, flags.attested, forgery), attested])
    const changed = forgery.afterwards?.(authData) ?? authData
    const attestationObject = map(['fmt', forgery.fmt ?? 'none'], ['attStmt', new Map()], ['authData', changed])
    const clientDataJSON = clientData('webauthn.create', options, origin, forgery)
    return {
      id: forgery.id ?? this.id,
      rawId: forgery.id ?? this.id,
      type: 'public-key',
      response: {
        clientDataJSON: clientDataJSON.toString('base64url'),
        attestationObject: attestationObject.toString('base64url'),
        transports: ['internal'],
      },
      clientExtensionResults: {},
    }
  }

  /** What `navigator.credentials.get` gives, as JSON. */
  get(publicKey: object, { origin }: Asking, forgery: Forgery = {}) {
    const options = publicKey as Options // as the server made them
    if (this.#counts) this.#signCount += 1
    const authData = this.#data(options.rpId ?? '', 0, forgery)
    const clientDataJSON = clientData('webauthn.get', options, origin, forgery)
    const signed = Buffer.concat([authData, sha256(clientDataJSON)])
    const right = sign('sha256', signed, forgery.key ?? this.#keys.privateKey)
    const changed = forgery.afterwards?.(authData) ?? authData
    return {
      id: forgery.id ?? this.id,
      rawId: forgery.id ?? this.id,
      type: 'public-key',
      response: {
        clientDataJSON: clientDataJSON.toString('base64url'),
        authenticatorData: changed.toString('base64url'),
        signature: (forgery.signature?.(right) ?? right).toString('base64url'),
        userHandle: forgery.userHandle === undefined ? this.#userHandle : forgery.userHandle,
      },
      clientExtensionResults: {},
    }
  }

  #data(rpId: string, more: number, forgery: Forgery): Buffer {
    const bits = ((this.#flags | more) & ~(forgery.clear ?? 0)) | (forgery.set ?? 0)
    const count = Buffer.alloc(4)
    count.writeUInt32BE(forgery.signCount ?? this.#signCount)
    return Buffer.concat([sha256(Buffer.from(forgery.rpId ?? rpId)), Buffer.of(bits), count])
  }
}

function clientData(type: string, { challenge }: Options, origin: string, { clientData: more }: Forgery): Buffer {
  return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false, ...more }))
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}

type Cbor = number | string | Uint8Array | Map<string, number>

/** A CBOR map (RFC 8949) of what attestations are made of. */
function map(...entries: readonly (readonly [number | string, Cbor])[]): Buffer {
  return Buffer.concat([head(5, entries.length), ...entries.flat().map(item)])
}

function item(value: Cbor): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value)
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)])
  return value instanceof Uint8Array ? Buffer.concat([head(2, value.length), value]) : head(5, 0)
}

function head(major: number, count: number): Buffer {
  if (count < 24) return Buffer.of((major << 5) | count)
  return count < 256
    ? Buffer.of((major << 5) | 24, count)
    : Buffer.concat([Buffer.of((major << 5) | 25), uint16(count)])
}

function uint16(number: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(number)
  return bytes
}
