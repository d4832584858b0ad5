import { type Logger, pino, stdTimeFunctions } from 'pino'

/** How long a line may wait for others to be written with. */
const flushMs = 1_000
/** Written at once: each write wakes a thread. */
const pieceBytes = 16_384

export interface Log {
  readonly logger: Logger
  /** Writes what is still waiting. */
  flush(): void
}

/**
 * JSON lines on standard output, in pieces. They are handed over as bytes: kept as text, the writer would copy all that
 * waits, to measure it, for every line.
 */
export function createLog(level: string): Log {
  const pieces = { minLength: pieceBytes, maxWrite: 2 * pieceBytes, periodicFlush: flushMs }
  const output = pino.destination({ ...pieces, sync: false, contentMode: 'buffer' })
  const write = (line: string) => output.write(Buffer.from(line) as unknown as string) // bytes, in that mode
  const logger = pino({ level, base: null, timestamp: stdTimeFunctions.isoTime }, { write })
  return { logger, flush: () => output.flush() }
}
