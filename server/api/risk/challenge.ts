import type { Static } from 'typebox'
import { type AskOutcome, askForEvaluation } from '../../engine/adaptive-challenge.ts'
import { type Decoy, decoyOf } from '../../engine/adaptive-decoy.ts'
import type { Shown } from '../../engine/challenge-outcome.ts'
import { maskEmail, maskPhone } from '../../engine/contacts.ts'
import type { Obligation } from '../../risk/facts.ts'
import { qrJpeg } from '../qr.ts'
import type { Around, Evaluated, Told } from './around.ts'
import type { challengeBody } from './bodies.ts'
import { offered } from './caller.ts'
import { askRefusals, decoyTypes, type Offer, offersOf, said } from './words.ts'

export async function challengeUser(
  { engine, address, userAgent, requestId }: Around,
  { customer, username, evaluation }: Evaluated,
  body: Static<typeof challengeBody>,
): Promise<Told> {
  if (evaluation.decision === 'deny') return said.denied
  const { all, first } = offersOf(evaluation.obligations, offered(engine, customer, evaluation))
  if (!first) return evaluation.isUntrusted ? decoyAsked(decoyOf(customer, username)) : said.nothingToAsk
  const wanted = evaluation.isUntrusted ? undefined : body.obligationType
  const offer = wanted === undefined ? first : all.find(({ type }) => type === wanted)
  if (!offer) return said.notOffered
  const { obligation, type: label } = offer
  const outcome = await askForEvaluation(engine, {
    ...{ customer, evaluation, obligation, label, address, requestId },
    userAgent,
    showsMatchNumber: body.showsMatchNumber ?? false,
    request: null,
  })
  if (!outcome.ok) {
    // A refusal would tell that there is somebody to refuse.
    if (evaluation.isUntrusted) return decoyAsked(decoyOf(customer, username, decoyKind(obligation)))
    return askRefusals[outcome.reason]
  }
  return await asked(outcome, offer, evaluation.isUntrusted)
}

/** What the page shows of the question. */
async function asked(
  { questions, deliveries, matchNumber, passkey, scanLink }: AskedOutcome,
  { type, answered }: Offer,
  isUntrusted: boolean,
): Promise<Told> {
  const contact = isUntrusted ? undefined : maskedContact(deliveries)
  return {
    ...said.asked,
    obligationType: type,
    ...(questions.length === 0 ? {} : { kba: questions.map((question) => ({ question })) }),
    ...(contact === undefined ? {} : { contact }),
    ...(answered === 'elsewhere' || answered === 'scanned' ? { isAnsweredElsewhere: true } : {}),
    ...(scanLink === null ? {} : { qrCode: `data:image/jpeg;base64,${await qrJpeg(scanLink)}` }),
    ...(answered === 'passkey' && passkey ? { publicKey: passkey.publicKey } : {}),
    ...(matchNumber === null ? {} : { matchNumber }),
  }
}

type AskedOutcome = Extract<AskOutcome, { ok: true }>

/** Where a message went, never in full: the page is the user's, or somebody else's. */
function maskedContact(deliveries: readonly Shown[]): string | undefined {
  const sent = deliveries.find(({ isSent }) => isSent)
  return sent && (sent.via === 'email' ? maskEmail : maskPhone)(sent.contact)
}

function decoyKind({ method, via }: Obligation): Decoy['kind'] {
  return method === 'questions' ? 'questions' : via === 'email' ? 'email' : 'sms'
}

function decoyAsked({ kind, questions }: Decoy): Told {
  const kba = questions.map((question) => ({ question }))
  return { ...said.asked, obligationType: decoyTypes[kind], ...(kba.length === 0 ? {} : { kba }) }
}
