import { connect, type Socket } from 'node:net'

const readBytes = 16 * 1024

/**
 * One keep-alive connection that carries one request at a time. Straight on `node:net`, because the driver shares the
 * processors with the server it measures; it understands only answers with a Content-Length.
 */
export class Connection {
  readonly #socket: Socket
  #received = ''
  #resolve: (answer: string) => void = () => undefined
  #reject: (error: Error) => void = () => undefined

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const connection: Connection = new Connection(port, () => resolve(connection), reject)
    })
  }

  private constructor(port: number, onOpen: () => void, onFailure: (error: Error) => void) {
    this.#reject = onFailure
    const callback = (bytes: number, buffer: Uint8Array): boolean => {
      this.#received += (buffer as Buffer).toString('latin1', 0, bytes)
      this.#answerWhenWhole()
      return true
    }
    const onread = { buffer: Buffer.allocUnsafe(readBytes), callback }
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true, onread }, onOpen)
    this.#socket.on('error', (error) => this.#reject(error))
    this.#socket.on('close', () => this.#reject(new Error('The server closed the connection.')))
  }

  /** Resolves with the answer as it came, head and body. */
  send(request: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
      this.#socket.write(request, 'latin1')
    })
  }

  close(): void {
    this.#reject = () => undefined
    this.#socket.destroy()
  }

  #answerWhenWhole(): void {
    const headEnd = this.#received.indexOf('\r\n\r\n')
    if (headEnd === -1) return
    const length = /content-length: *(\d+)/i.exec(this.#received)?.[1]
    if (length === undefined) {
      this.#reject(new Error(`An answer without Content-Length: ${this.#received}`))
      return
    }
    if (this.#received.length < headEnd + 4 + Number(length)) return
    const answer = this.#received
    this.#received = ''
    this.#resolve(answer)
  }
}
