/** What a request does is done once under its key, of which only a digest is kept. */
export interface AnswerClaim {
  readonly digest: Uint8Array
  /** Of the body, keyed: it may hold a code. */
  readonly bodyDigest: Uint8Array
  readonly claimedAtMs: number
  readonly expiresAtMs: number
}

/** A request that was made under a key of its caller, with the answer that its repetitions get. */
export interface KeptAnswer extends AnswerClaim {
  /** Null: the request is under way, or nobody knows how it ended. */
  readonly answer: string | null
}
