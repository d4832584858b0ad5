import { fillIn } from './fill-in.ts'

/** The languages every text exists in. */
export const languages = ['en', 'es'] as const
export type Language = (typeof languages)[number]

/**
 * The texts of messages. `{customer}` is the customer's name, `{purpose}` the transaction in words or nothing,
 * `{life}` how long it lives; each text may use the placeholders of its default and no others.
 */
export const defaultTemplates = {
  'code.sms': {
    en: '{code} is your {customer} code{purpose}. It is valid for {life}. Do not share it.',
    es: '{code} es su código de {customer}{purpose}. Vale {life}. No lo comparta.',
  },
  'code.email.subject': {
    en: '{code} is your {customer} code',
    es: '{code} es su código de {customer}',
  },
  'code.email.text': {
    en: 'Your {customer} code{purpose}:\n\n{code}\n\nIt is valid for {life}. Do not share it. If you did not ask for it, you can ignore this message.',
    es: 'Su código de {customer}{purpose}:\n\n{code}\n\nVale {life}. No lo comparta. Si no lo pidió, puede ignorar este mensaje.',
  },
  'code.call': {
    en: 'Hello. Your {customer} code is: {code}. Once more, your code is: {code}. Goodbye.',
    es: 'Hola. Su código de {customer} es: {code}. Otra vez, su código es: {code}. Adiós.',
  },
  'links.sms': {
    en: '{customer} asks: is this you{purpose}? Accept: {accept} Deny: {deny}',
    es: '{customer} pregunta: ¿es usted{purpose}? Aceptar: {accept} Rechazar: {deny}',
  },
  'links.email.subject': {
    en: '{customer}: is this you?',
    es: '{customer}: ¿es usted?',
  },
  'links.email.text': {
    en: '{customer} asks whether this is you{purpose}.\n\nAccept:\n{accept}\n\nDeny:\n{deny}\n\nThe links are valid for {life}. If you did not start this, deny it.',
    es: '{customer} pregunta si es usted{purpose}.\n\nAceptar:\n{accept}\n\nRechazar:\n{deny}\n\nLos enlaces valen {life}. Si no lo empezó usted, rechácelo.',
  },
  'passkey.email.subject': {
    en: '{customer}: set up a passkey',
    es: '{customer}: configure una llave de acceso',
  },
  'passkey.email.text': {
    en: 'Open this link to set up a passkey for {customer}, on the device you want to sign in with:\n\n{link}\n\nIt is valid for {life}, and works once. Do not pass it on. If you did not ask for it, tell {customer}.',
    es: 'Abra este enlace para configurar una llave de acceso de {customer}, en el dispositivo con el que quiere iniciar sesión:\n\n{link}\n\nVale {life} y sirve una sola vez. No lo comparta. Si no lo pidió, avise a {customer}.',
  },
  'voice.sms': {
    en: '{customer} asks for your voice{purpose}: {link} Valid for {life}.',
    es: '{customer} pide su voz{purpose}: {link} Vale {life}.',
  },
  'voice.email.subject': {
    en: '{customer}: prove it by your voice',
    es: '{customer}: demuéstrelo con su voz',
  },
  'voice.email.text': {
    en: '{customer} asks for your voice{purpose}. Open this link on a device with a microphone:\n\n{link}\n\nIt is valid for {life}. Do not pass it on. If you did not start this, open it and deny.',
    es: '{customer} pide su voz{purpose}. Abra este enlace en un dispositivo con micrófono:\n\n{link}\n\nVale {life}. No lo comparta. Si no lo empezó usted, ábralo y rechace.',
  },
  'voice-set-up.email.subject': {
    en: '{customer}: set up your voice',
    es: '{customer}: configure su voz',
  },
  'voice-set-up.email.text': {
    en: 'Open this link to set up your voice for {customer}, on a device with a microphone and in a quiet place:\n\n{link}\n\nIt is valid for {life}, and works once. Do not pass it on. If you did not ask for it, tell {customer}.',
    es: 'Abra este enlace para configurar su voz para {customer}, en un dispositivo con micrófono y en un lugar tranquilo:\n\n{link}\n\nVale {life} y sirve una sola vez. No lo comparta. Si no lo pidió, avise a {customer}.',
  },
  'notice.subject': {
    en: '{customer}: {event}',
    es: '{customer}: {event}',
  },
  'notice.text': {
    en: '{event} at {customer}, {time} UTC. If this was not you, tell {customer} at once.',
    es: '{event} en {customer}, {time} UTC. Si no fue usted, avise enseguida a {customer}.',
  },
  purpose: {
    en: ' for "{transaction}"',
    es: ' para «{transaction}»',
  },
} as const satisfies Record<string, Record<Language, string>>

/** What notices tell of, in the middle of a sentence's beginning. */
export const noticeEvents = {
  'contact-changed': { en: 'Your phone number or address was changed', es: 'Se cambió su teléfono o dirección' },
  'method-changed': { en: 'Your way to sign in was changed', es: 'Se cambió su forma de iniciar sesión' },
  'method-added': { en: 'An authenticator app was set up', es: 'Se configuró una aplicación de autenticación' },
  'token-added': { en: 'A hardware token was given to you', es: 'Se le entregó un token físico' },
  'token-removed': { en: 'Your hardware token was withdrawn', es: 'Se retiró su token físico' },
  'questions-set': { en: 'Your security questions were set', es: 'Se fijaron sus preguntas de seguridad' },
  'recovery-codes-made': {
    en: 'New recovery codes were made, and older ones ended',
    es: 'Se crearon códigos de recuperación nuevos y los anteriores ya no valen',
  },
  'temporary-code-made': {
    en: 'A temporary code to sign in was made for you',
    es: 'Se creó un código temporal para que inicie sesión',
  },
  'recovery-codes-few': {
    en: 'A recovery code was used, and few are left',
    es: 'Se usó un código de recuperación y quedan pocos',
  },
  'passkey-added': { en: 'A passkey was set up', es: 'Se configuró una llave de acceso' },
  'passkey-removed': { en: 'A passkey was removed', es: 'Se quitó una llave de acceso' },
  'passkey-copied': {
    en: 'A passkey was refused because somebody may have copied it',
    es: 'Se rechazó una llave de acceso porque alguien pudo haberla copiado',
  },
  'device-added': { en: 'A phone was registered', es: 'Se registró un teléfono' },
  'device-removed': { en: 'A phone was removed', es: 'Se quitó un teléfono' },
  'prompt-reported': {
    en: 'You reported a sign-in that you did not start, and requests are paused for an hour',
    es: 'Informó de un inicio de sesión que no empezó, y las solicitudes se pausan una hora',
  },
  'voice-set': { en: 'Your voice was set up', es: 'Se configuró su voz' },
  'voice-erased': { en: 'Your voice was erased', es: 'Se borró su voz' },
  'user-disabled': { en: 'Your sign-in was disabled', es: 'Se desactivó su inicio de sesión' },
  'not-me': {
    en: 'You told us that somebody else used your sign-in',
    es: 'Usted avisó de que otra persona usó su acceso',
  },
  locked: {
    en: 'Sign-in was locked after wrong answers',
    es: 'Se bloqueó el inicio de sesión por respuestas erróneas',
  },
  'unusual-sign-in': {
    en: 'Somebody tried to sign in, which looked unusual',
    es: 'Alguien intentó iniciar sesión de forma poco habitual',
  },
  'success-after-failures': {
    en: 'Somebody signed in after wrong answers',
    es: 'Alguien inició sesión tras respuestas erróneas',
  },
} as const satisfies Record<string, Record<Language, string>>

export type NoticeEvent = keyof typeof noticeEvents

export type TemplateId = keyof typeof defaultTemplates

export function isTemplate(id: string): id is TemplateId {
  return Object.hasOwn(defaultTemplates, id)
}

export function isLanguage(text: string): text is Language {
  return languages.some((language) => language === text)
}

/** A customer's own texts, by `id.language`. */
export type OwnTemplates = ReadonlyMap<string, string>

const textLengthMax = 1_000

/** What is wrong with a customer's own text, in a sentence; undefined when it can be used. */
export function templateProblem(id: TemplateId, text: string): string | undefined {
  const unseen =
    id.endsWith('.subject') || id === 'purpose' ? /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u : /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/u
  if (unseen.test(text)) return 'A text has no invisible characters, and a subject is one line.'
  if (text.length > textLengthMax) return `A text has at most ${textLengthMax} characters.`
  const { allowed, needed } = placeholders(id)
  const unknown = placeholdersOf(text).filter((name) => !allowed.includes(name))
  if (unknown.length > 0) return `This text may not use ${unknown.join(', ')}. It may use ${allowed.join(', ')}.`
  const missing = needed.filter((name) => !text.includes(name))
  return missing.length > 0 ? `This text must contain ${missing.join(', ')}.` : undefined
}

/** What a text may use, and what it must: a message without its code or links is of no use. */
export function placeholders(id: TemplateId): {
  readonly allowed: readonly string[]
  readonly needed: readonly string[]
} {
  const allowed = placeholdersOf(defaultTemplates[id].en)
  return {
    allowed,
    needed: allowed.filter((name) => ['{code}', '{accept}', '{deny}', '{link}', '{transaction}'].includes(name)),
  }
}

function placeholdersOf(text: string): string[] {
  return [...new Set(text.match(/\{[a-z]+\}/g) ?? [])]
}

/** The customer's own text, else ours, with its placeholders filled; what is filled in is never looked at again. */
export function fill(
  own: OwnTemplates,
  id: TemplateId,
  language: Language,
  values: Readonly<Record<string, string>>,
): string {
  const chosen = own.get(`${id}.${language}`)
  const text = chosen !== undefined && !templateProblem(id, chosen) ? chosen : defaultTemplates[id][language]
  return fillIn(text, (name) => (Object.hasOwn(values, name) ? (values[name] ?? '') : undefined))
}
