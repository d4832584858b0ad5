import type { Answer } from '../vocabulary/answer.ts'
import type { Via } from '../vocabulary/message.ts'
import type { MethodId } from '../vocabulary/method.ts'

/** All a method can reach: time, chance and comparing are handed to it, and nothing else exists for it. */
export interface Tools {
  readonly nowMs: number
  randomCode(digits: number): string
  randomSecret(bytes: number): Buffer
  /** Keyed by the customer; bound to the challenge by the parts a method passes. */
  digest(...parts: readonly string[]): Buffer
  same(left: Uint8Array, right: Uint8Array): boolean
}

/** A text to be hashed slowly (Argon2id) under a salt; the parts cannot slide into each other. */
export interface Hashing {
  readonly salt: Uint8Array
  readonly parts: readonly string[]
}

/** What a method says of an answer. Wrong and malformed look the same. */
export type Verdict =
  | { readonly kind: 'wrong' }
  | { readonly kind: 'denied' }
  /** `usedStep`: the counter or time step of the code; the store makes sure it only moves forward. */
  | { readonly kind: 'right'; readonly usedStep?: number }

/** A message to compose and send; what stands here is the only secret in it. */
export type ToSend =
  | { readonly kind: 'code'; readonly via: Via; readonly code: string }
  | {
      readonly kind: 'links'
      readonly via: Via
      readonly challengeId: string
      readonly accept: string
      readonly deny: string
    }
  /** A link to a page where the user speaks. */
  | { readonly kind: 'voice'; readonly via: Via; readonly challengeId: string; readonly secret: string }

/** A question as it was begun: what is kept of it, and what goes out. */
export interface Begun {
  /** JSON to keep, sealed, for `judge`. */
  readonly pending: string
  readonly send: readonly ToSend[]
  /** Two digits for the caller to show where the user signs in. */
  readonly matchNumber?: string
}

/** A credential as it was made, before the user has confirmed it. */
export interface Enrolment {
  /** JSON to keep, sealed, as the credential's secret. */
  readonly secret: string
  /** What the user needs to set up the other side. */
  readonly show: { readonly secretText: string; readonly uri: string }
}

/**
 * One way to prove who you are. Pure: it makes a question and judges an answer. Expiry, attempts, locks and one-time
 * use belong to the engine and the store, so a method cannot forget them.
 */
export interface Method {
  readonly id: MethodId
  readonly title: string
  readonly needs: 'contact' | 'credential'
  readonly answeredBy: Answer['kind']
  /** False: the user can answer without having been asked, as with an authenticator app. */
  readonly asksFirst: boolean
  /** It comes to the user by itself and needs only a yes, so that it can wear him out: limited as prompts are. */
  readonly isPrompt?: true
  /** Its question waits on the user's paired phones; with `askedBy` too, a message goes only to who has none. */
  readonly asksPhones?: true
  /** Its message goes by the first of these that the user has a contact for, whatever the caller says. */
  readonly askedBy?: readonly Via[]
  /** False: it proves too little to be the only thing that is asked where much is at stake. */
  readonly isEnoughAlone?: false
  /** Fewer tries than the customer's own number. */
  readonly attemptsMax?: number
  /** Tries of one subject in a day (UTC); absent: any number. */
  readonly triesPerDay?: number
  /** Starts a question. */
  begin(from: BeginFrom, tools: Tools): Begun
  /**
   * Judges an answer by what was kept: `pending` of the challenge, `secret` of the credential. Null means that there is
   * none: then it does the same work and says wrong, so that time does not tell who enrolled.
   */
  judge(from: JudgeFrom, tools: Tools): Verdict
  /**
   * For secrets that a thief of the database could guess: what of an answer is hashed slowly before it is judged. The
   * attempt is spent first, the digests are made beside the event loop, and `judge` gets them in this order. Always as
   * many, whatever was kept.
   */
  hashings?(from: HashFrom): readonly Hashing[]
  /** The questions that were asked, from what was kept. */
  questions?(pending: string): readonly string[]
  /** What `judge` does, for a method whose library only answers later: then `judge` itself says wrong to everything. */
  judgeLater?(from: JudgeFrom, tools: Tools): Promise<Verdict>
  /** What a browser needs to answer, from what was kept; undefined when nothing was. */
  forBrowser?(from: BrowserFrom, tools: Tools): ForBrowser | undefined
  /** The secret of the code that the caller shows to be scanned, from what was kept. */
  scanSecret?(challengeId: string, pending: string, tools: Tools): string
  /** The secret of the page that the user's phones open, from what was kept; undefined when its link went by message. */
  pageSecret?(challengeId: string, pending: string, tools: Tools): string | undefined
  /** The match number the caller was given, from what was kept. */
  matchNumber?(pending: string): string | null
  /** What the bearer of a link may do, without deciding anything. */
  look?(
    from: LookFrom,
    tools: Tools,
  ): { readonly may: 'accept' | 'deny'; readonly numberToShow: string | null } | undefined
  /** Makes a credential, for methods that need one. */
  enrol?(from: EnrolFrom, tools: Tools): Enrolment
  /** Finds a credential again whose counter ran ahead or whose clock is off. Uses up the step of the second code. */
  resync?(from: ResyncFrom, tools: Tools): Verdict
  /** The secret as it was shown at enrolment, from what was kept. */
  secretText?(secret: string): string
}

/** What a question is made of. */
export interface BeginFrom {
  readonly challengeId: string
  readonly via: readonly Via[]
  readonly codeLength: number
  /** What a code is asked for; the answer must repeat it to the letter. */
  readonly binding?: string | undefined
  /** The caller shows a match number where the user signs in. */
  readonly isNumberShown: boolean
  /** What the user enrolled for the method; null when nothing is needed. */
  readonly secret: string | null
  /** Whom passkeys are bound to; absent when the method has none. */
  readonly site?: Site
}

/** The relying party of passkeys (WebAuthn Level 3 section 4). */
export interface Site {
  /** The domain that passkeys belong to. */
  readonly rpId: string
  /** The pages that may ask for them. */
  readonly origins: readonly string[]
  /** The authenticator must have recognised its user, by a PIN or a finger. */
  readonly isVerificationRequired: boolean
}

/** What was kept of a question and of its user, for the browser that answers. */
export interface BrowserFrom {
  readonly challengeId: string
  readonly pending: string | null
  /** Of the user's confirmed credentials. */
  readonly secrets: readonly string[]
}

/** How a browser answers: by itself, or on a page of ours. */
export interface ForBrowser {
  /** `PublicKeyCredentialRequestOptionsJSON` (WebAuthn Level 3 section 5.1.9), for `navigator.credentials.get`. */
  readonly publicKey: object
  /** Opens a page of ours that asks the same. */
  readonly pageSecret: string
}

/** What was kept of a question, and the secret of the link that was opened. */
export interface LookFrom {
  readonly challengeId: string
  readonly pending: string | null
  readonly secret: string
}

/** An answer, with what was kept to judge it by. Null: there is no such thing. */
export interface JudgeFrom {
  readonly challengeId: string | null
  readonly pending: string | null
  readonly secret: string | null
  readonly answer: Answer
  /** What was accepted last with this credential; absent when there is none. */
  readonly last?: LastUse
  /** Of `hashings`. */
  readonly digests?: readonly Uint8Array[]
  /** Of the recording, by this credential. */
  readonly heard?: Heard
}

/** What a recording sounded like. */
export interface Heard {
  /** How like the user's voice: about 1 for his own, about 0 for others; not a number when it cannot be told. */
  readonly speaker: number
  /** The least of it that the customer takes for the user. */
  readonly speakerMin: number
  /** How much better the digits that were asked for fit than any others; null when nobody checks that. */
  readonly digits: number | null
}

/** The newest step that was accepted, −1 before the first, and when that was. */
export interface LastUse {
  readonly step: number
  readonly atMs: number | null
}

/** Two codes of a credential that lost its step, with what was kept of it. */
export interface ResyncFrom {
  readonly secret: string
  readonly last: LastUse
  /** Two that follow one another. */
  readonly codes: readonly [first: string, second: string]
}

/** An answer before it is judged, and whose it is. */
export interface HashFrom extends JudgeFrom {
  /** Null for a name that nobody enrolled. */
  readonly userId: string | null
}

/** How an authenticator app will show the credential: `issuer` above `account`. */
export interface EnrolFrom {
  readonly issuer: string
  readonly account: string
}
