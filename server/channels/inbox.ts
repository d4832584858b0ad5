import type { Message, Via } from '../vocabulary/message.ts'
import type { Channel } from './channel.ts'

/** Keeps a message for the development inbox. */
export type KeepMessage = (customerId: number, via: Via, contact: string, message: Message) => Promise<void>

/** The development inbox: takes every message no gateway is set up for and shows it on a page. */
export function inboxChannel(via: Via, keep: KeepMessage): Channel {
  return {
    id: 'inbox',
    via,
    async send(contact, message, customerId) {
      await keep(customerId, via, contact, message)
      return { reference: null }
    },
  }
}
