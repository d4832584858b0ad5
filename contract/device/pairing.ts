/** What an app must know before it can sign. */
export interface ServerInfo {
  readonly nowMs: number
  /** The first nonce. */
  readonly nonce: string
  /** `applicationServerKey` for `pushManager.subscribe`: an uncompressed P-256 point in base64url. Never changes. */
  readonly vapidPublicKey: string
}

/** `<offer id>.<secret>`, as `readLink` gives it. */
export interface PairingCode {
  readonly code: string
}

/** What a code offers, to be shown before the user agrees. */
export interface PairingOffer {
  readonly nowMs: number
  readonly account: AccountInfo
  readonly expiresAtMs: number
}

/** Whose pairing it is, to be shown. */
export interface AccountInfo {
  readonly customerName: string
  readonly username: string
  /** The path on this server of the customer's logo, a PNG of at most 256 × 256; another logo has another path. Null: none. */
  readonly logo: string | null
  /** The customer's language where a choice is needed; the app speaks the phone's. */
  readonly language: 'en' | 'es'
}

/** The phone that takes an offer up. */
export interface Registration extends PairingCode {
  /** 1–60 characters without control characters, such as `Ana's Pixel`. */
  readonly name: string
  readonly publicKey: PublicKey
  readonly push?: PushSubscriptionInfo | null
}

/** The JWK of the public key; further members are ignored. */
export interface PublicKey {
  readonly kty: 'EC'
  readonly crv: 'P-256'
  readonly x: string
  readonly y: string
}

/** What `PushSubscription.toJSON()` gives; further members are ignored. The endpoint is https, 1,000 letters at most. */
export interface PushSubscriptionInfo {
  readonly endpoint: string
  readonly keys: { readonly p256dh: string; readonly auth: string }
}

/** A new pairing. */
export interface Registered {
  readonly nowMs: number
  readonly device: Device
  readonly account: AccountInfo
  /** Null: the groups of the user do not let him sign in by these codes. */
  readonly softToken: SoftToken | null
}

/** TOTP (RFC 6238). Handed over once; it goes with its pairing. */
export interface SoftToken {
  /** In base32 without padding. */
  readonly secret: string
  readonly digits: 6
  readonly periodSeconds: 30
  readonly algorithm: 'SHA1'
  /** The same as `otpauth://totp/…`. */
  readonly uri: string
}

/** A pairing as its phone, its user and his admins are shown it. */
export interface Device {
  readonly id: string
  readonly name: string
  readonly createdAtMs: number
  /** Of the last signed request, give or take a minute; null before the first. */
  readonly lastUsedAtMs: number | null
  /** A push subscription is kept, and the push service did not call it gone. */
  readonly isPushWorking: boolean
}

/** A pairing as the server knows it now. */
export interface DeviceInfo {
  readonly nowMs: number
  readonly device: Device
  readonly account: AccountInfo
  readonly voice: VoiceState
}

/** `off`: voices are not used here. `unset`: this user has none yet. */
export type VoiceState = 'off' | 'unset' | 'set'

/** Where the user sets his voice up. */
export interface VoiceLink {
  readonly nowMs: number
  /** A path of this server. */
  readonly page: string
  readonly expiresAtMs: number
}

/** Another name for this phone; the rules are those of `Registration`. */
export interface Rename {
  readonly name: string
}

/** Where push messages for this phone go from now on. */
export interface PushChange {
  /** Null: none any more. */
  readonly push: PushSubscriptionInfo | null
}

/** Nothing more to tell. */
export interface Done {
  readonly nowMs: number
}
