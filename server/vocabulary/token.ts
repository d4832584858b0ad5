/** A hardware token that the customer owns. Its last step goes with it from hand to hand, and never back. */
export interface Token {
  readonly id: string
  readonly customerId: number
  /** As printed on it; unique within the customer. */
  readonly serial: string
  /** `disabled`: accepted for nobody, though it may still be in somebody's hand. */
  readonly state: 'unassigned' | 'assigned' | 'disabled'
  readonly userId: string | null
  readonly username: string | null
  readonly seed: TokenSeed
  readonly lastStep: number
  readonly lastUsedAtMs: number | null
  readonly createdAtMs: number
}

/** What a hardware token computes its codes from; kept as the JSON of its credential. */
export type TokenSeed = OathSeed | YubikeySeed

/** OATH: by a counter (HOTP, RFC 4226) or by the time (TOTP, RFC 6238). */
export type OathSeed = {
  /** In base64. */
  readonly key: string
  readonly digits: 6 | 8
  readonly algorithm: 'sha1' | 'sha256' | 'sha512'
} & ({ readonly kind: 'hotp' } | { readonly kind: 'totp'; readonly periodSeconds: 30 | 60 })

/** Yubico OTP: an encrypted counter behind the identity that everybody may know. */
export interface YubikeySeed {
  readonly kind: 'yubikey'
  /** 128 bits in base64. */
  readonly key: string
  /** In modhex, as the key types it. */
  readonly publicId: string
  /** Six bytes in hex. */
  readonly privateId: string
}

/** Where a token goes. `usedStep`: with this step used up already, which must be newer than every other. */
export interface TokenMove {
  readonly state: Token['state']
  readonly userId: string | null
  readonly usedStep?: number
}

/** Which tokens are wanted; an absent field asks for any. */
export interface TokensWanted {
  readonly state?: Token['state'] | undefined
  /** How its serial number begins. */
  readonly serial?: string | undefined
}
