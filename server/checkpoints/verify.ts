import { type FileHandle, open } from 'node:fs/promises'
import type { Store } from '../store/open.ts'
import { serverScope } from '../vocabulary/customer.ts'
import { type Checkpoint, checkpointPurpose, isSealedBy, readLine, serverOf } from './line.ts'

/** What a file of checkpoints says of the database, and of itself. */
export interface FileState {
  readonly file: string
  /** Whole lines of this server. */
  readonly lines: number
  /** When the newest was written. */
  readonly newest: string | null
  /** Sentences; none: the file is whole and the database has all that it names. */
  readonly problems: readonly string[]
  /** What harms nothing. */
  readonly notes: readonly string[]
}

interface Found extends Pick<Checkpoint, 'customerKey' | 'block' | 'hash' | 'time'> {
  /** Where it stands, for whoever opens the file. */
  readonly at: number
}

/**
 * Checks each line's seal and sequence, and that the database still has each block it names with that very hash.
 * Of one customer's blocks alone when one is given (`serverScope`: the server's). Throws when the file cannot be read.
 */
export async function verifyCheckpoints(store: Store, file: string, customerId?: number): Promise<FileState> {
  const reading = readingWith(await store.serverKey(checkpointPurpose))
  const handle = await open(file)
  try {
    const { isEmpty, isFinished, end } = await sizeOf(handle)
    if (!isEmpty) for await (const text of handle.readLines({ end })) reading.take(text)
    if (isFinished) reading.finish()
  } finally {
    await handle.close()
  }
  const { found, problems, notes } = reading.result()
  const byCustomer = Map.groupBy(found, ({ customerKey }) => customerKey ?? serverScope)
  for (const [id, lines] of byCustomer)
    if (customerId === undefined || customerId === id) problems.push(...(await missingOf(store, id, lines)))
  return { file, lines: found.length, newest: found.at(-1)?.time ?? null, problems, notes }
}

/** Takes the lines of a file in their order. After a gap or an altered line it goes on from there: one sentence each. */
function readingWith(key: Uint8Array) {
  const server = serverOf(key)
  const found: Found[] = []
  const problems: string[] = []
  const notes: string[] = []
  const foreign: number[] = []
  let unreadable: number[] = []
  let at = 0
  /** A line that was altered tells nothing of its seal: `undefined`. */
  let previous: { line: number; seal: string | null | undefined } = { line: 0, seal: null }

  return {
    take(text: string): void {
      at += 1
      const line = readLine(text)
      if (!line) {
        unreadable.push(at)
        return
      }
      const isForeign = line.server !== server
      if (isForeign) foreign.push(at)
      else if (!isSealedBy(key, line)) {
        problems.push(`line ${at} was altered: its seal does not fit`)
        previous = { line: previous.line + 1, seal: undefined }
        return
      }
      const gap = gapBefore(line, previous)
      if (gap) problems.push(`line ${at}: ${gap}`)
      else notes.push(...unreadable.map(torn))
      unreadable = []
      previous = line
      const { customerKey, block, hash, time } = line
      if (!isForeign) found.push({ at, customerKey, block, hash, time })
    },
    /** The file ends with a line feed: its last line was whole once. */
    finish(): void {
      problems.push(...unreadable.splice(-1).map((last) => `line ${last} was altered: it cannot be read`))
    },
    result() {
      notes.push(...unreadable.map(torn))
      if (foreign.length > 0)
        problems.unshift(
          `${count(foreign.length, 'line')}, the first is line ${foreign[0]}, of another server: of another database or under another key`,
        )
      return { found, problems, notes }
    },
  }
}

/** As it is at this moment: a server may be appending to it. What is not a file, such as a pipe, is read to its end. */
async function sizeOf(handle: FileHandle): Promise<{ isEmpty: boolean; isFinished: boolean; end: number }> {
  const stat = await handle.stat()
  if (!stat.isFile()) return { isEmpty: false, isFinished: false, end: Number.POSITIVE_INFINITY }
  if (stat.size === 0) return { isEmpty: true, isFinished: true, end: 0 }
  const end = stat.size - 1
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, end)
  return { isEmpty: false, isFinished: buffer.toString() === '\n', end }
}

function gapBefore(line: Checkpoint, previous: { line: number; seal: string | null | undefined }): string | undefined {
  const missing = line.line - previous.line - 1
  if (missing > 0)
    return `${count(missing, 'line')} before it ${missing === 1 ? 'was' : 'were'} removed or made unreadable`
  if (missing < 0) return 'it does not belong here: lines were put in another order or twice'
  if (previous.seal === undefined || line.before === previous.seal) return undefined
  return 'the line before it was replaced'
}

/** Nothing is missing around it: the lines before and after it belong together. */
function torn(at: number): string {
  return `line ${at} was never finished, as a crash or a full disk leaves it; nothing is missing`
}

/** Blocks that are asked for at once. */
const blocksAtOnce = 500

/** What the database no longer has of one customer's chain. As each block stands for those before it, the first one tells. */
async function missingOf(store: Store, customerId: number, lines: readonly Found[]): Promise<string[]> {
  const owner = customerId === serverScope ? 'server' : `customer ${customerId}`
  const newest = lines.reduce((most, line) => (line.block > most.block ? line : most))
  const last = await store.read.audit.last(customerId)
  if (!last) return [`${owner}: its chain is gone; ${toldBy(newest)} it had block ${newest.block}`]
  const problems: string[] = []
  const first = await firstOther(
    store,
    customerId,
    lines.filter(({ block }) => block <= last.number),
  )
  if (first) problems.push(`${owner}: block ${first.block} ${first.what} since ${toldBy(first.line)}`)
  if (newest.block > last.number)
    problems.push(
      `${owner}: the chain was cut off at block ${last.number}, or an older copy of the database was put back: ${toldBy(newest)} it had block ${newest.block}`,
    )
  return problems
}

async function firstOther(store: Store, customerId: number, lines: readonly Found[]) {
  const inOrder = lines.toSorted((left, right) => left.block - right.block)
  for (let from = 0; from < inOrder.length; from += blocksAtOnce) {
    const some = inOrder.slice(from, from + blocksAtOnce)
    const hashes = await store.read.audit.hashes(
      customerId,
      some.map(({ block }) => block),
    )
    const line = some.find(({ block, hash }) => hashes.get(block) !== hash)
    if (line) return { line, block: line.block, what: hashes.has(line.block) ? 'was replaced' : 'was removed' }
  }
  return undefined
}

function toldBy({ at, time }: Found): string {
  return `${time} (line ${at})`
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
