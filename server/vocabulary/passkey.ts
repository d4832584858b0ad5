/** What `navigator.credentials.get` gave (WebAuthn Level 3 section 5.2); bytes are in base64url without padding. */
export interface Assertion {
  /** Of the credential, as its authenticator named it. */
  readonly id: string
  readonly clientDataJSON: string
  readonly authenticatorData: string
  readonly signature: string
  readonly userHandle: string | null
}

/** What `navigator.credentials.create` gave; bytes are in base64url without padding. */
export interface Attestation {
  readonly id: string
  readonly clientDataJSON: string
  readonly attestationObject: string
  /** How a browser can reach the authenticator, such as `internal` or `usb`. */
  readonly transports: readonly string[]
}
