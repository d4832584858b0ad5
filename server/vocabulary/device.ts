/** A phone that a user paired; one key of its own signs all that it sends. */
export interface Device {
  readonly id: string
  readonly customerId: number
  readonly userId: string
  /** As the user named it. */
  readonly name: string
  readonly publicKey: DeviceKey
  /** Where push messages for it go; null: nowhere, or not any more. */
  readonly push: PushSubscription | null
  readonly createdAtMs: number
  /** Of its last request, give or take a minute; null before the first. */
  readonly lastUsedAtMs: number | null
}

/** A point of the curve P-256; both halves are 32 bytes in base64url without padding. */
export interface DeviceKey {
  readonly x: string
  readonly y: string
}

/** What a browser's push service gave (RFC 8030, RFC 8291); the keys are in base64url without padding. */
export interface PushSubscription {
  readonly endpoint: string
  readonly p256dh: string
  readonly auth: string
}

/** One push message on its way to a phone; it says only that something waits. */
export interface PushMessage {
  readonly id: string
  readonly customerId: number
  readonly deviceId: string
  readonly challengeId: string
  readonly push: PushSubscription
  readonly tries: number
  /** After this nobody waits for it. */
  readonly expiresAtMs: number
}

/** A phone that a user was offered to pair. */
export interface PhoneOffer {
  readonly id: string
  readonly customerId: number
  readonly userId: string
  /** Of what the code to scan holds besides the id; null: it was made before there was an app. */
  readonly secretDigest: Uint8Array | null
  /** The phone that took it; null: none yet. */
  readonly deviceId: string | null
  readonly expiresAtMs: number
}

/** Whose phones are woken, for which question. */
export interface PushTarget {
  readonly customerId: number
  readonly userId: string
  readonly challengeId: string
  readonly expiresAtMs: number
}
