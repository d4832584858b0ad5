/** A call with its answer, as the request inspector of development is shown it. */
export interface Seen {
  readonly id: string
  readonly path: string
  /** The HTTP status. */
  readonly code: number
  /** The customer key in the headers, as it was sent, or that of the app that signed. */
  readonly customerKey: string | undefined
  readonly ms: number
  readonly outcome: string | null
  readonly body: Uint8Array
  readonly answer: string
  /** Says in words why the signature is refused; undefined when nothing explains it. */
  readonly diagnose: (keys: KnownKeys) => string | undefined | Promise<string | undefined>
  /** Whether the key of a customer can sign it again. */
  readonly isRepeatable: boolean
}

/** What a wrong signature is tried with. */
export interface KnownKeys {
  /** The API key of the customer that was named; undefined when there is none. */
  readonly own: string | undefined
  readonly others: readonly { readonly customerKey: string; readonly apiKey: string }[]
}

/** Never throws; the answer waits for it, so that whoever has the answer finds the call in the inspector. */
export type Watch = (seen: Seen) => Promise<void>

/** One call as the inspector shows it. */
export interface InspectorEntry {
  /** The `X-Request-Id` of the answer. */
  readonly id: string
  readonly atMs: number
  readonly path: string
  readonly code: number
  readonly customerKey: string | null
  readonly ms: number
  readonly outcome: string | null
  /** What the caller is not told of a refused signature. */
  readonly reason: string | null
  readonly request: string
  readonly answer: string
  /** Shell lines that sign and send it again; null when its body is not there as a whole, or we cannot sign it. */
  readonly curl: string | null
}
