/** What we use of the `smpp` package, which has no types. Field names are those of the SMPP specification. */
declare module 'smpp' {
  import type { EventEmitter } from 'node:events'
  import type { Server as NetServer } from 'node:net'

  namespace smpp {
    interface Body {
      /** Text where the library knows the alphabet, else bytes. */
      readonly message: string | Buffer
      readonly udh?: readonly Buffer[]
    }

    interface Pdu {
      readonly command: string
      readonly command_status: number
      readonly sequence_number: number
      readonly system_id?: string
      readonly password?: string
      readonly system_type?: string
      readonly interface_version?: number
      readonly source_addr?: string
      readonly source_addr_ton?: number
      readonly source_addr_npi?: number
      readonly destination_addr?: string
      readonly dest_addr_ton?: number
      readonly dest_addr_npi?: number
      readonly esm_class?: number
      readonly registered_delivery?: number
      readonly data_coding?: number
      readonly short_message?: Body
      readonly message_payload?: Body
      readonly message_id?: string
      readonly receipted_message_id?: string
      readonly message_state?: number
      isResponse(): boolean
      response(options?: object): Pdu
    }

    interface Session extends EventEmitter {
      /** False when the connection can no longer be written to. */
      send(pdu: Pdu): boolean
      /** Ends the connection after what was written. */
      close(): void
      destroy(): void
      on(event: 'pdu' | 'unknown' | 'bind_transceiver' | 'submit_sm', listener: (pdu: Pdu) => void): this
      on(event: 'error', listener: (error: Error & { code?: string }) => void): this
      on(event: 'close', listener: () => void): this
    }

    interface Encoding {
      match(text: string): boolean
      encode(text: string): Buffer
    }

    interface Library {
      connect(options: { host: string; port: number; tls: boolean; noDelay: boolean }, onConnect: () => void): Session
      createServer(
        options: { key?: string; cert?: string },
        onSession: (session: Session) => void,
      ): NetServer & { readonly sessions: readonly Session[] }
      readonly PDU: new (command: string, fields?: object) => Pdu
      readonly encodings: { readonly ASCII: Encoding }
      readonly errors: Readonly<Record<string, number>>
    }
  }

  const smpp: smpp.Library
  export = smpp
}
