/** Marks one signed request as seen, so that a captured copy of it does nothing. All parts are the same for a copy. */
export interface RequestMark {
  /** Of the request's every byte. */
  readonly digest: Uint8Array
  /** What no other request may use again, whatever its time; null when its caller sent none. */
  readonly nonce: Uint8Array | null
  readonly expiresAtMs: number
}

/** Longer than any request can be fresh (±600 s), and the same for each copy of one: its mark is found by it. */
export const markLifeMs = 1_200_000
