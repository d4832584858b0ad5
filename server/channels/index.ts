import type { ServerSettings } from '../settings.ts'
import type { Via } from '../vocabulary.ts'
import type { Channel } from './channel.ts'
import { inboxChannel, type KeepMessage } from './inbox.ts'
import { smtpChannel } from './smtp.ts'

/** For each way to travel, the gateway that the settings set up. A new gateway is its file and a line here. */
const gateways: Readonly<Record<Via, (settings: ServerSettings) => Channel | undefined>> = {
  sms: () => undefined,
  email: ({ smtpUrl, smtpFrom }) => (smtpUrl ? smtpChannel(smtpUrl, smtpFrom) : undefined),
}

/** The channels of these settings; the development inbox stands in where no gateway is set up. */
export function channelsFor(settings: ServerSettings, inbox: KeepMessage | null): (via: Via) => Channel | undefined {
  const made = new Map<Via, Channel | undefined>()
  return (via) => {
    if (!made.has(via)) made.set(via, gateways[via](settings) ?? (inbox ? inboxChannel(via, inbox) : undefined))
    return made.get(via)
  }
}
