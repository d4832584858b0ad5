import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Via } from '../vocabulary/message.ts'
import { type Channel, type ChannelPorts, DeliveryError } from './channel.ts'
import type { SmppProvider } from './providers.ts'
import { SmppLink } from './smpp/link.ts'
import { References } from './smpp/receipt.ts'
import { type Part, partsOf } from './smpp/text.ts'

const partsMax = 10
/** Before a part of a half sent message is tried again. */
const partPauseMs = 500
const finalReceipt = 1

/** SMS by SMPP 3.4, as a transceiver: one session, opened at the first message and kept. */
export function smppChannel(provider: SmppProvider, via: Via, ports: ChannelPorts): Channel {
  const references = new References()
  const link = new SmppLink(provider, {
    warn: ports.warn,
    hear(heard) {
      ports.onReceipt({ ...heard, provider: provider.id, reference: references.find(heard.reference) })
    },
  })

  return {
    id: provider.id,
    via,
    async send(contact, { text }, _customerId, signal) {
      // Loaded at the first message: a server that sends none does not pay for it.
      const { default: smpp } = await import('smpp')
      const parts = partsOf(text, smpp.encodings.ASCII, randomInt(256))
      if (parts.length > partsMax) throw new DeliveryError('the text is too long', false)
      const addresses = { ...senderOf(provider.source), ...receiverOf(contact) }
      const submit = (part: Part, registered_delivery: number) =>
        link.submit({ ...addresses, ...part, registered_delivery }, signal)

      const [first, ...rest] = parts as [Part, ...Part[]] // there is always one
      let reference = await submit(first, rest.length === 0 ? finalReceipt : 0)
      for (const part of rest) {
        reference = await insist(() => submit(part, part === rest.at(-1) ? finalReceipt : 0), signal)
      }
      if (reference !== null) references.add(reference)
      return { reference }
    },
    close: () => link.close(),
  }
}

/** The centre has the beginning: the rest is tried until time is out, and beginning anew would not be clean. */
async function insist(submit: () => Promise<string | null>, signal: AbortSignal): Promise<string | null> {
  for (;;) {
    try {
      return await submit()
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error
      const over = () => Promise.reject(new DeliveryError(`${error.message}, after a part`, false))
      await (error.isRetriable ? sleep(partPauseMs, undefined, { signal }).catch(over) : over())
    }
  }
}

/** Type and plan of the sender (SMPP 3.4 sections 5.2.5 and 5.2.6): a name, a short code or an international number. */
function senderOf(source: string) {
  if (!/^\+?[0-9]+$/.test(source)) return { source_addr: source, source_addr_ton: 5, source_addr_npi: 0 }
  if (/^[0-9]{1,6}$/.test(source)) return { source_addr: source, source_addr_ton: 3, source_addr_npi: 0 }
  return { source_addr: source.replace('+', ''), source_addr_ton: 1, source_addr_npi: 1 }
}

function receiverOf(contact: string) {
  return { destination_addr: contact.replace('+', ''), dest_addr_ton: 1, dest_addr_npi: 1 }
}
