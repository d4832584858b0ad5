import type { Via } from '../vocabulary/message.ts'
import { type Channel, DeliveryError } from './channel.ts'
import type { KeepMessage } from './inbox.ts'

/**
 * Stands in for every gateway of a test customer: nothing leaves the server. Takes every message, except to contacts
 * that are there to fail, and shows it in the development inbox where there is one.
 */
export function testChannel(via: Via, isDeliverable: (contact: string) => boolean, keep: KeepMessage | null): Channel {
  return {
    id: 'test',
    via,
    async send(contact, message, customerId) {
      if (!isDeliverable(contact)) throw new DeliveryError('a test contact that nothing is delivered to', false)
      await keep?.(customerId, via, contact, message)
      return { reference: null }
    },
  }
}
