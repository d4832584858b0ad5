import type { ServerSettings } from '../settings.ts'
import type { Via } from '../vocabulary/message.ts'
import type { Channel, ChannelPorts } from './channel.ts'
import { httpGateway } from './http-gateway.ts'
import { inboxChannel, type KeepMessage } from './inbox.ts'
import { type Provider, type ProviderOf, providersInUse } from './providers.ts'
import { smppChannel } from './smpp.ts'
import { smtpChannel } from './smtp.ts'
import { twilioChannel } from './twilio.ts'

type Make<T extends Provider['type']> = (provider: ProviderOf<T>, via: Via, ports: ChannelPorts) => Channel

/** Every kind of provider. A new one is its file, its settings in `providers.ts`, and a line here. */
const makers: { readonly [T in Provider['type']]: Make<T> } = {
  smpp: smppChannel,
  twilio: twilioChannel,
  http: httpGateway,
  smtp: ({ id, url, from }) => smtpChannel(id, url, from),
}

/** The channels that are set up. */
export interface Channels {
  /** The channels for a way and a country, in the order they are tried. */
  for(via: Via, country: string | null): readonly Channel[]
  close(): Promise<void>
}

/** The channels of these settings; the development inbox stands in where no provider is set up. */
export function openChannels(settings: ServerSettings, inbox: KeepMessage | null, ports: ChannelPorts): Channels {
  const all = providersInUse(settings)
  const made = new Map<string, Channel>()
  const channel = (provider: Provider, via: Via): Channel => {
    const key = `${provider.id} ${via}`
    const known = made.get(key) ?? (makers[provider.type] as Make<Provider['type']>)(provider as never, via, ports) // by its own type
    made.set(key, known)
    return known
  }

  return {
    for(via, country) {
      const able = all.filter((provider) => provider.via.includes(via) && serves(provider, country))
      if (able.length > 0) return able.map((provider) => channel(provider, via))
      return inbox ? [inboxChannel(via, inbox)] : []
    },
    async close() {
      await Promise.allSettled([...made.values()].map((one) => one.close?.()))
    },
  }
}

function serves({ countries }: Provider, country: string | null): boolean {
  return !countries || (country !== null && countries.includes(country))
}
