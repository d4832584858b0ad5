/** The nouns of the product. Imports nothing; all of the server speaks it. */

/** Stands for a customer's id where something is the whole server's: its settings, and sign-ins to accounts. */
export const serverScope = 0

/** A site or organisation that shares nothing with another. Its id is the decimal customer key that callers send in their headers. */
export interface Customer {
  readonly id: number
  readonly name: string
  readonly apiKey: string
  /** The one before, while it may still count. */
  readonly oldApiKey?: { readonly key: string; readonly untilMs: number }
  /** What the secrets of his plugins are made with, once they were replaced; absent: they are the first ones. */
  readonly secretSalts?: SecretSalts
  /** Keys every digest of this customer: one-time codes, unknown names, contacts, audit pseudonyms. */
  readonly digestKey: Uint8Array
  readonly settings: CustomerSettings
  /** The customer's own texts, by `id.language`; the rest is ours. */
  readonly templates: ReadonlyMap<string, string>
  /** The digest of its logo's PNG, in hex; absent or null: it has none. */
  readonly logo?: string | null
  /** Some group of the customer names methods: what a user may use depends on his groups. */
  readonly hasGroupMethods?: boolean
}

/** See `engine/customer-secrets.ts`. */
export interface SecretSalts {
  readonly salt: string
  /** Of the secrets before, which count until `oldUntilMs`; null: they were the first ones. */
  readonly oldSalt: string | null
  readonly oldUntilMs: number
}

/** What a customer can choose. Meaning, default and risk of each: `settings.ts`. */
export interface CustomerSettings {
  readonly defaultCountry: string
  readonly codeLength: number
  readonly codeTtlSeconds: number
  readonly attemptsMax: number
  readonly contactEcho: 'masked' | 'full'
  readonly issuer: string
  readonly timestampWindowSeconds: number
  readonly unsignedStatus: boolean
  readonly requireBodySignature: boolean
  readonly language: 'en' | 'es'
  readonly notices: boolean
  readonly webhookUrl: string
  readonly webhookSecret: string
  /** Countries whose numbers may be sent to; empty: only the default country; `*`: all. */
  readonly allowedCountries: readonly string[]
  readonly sendsPerContact10Min: number
  readonly sendsPerContactDay: number
  readonly sendsPerPrefix10Min: number
  readonly sendsPerAddress10Min: number
  readonly messagesPerDay: number
  readonly numberMatching: 'whenShown' | 'always' | 'never'
  readonly questions: boolean
  /** The domain that passkeys belong to; empty: the host of the base URL. */
  readonly passkeyRpId: string
  /** Where the customer's own pages ask for passkeys, besides the base URL. */
  readonly passkeyOrigins: readonly string[]
  readonly passkeyVerification: 'preferred' | 'required'
  /** Pages whose origin is here may use the browser SDK without a session of their backend. */
  readonly riskOpenOrigins: readonly string[]
  readonly voiceThreshold: 'lenient' | 'default' | 'strict'
  /** Whether voices are asked for where nobody checks that the right digits are said. */
  readonly voiceReplayProtection: 'required' | 'preferred'
  /** Nothing is sent, and everybody knows the codes. */
  readonly isTest: boolean
}

/** A program of a customer that signs its calls with a key of its own. */
export interface App {
  readonly id: string
  readonly customerId: number
  readonly name: string
  /** By which its calls name it: 64 hex digits, unique on the server, and no secret. */
  readonly key: string
  /** What it signs with. */
  readonly secret: string
  /** What it signed with before, which counts until `oldSecretUntilMs`. Null: it never changed. */
  readonly oldSecret: string | null
  readonly oldSecretUntilMs: number
  readonly signatureOrder: SignatureOrder
  /** Addresses and CIDR ranges it may call from; empty: any. */
  readonly trustedAddresses: readonly string[]
  /** Different methods that sign a user in, 1 or 2. */
  readonly factors: number
  /** Whose users alone it may name; empty: every user. */
  readonly allowedGroups: readonly GroupName[]
  readonly createdAtMs: number
}

/**
 * The order of the signed fields, by the sample of a vendor's page that it is taken from where they disagree. `framed` is
 * ours: as `node`, each field with its length in front.
 */
export type SignatureOrder = 'node' | 'java' | 'php' | 'table' | 'framed'

/** A sign-in that takes several calls of one app; its token is kept as a digest and counts once. */
export interface SignIn {
  readonly customerId: number
  readonly appId: string
  readonly userId: string
  /** What the user proved so far. */
  readonly methods: readonly MethodId[]
  /** The question that waits for its answer; null when none was asked. */
  readonly challengeId: string | null
  readonly expiresAtMs: number
}

export interface User {
  readonly id: string
  readonly customerId: number
  readonly username: string
  readonly email: string | null
  /** E.164, e.g. `+15551234567`. */
  readonly phone: string | null
  readonly firstName: string | null
  readonly lastName: string | null
  /** The caller's own word for the method the user prefers, e.g. `SMS`; each vendor's `words.ts` reads it. */
  readonly preferredMethod: string | null
  readonly isEnabled: boolean
  readonly createdAtMs: number
}

/** Users of a customer under one name. A user may be in any number of groups. */
export interface Group {
  readonly id: number
  readonly customerId: number
  readonly name: string
  /** Whether new users join it; true of exactly one group of a customer. */
  readonly isDefault: boolean
  /** Whether it is the group `DEFAULT`, which every customer has from the beginning and keeps. */
  readonly isBuiltIn: boolean
  /** Texts by their number, 1–50, which mean something to the caller alone. */
  readonly attributes: GroupAttributes
  /** The methods that its members may use; null: it names none. What several groups mean together: `methodsOf`. */
  readonly methods: readonly MethodId[] | null
  readonly createdAtMs: number
  readonly updatedAtMs: number
}

export type GroupAttributes = Readonly<Record<number, string>>

export type GroupName = Pick<Group, 'id' | 'name'>

/** A user in a group. */
export interface Membership {
  readonly userId: string
  readonly username: string
  readonly groupId: number
  readonly groupName: string
  readonly createdAtMs: number
}

/** Who looks after a customer: signs in by e-mail and password, to be given the customer's keys. */
export interface Account {
  readonly customerId: number
  readonly email: string
  /** As it was given; nothing is sent to it. */
  readonly phone: string | null
  /** What is kept of the password; `engine/passwords.ts` knows its form. */
  readonly password: string
}

/** Who works in the console. */
export interface Admin {
  readonly id: string
  /** `serverScope`: he looks after all customers. */
  readonly customerId: number
  /** What he signs in with: an e-mail address, or `admin`. */
  readonly login: string
  readonly name: string
  readonly role: AdminRole
  /** What is kept of it; null until he has chosen one. */
  readonly password: string | null
  readonly isEnabled: boolean
  readonly lastSignInAtMs: number | null
  readonly createdAtMs: number
}

export type AdminRole = 'owner' | 'admin' | 'helpdesk' | 'auditor'

/** What an admin proves besides his password; `secret` is the JSON of the method it is judged by. */
export interface AdminFactor {
  readonly id: string
  readonly kind: 'totp' | 'passkey'
  readonly state: 'pending' | 'active'
  readonly name: string
  readonly secret: string
  /** The newest step that was accepted; only ever grows. */
  readonly lastStep: number
  readonly createdAtMs: number
  readonly lastUsedAtMs: number | null
}

/** A browser of an admin. `factor`: the password was right; `enrol`: he has no second factor yet; `in`: he is in. */
export interface AdminSession {
  readonly adminId: string
  readonly step: 'factor' | 'enrol' | 'in'
  /** The passkey question that waits, as JSON. */
  readonly asked: string | null
  /** When he last proved his second factor. */
  readonly confirmedAtMs: number | null
  readonly createdAtMs: number
  readonly usedAtMs: number
  readonly expiresAtMs: number
}

/** A one-time link to the pages where a user looks after himself, or the browser that came by one. */
export interface UserSession {
  readonly customerId: number
  readonly userId: string
  readonly kind: 'link' | 'session'
  /** He proved a factor in it, and not only that the link reached him. */
  readonly isProved: boolean
  readonly usedAtMs: number
  readonly expiresAtMs: number
}

/** A way to prove who you are. */
export type MethodId =
  | 'message-code'
  | 'message-link'
  | 'time-code'
  | 'hardware-token'
  | 'questions'
  | 'recovery-code'
  | 'passkey'
  | 'push'
  | 'qr-scan'
  | 'voice'

/** Those whose code a user reads off something of his and types, without having been asked. */
export type TypedMethod = 'time-code' | 'hardware-token'

/** What failures are counted of: a method, or the password of an account. */
export type Guarded = MethodId | 'password'

/** How a message travels. */
export type Via = 'sms' | 'email' | 'call'

/** What a user enrolled for a method; `secret` is JSON whose shape the method owns. */
export interface Credential {
  readonly id: string
  readonly method: MethodId
  readonly state: 'pending' | 'active'
  readonly label: string | null
  readonly secret: string
  /** The newest counter or time step that was accepted; only ever grows. −1 before the first. */
  readonly lastStep: number
  /** When that was; null before the first. */
  readonly lastUsedAtMs: number | null
}

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

/** Terminal states never change. `spent`: too many wrong answers; `cancelled`: a newer challenge or a failed delivery. */
export type ChallengeState = 'pending' | 'approved' | 'denied' | 'expired' | 'spent' | 'cancelled'

/** One question to one subject. */
export interface Challenge {
  readonly id: string
  readonly customerId: number
  readonly subject: Subject
  readonly userId: string | null
  readonly method: MethodId
  /** The method in the caller's own word, given back as it was asked. */
  readonly label: string
  readonly state: ChallengeState
  /** What the method kept to judge the answer, as JSON; `null` once settled. */
  readonly pending: string | null
  readonly transactionName: string | null
  /** Where the sign-in came from, as the caller said: an address, or null. */
  readonly origin: string | null
  /** The `User-Agent` of where the sign-in came from, as the caller said; null when it said nothing, and once settled. */
  readonly userAgent: string | null
  readonly createdAtMs: number
  readonly expiresAtMs: number
}

/** Whom failures are counted against: a user's id, or a keyed digest of an unknown name or a contact. */
export interface Subject {
  readonly key: string
  /** Only an enrolled user's method is ever disabled for good; a stranger's contact is only locked for a time. */
  readonly isUser: boolean
}

/** What came back from the person. */
export type Answer =
  /** `binding` repeats what the code was asked for, when it was asked for something. */
  | { readonly kind: 'code'; readonly code: string; readonly binding?: string | undefined }
  /** In any order; the questions as they were asked. */
  | { readonly kind: 'answers'; readonly answers: readonly QuestionAnswer[] }
  /** A link's secret with what was decided; `number` is the match number as it was typed. */
  | { readonly kind: 'decision'; readonly secret: string; readonly isAccepted: boolean; readonly number: string | null }
  | { readonly kind: 'assertion'; readonly assertion: Assertion }
  | SignedDecision
  /** A recording, which is listened to elsewhere, or a no; the link's secret, and the number of the digits it is for. */
  | {
      readonly kind: 'recording'
      readonly secret: string
      readonly prompt: number
      readonly isDenied: boolean
      readonly arrivedAtMs: number
    }

/** What was decided on a phone, signed by its key. */
export interface SignedDecision {
  readonly kind: 'signed-decision'
  readonly deviceId: string
  readonly isAccepted: boolean
  /** The match number as it was typed, the secret of the code that was scanned, or empty. */
  readonly proof: string
  /** Exactly what was signed; it names the challenge, the decision, the proof and the transaction. */
  readonly statement: string
  /** ECDSA with P-256 and SHA-256, r||s, in base64url without padding. */
  readonly signature: string
}

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

export interface QuestionAnswer {
  readonly question: string
  readonly answer: string
}

/** One message on its way: the text is gone once it was handed over. */
export interface Delivery {
  readonly id: string
  readonly customerId: number
  /** Null: a notice, which asks nothing. */
  readonly challengeId: string | null
  readonly via: Via
  readonly contact: string
  readonly state: 'sending' | 'sent' | 'failed'
  readonly sentAtMs: number | null
  readonly message: Message | null
  /** Country code and four digits of the phone number; null for an address. */
  readonly prefix: string | null
}

/** One attempt to hand a message over to one provider. */
export interface DeliveryTry {
  readonly provider: string
  readonly isTaken: boolean
  /** The provider's own id of the message. */
  readonly reference: string | null
  /** Why not, or the provider's word for what it told later; without contact or text. */
  readonly detail: string | null
  readonly atMs: number
  /** What the provider told later. */
  readonly receipt: 'delivered' | 'failed' | null
  readonly receiptAtMs: number | null
}

/** What became of one message, without its text. */
export interface DeliveryRecord {
  readonly id: string
  /** Null: a notice. */
  readonly challengeId: string | null
  readonly via: Via
  readonly contact: string
  readonly state: Delivery['state']
  /** Why it failed, without contact or text. */
  readonly reason: string | null
  readonly createdAtMs: number
  /** When it was handed over or given up; null while it is on its way. */
  readonly settledAtMs: number | null
  readonly tries: readonly DeliveryTry[]
}

export interface Message {
  readonly subject: string | null
  readonly text: string
  readonly html: string | null
  /** ISO 639-1; a call is read in it. */
  readonly language: string
}

/**
 * A judged answer on its way to becoming final. The store applies it in one conditional operation: the attempt is
 * spent, the challenge settled, the step advanced, the failure counted and the audit row written, or none of it.
 */
export interface Decision {
  readonly customerId: number
  readonly nowMs: number
  readonly verdict: 'right' | 'wrong' | 'denied'
  /**
   * Of a method that takes long to judge. `spend`, before it is judged: the answer counts as wrong from now on, whatever
   * happens. `settle`, when it is judged: a right verdict takes that back, accepted or not; a wrong one counts nothing
   * more. Absent: both at once.
   */
  readonly stage?: 'spend' | 'settle'
  /** The tries that the subject has with the method in the day (UTC) that began then. Absent: as many as he likes. */
  readonly daily?: { readonly startMs: number; readonly max: number }
  readonly method: Guarded
  readonly subject: Subject
  readonly challengeId: string | null
  readonly credential: { readonly id: string; readonly userId: string; readonly step: number } | null
  /** The credential is a pending enrolment: acceptance makes it active and removes those it replaces. */
  readonly isConfirming: boolean
  readonly request: RequestMark | null
  readonly audit: AuditNote
}

/** A typed code before it is judged, which is done where it is decided: by what is enrolled at that very moment. */
export interface TypedCode {
  readonly customerId: number
  /** What the user is found by. */
  readonly usernameFolded: string
  readonly method: TypedMethod
  readonly code: string
  readonly nowMs: number
  readonly request: RequestMark | null
  readonly requestId: string
  /** For the audit, as JSON. */
  readonly detail: string | null
}

/** What became of a typed code. `disabled-user`: it was not judged, because the user is switched off. */
export interface TypedCodeDecided {
  readonly decided: Decided | 'disabled-user'
  /** Null for a name that nobody enrolled. */
  readonly userId: string | null
  /** In a row, before this code: the most of its method, and of any that the user has a credential of. */
  readonly failures: number
}

/**
 * What became of a decision.
 * `repeated`: this very request was seen before; `locked`: too many failures, for a time; `disabled`: for good;
 * `closed`: the challenge no longer waits for an answer; `used`: the code was right but had been accepted before;
 * `judging`: the attempt is spent, and the answer may be judged.
 */
export type Decided = FinallyDecided | 'judging'

export type FinallyDecided = 'accepted' | 'denied' | 'wrong' | 'repeated' | 'locked' | 'disabled' | 'closed' | 'used'

/** Marks one signed request as seen, so that a captured copy of it does nothing. All parts are the same for a copy. */
export interface RequestMark {
  /** Of the request's every byte. */
  readonly digest: Uint8Array
  /** What no other request may use again, whatever its time; null when its caller sent none. */
  readonly nonce: Uint8Array | null
  readonly expiresAtMs: number
}

/** What a caller says of where somebody signs in, by its own names. Kept in the audit; nothing is decided by it. */
export type Facts = Readonly<Record<string, string>>

/** A line of the audit, before the store adds the outcome. `subject` is a keyed pseudonym, never a name. */
export interface AuditNote {
  readonly kind: string
  readonly subject: string | null
  readonly method: string | null
  readonly challengeId: string | null
  readonly requestId: string | null
  readonly detail: string | null
}

/** There is more to do than can be held; nothing of this request was done, and it may be sent again. */
export class OverloadError extends Error {}
