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
