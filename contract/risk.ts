/**
 * What a page, the browser SDK and `/api/risk/page/*` say to each other; statuses are those of document 002. Types alone: the
 * build hands this file out as those of the module.
 */

/** Every call of a page names these. */
export interface PageCall {
  readonly customerKey: string
  readonly userKey: string
  /** The token that the site's backend opened for this user, origin and action; absent on pages in compatibility. */
  readonly session?: string
}

/** A page gives the contacts and the security questions of its user. */
export interface RegisterCall extends PageCall, Profile {}

/** A page wants its sign-in weighed. */
export interface EvaluateCall extends PageCall {
  readonly device: DeviceReport
}

/** A page has its user asked. */
export interface ChallengeCall extends PageCall {
  /** As evaluate gave it to this very page. */
  readonly evaluation: string
  /** One of those that evaluate offered; absent: the first. */
  readonly obligationType?: string
  readonly showsMatchNumber?: boolean
}

/** A page brings what its user answered. */
export interface ValidateCall extends PageCall, Response {
  readonly evaluation: string
}

/** A security question, as the user chose it, and his answer. */
export interface QuestionAndAnswer {
  readonly question: string
  readonly answer: string
}

/** What a browser tells of itself. All of it can be made up, save the token and what the key signed. */
export interface DeviceReport {
  /** Parts of the fingerprint by name, such as `canvas`; lists such as `fonts` have an entry a line. */
  readonly components: Readonly<Record<string, string>>
  /** Client hints (https://wicg.github.io/ua-client-hints/); empty where browsers have none. */
  readonly hints: Readonly<Record<string, string>>
  /** What the server gave when the device was remembered; changes at each success. */
  readonly token?: string
  /** A P-256 key that this browser cannot give away: its uncompressed point in base64url. */
  readonly publicKey?: string
  /** ECDSA with SHA-256 (IEEE P1363, base64url) over the text of `device-proof.ts`; proves that the key is here. */
  readonly signature?: string
}

export type PageStatus =
  | 'SUCCESS'
  | 'ERROR'
  | 'DENY'
  | 'USER_REGISTERED'
  | 'USER_NOT_REGISTERED'
  | 'WAIT_FOR_INPUT'
  | 'WAIT_TO_REGISTER_PROFILE'
  | 'KBA_ANSWERS_INVALID'
  | 'INVALID_OTP'

/** What every call of a page is answered; absent fields have nothing to tell. */
export interface PageAnswer {
  readonly customerKey: string
  readonly userKey: string
  readonly status: PageStatus
  readonly message: string
  /** How the user can be asked, such as `SMS`; with WAIT_FOR_INPUT. */
  readonly obligationType?: string
  /** All of them, strongest first. */
  readonly obligationTypes?: readonly string[]
  /** The questions to answer, when the obligation is KBA. */
  readonly kba?: readonly { readonly question: string }[]
  /** Where a code or a link went, masked. */
  readonly contact?: string
  /** The user answers on his phone or by a link: nothing is typed here, and `validate` waits for it. */
  readonly isAnsweredElsewhere?: boolean
  /** To be scanned with the user's phone: a JPEG as a data URL, for the `src` of an image. */
  readonly qrCode?: string
  /** For `navigator.credentials.get`, which `validate` calls: the user has his passkey in this browser, or near it. */
  readonly publicKey?: object
  /** Two digits to show, which the user types or chooses where he answers. */
  readonly matchNumber?: string
  /** What the site's backend redeems, once and within a minute; with SUCCESS in a session that it opened. */
  readonly resultToken?: string
  /** What this device presents next time. */
  readonly deviceToken?: string
  /** Of evaluate: what goes with challenge and validate. */
  readonly evaluation?: string
}

/** What a user gives of himself. Contacts count only when the site's backend has verified the same ones. */
export interface Profile {
  readonly firstName?: string
  readonly lastName?: string
  readonly phone?: string
  readonly alternateEmail?: string
  readonly questions: readonly QuestionAndAnswer[]
}

/** What a user answers when he was challenged. */
export interface Response {
  /** A code. */
  readonly token?: string
  readonly answers?: readonly QuestionAndAnswer[]
  /** What `navigator.credentials.get` gave, as `toJSON` writes it; the SDK asks for it by itself. */
  readonly assertion?: object
  /** The user wants this device to be remembered. */
  readonly saveDevice: boolean
}

/** How the page asks. */
export interface Asking {
  /** The page shows the `matchNumber` of the answer, if there is one. */
  readonly showsMatchNumber?: boolean
}

/** For how long a page waits for what the user answers elsewhere, or for his passkey. */
export interface Waiting {
  /** Ends the waiting: `validate` gives ERROR. The question stays open. */
  readonly signal?: AbortSignal
  /** Afterwards `validate` gives WAIT_FOR_INPUT, and may be called again. Left out: five minutes. */
  readonly timeLimitMs?: number
}

export interface Options {
  /** Where Countersign is, such as `https://mfa.example.com`; left out: where the module came from. */
  readonly server?: string
  readonly customerKey: string
  /** The user, as the site's backend named him when it opened the session. */
  readonly userKey: string
  /** The token that the backend opened for this page. */
  readonly session: string
}

/** One sign-in of one user on one page. Nothing is thrown: each answer says how it went in `status`. */
export interface Countersign {
  isUserRegistered(): Promise<PageAnswer>
  registerUser(profile: Profile): Promise<PageAnswer>
  /** SUCCESS with a `resultToken`, WAIT_FOR_INPUT with `obligationTypes`, or DENY. */
  evaluateRisk(): Promise<PageAnswer>
  /** Asks the user; `obligationType` is one of those that evaluate offered, the first when left out. */
  challenge(obligationType?: string, asking?: Asking): Promise<PageAnswer>
  /**
   * SUCCESS with a `resultToken`, which the backend redeems: what happens in a page proves nothing to a server. Where the
   * user answers elsewhere it waits until he has: DENY when he denied it, ERROR when the time to answer was over. A passkey is
   * asked for here: call it while the user presses something, because some browsers want that.
   */
  validate(response: Response, waiting?: Waiting): Promise<PageAnswer>
}
