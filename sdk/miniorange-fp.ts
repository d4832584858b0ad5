import type { Asking, PageAnswer, Profile, QuestionAndAnswer, Waiting } from '../contract/risk.ts'
import { createClient, type Subject } from './client.ts'

/** The global `fp` and `isJSReady` of document 002, with its argument lists and callbacks. */

type Callback = (answer: PageAnswer) => void

const server = serverOf(document.currentScript)
const client = createClient(server, sessionOf)

const fp = {
  isUserRegistered(customerKey: string, userKey: string, onSuccess: Callback, onError: Callback): void {
    tell(client.isUserRegistered({ customerKey, userKey }), onSuccess, onError)
  },

  /** The page shows two lists: with first and last name before the phone (its table), and without (its examples). */
  registerUser(customerKey: string, userKey: string, ...rest: readonly unknown[]): void {
    const at = rest.findIndex(Array.isArray)
    const [onSuccess, onError] = rest.slice(at + 1) as [Callback, Callback] // as documented
    const names = at >= 4 ? { firstName: rest[0], lastName: rest[1] } : {}
    const given = { ...names, phone: rest[at - 2], alternateEmail: rest[at - 1] }
    const texts = Object.entries(given).filter(([, value]) => typeof value === 'string' && value !== '')
    const questions = (at < 0 ? [] : rest[at]) as readonly QuestionAndAnswer[] // as documented
    const profile: Profile = { ...Object.fromEntries(texts), questions }
    tell(client.registerUser({ customerKey, userKey }, profile), onSuccess, onError)
  },

  evaluateRisk(customerKey: string, userKey: string, onSuccess: Callback, onError: Callback): void {
    tell(client.evaluateRisk({ customerKey, userKey }), onSuccess, onError)
  },

  /** The last two are ours: which of the offered ways, and whether the page shows a match number. */
  challenge(
    customerKey: string,
    userKey: string,
    onSuccess: Callback,
    onError: Callback,
    obligationType?: string,
    asking?: Asking,
  ): void {
    tell(client.challenge({ customerKey, userKey }, obligationType, asking), onSuccess, onError)
  },

  /** The last one is ours: for how long to wait for what the user answers elsewhere. */
  validate(
    customerKey: string,
    userKey: string,
    otpToken: string,
    kbaQA: readonly QuestionAndAnswer[],
    registerProfile: boolean | string,
    onSuccess: Callback,
    onError: Callback,
    waiting?: Waiting,
  ): void {
    const subject: Subject = { customerKey, userKey }
    // The page writes TRUE and FALSE beside the word Boolean.
    const saveDevice = String(registerProfile).toLowerCase() === 'true'
    const given = kbaQA?.length > 0 ? { answers: kbaQA } : { token: String(otpToken ?? '') }
    tell(client.validate(subject, { ...given, saveDevice }, waiting), onSuccess, onError)
  },
}

/** ERROR goes to one callback, every other status to the other. */
function tell(answer: Promise<PageAnswer>, onSuccess: Callback, onError: Callback): void {
  void answer.then((one) => {
    const hear = one.status === 'ERROR' ? onError : onSuccess
    if (typeof hear === 'function') hear(one)
  })
}

/** A page that keeps its own copy of this file says in a meta tag where the server is. */
function serverOf(script: HTMLOrSVGScriptElement | null): string {
  const told = metaOf('countersign-server')
  if (told) return new URL(told).origin
  return new URL(script instanceof HTMLScriptElement && script.src ? script.src : location.href).origin
}

function sessionOf(): string | undefined {
  return metaOf('countersign-session')
}

function metaOf(name: string): string | undefined {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content || undefined
}

if (!sessionOf())
  // biome-ignore lint/suspicious/noConsole: there is nowhere else to tell who builds the page
  console.warn(
    'Countersign: this page has no session (<meta name="countersign-session">), so that no device can be remembered and no result relied on. See docs/adaptive.md.',
  )

Object.assign(globalThis, { fp, isJSReady: true })
