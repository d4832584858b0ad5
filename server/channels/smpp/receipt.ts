import type { Encoding, Pdu } from 'smpp'
import type { Receipt } from '../channel.ts'

/** What a receipt says, before it is known how the centre writes its ids. */
export type Heard = Omit<Receipt, 'provider'>

const isReceipt = 0x04
const messageTypeBits = 0x3c

/** The final states of SMPP 3.4, appendix B, by five letters: some centres write `DELIVERED` for `DELIVRD`. */
const states: Readonly<Record<string, Receipt['state']>> = {
  DELIV: 'delivered',
  EXPIR: 'failed',
  DELET: 'failed',
  UNDEL: 'failed',
  REJEC: 'failed',
}

/** `message_state`, SMPP 3.4 section 5.2.28. */
const words: Readonly<Record<number, string>> = { 2: 'DELIVRD', 3: 'EXPIRED', 4: 'DELETED', 5: 'UNDELIV', 8: 'REJECTD' }

/** What a `deliver_sm` or `data_sm` says of a message; nothing when it is none of a final state, or a person's own text. */
export function readReceipt(pdu: Pdu, gsmAlphabet: Encoding): Heard | undefined {
  if (pdu.command !== 'deliver_sm' && pdu.command !== 'data_sm') return
  if (((pdu.esm_class ?? 0) & messageTypeBits) !== isReceipt) return
  const text = textOf(pdu, gsmAlphabet)
  const reference = pdu.receipted_message_id || /\bid: ?([^\s]{1,64})/i.exec(text)?.[1]
  const detail = /\bstat: ?([A-Z]{1,20})/i.exec(text)?.[1]?.toUpperCase() ?? words[pdu.message_state ?? 0]
  const state = detail && states[detail.slice(0, 5)]
  return reference && state ? { reference, state, detail } : undefined
}

/** The library reads alphabet 0 as GSM 03.38, where `_` and `$` stand elsewhere; centres write receipts in ASCII. */
function textOf({ short_message, message_payload, data_coding = 0 }: Pdu, gsmAlphabet: Encoding): string {
  const message = short_message?.message.length ? short_message.message : (message_payload?.message ?? '')
  if (typeof message !== 'string') return message.toString('latin1')
  return (data_coding & 0x0f) <= 1 ? gsmAlphabet.encode(message).toString('latin1') : message
}

const referencesMax = 10_000

/**
 * The newest references, to recognise receipts that write them otherwise: some centres answer in hex and report in
 * decimal, or the reverse. Only a help: a receipt for an older message, or another node's, keeps the id it came with.
 */
export class References {
  readonly #known = new Map<string, string>()

  add(reference: string): void {
    this.#known.set(plain(reference), reference)
    const [oldest] = this.#known.size > referencesMax ? this.#known.keys() : []
    if (oldest !== undefined) this.#known.delete(oldest)
  }

  /** The reference as the centre first gave it. */
  find(heard: string): string {
    const known = formsOf(heard).map((form) => this.#known.get(plain(form)))
    return known.find((reference) => reference !== undefined) ?? heard
  }
}

function formsOf(id: string): readonly string[] {
  const asHex = /^[0-9]{1,20}$/.test(id) ? [BigInt(id).toString(16)] : []
  const asDecimal = /^[0-9a-f]{1,16}$/i.test(id) ? [BigInt(`0x${id}`).toString()] : []
  return [id, ...asHex, ...asDecimal]
}

function plain(id: string): string {
  return id.toLowerCase().replace(/^0+(?=.)/, '')
}
