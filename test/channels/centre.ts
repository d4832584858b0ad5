import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import smpp, { type Pdu, type Session } from 'smpp'
import type { SmppProvider } from '../../server/channels/providers.ts'

/** A message centre on loopback: the library's own server, with answers that a test can change. */
export interface Centre {
  readonly provider: SmppProvider
  /** Every bind and `submit_sm` that came, in order. */
  readonly binds: Pdu[]
  readonly submits: Pdu[]
  readonly commands: string[]
  readonly sessions: readonly Session[]
  /** What is answered to a bind: a status. */
  onBind: () => number
  /** What is answered to a message: a status or an id; `null`: nothing. */
  onSubmit: (pdu: Pdu, session: Session) => number | string | null
  isMute: boolean
  /** Reports on a message over every session. */
  report(fields: object): void
  /** Ends every connection at once, as a crash does. */
  drop(): void
  stop(): Promise<void>
  start(): Promise<void>
}

export async function startCentre(tls: { key?: string; cert?: string } = {}): Promise<Centre> {
  const open = () => smpp.createServer(tls, listen)
  let server: ReturnType<typeof open>
  let port = 0
  let count = 0
  const sessions = new Set<Session>()

  const listen = (session: Session): void => {
    sessions.add(session)
    session.on('close', () => sessions.delete(session))
    session.on('error', () => session.destroy())
    session.on('pdu', (pdu) => {
      centre.commands.push(pdu.command)
      const fields = pdu.isResponse() || centre.isMute ? null : answerTo(pdu, session)
      if (fields) session.send(pdu.response(fields))
    })
  }

  const answerTo = (pdu: Pdu, session: Session): object | null => {
    if (pdu.command === 'bind_transceiver') {
      centre.binds.push(pdu)
      return { command_status: centre.onBind() }
    }
    if (pdu.command !== 'submit_sm') return {}
    centre.submits.push(pdu)
    const said = centre.onSubmit(pdu, session)
    return typeof said === 'string' ? { message_id: said } : said === null ? null : { command_status: said }
  }

  const centre: Centre = {
    get provider(): SmppProvider {
      const login = { systemId: 'acme', password: 'secret', source: 'ACME' }
      return { id: 'centre', type: 'smpp', via: ['sms'], host: '127.0.0.1', port, ...login }
    },
    binds: [],
    submits: [],
    commands: [],
    get sessions() {
      return [...sessions]
    },
    onBind: () => 0,
    onSubmit: () => `id-${++count}`,
    isMute: false,
    report(fields) {
      for (const session of sessions) session.send(new smpp.PDU('deliver_sm', fields))
    },
    drop() {
      for (const session of sessions) session.destroy()
    },
    async stop() {
      centre.drop()
      server.close()
      await once(server, 'close')
    },
    async start() {
      server = open().listen(port, '127.0.0.1')
      await once(server, 'listening')
      port = (server.address() as AddressInfo).port // listening on TCP
    },
  }
  await centre.start()
  return centre
}
