import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeFolder } from '../store/folder.ts'
import { withFileLock } from '../store/sqlite/file-lock.ts'
import { readLine, type SealedCheckpoint } from './line.ts'

/** What the end of the file says. */
export interface Tail {
  readonly last: SealedCheckpoint | undefined
  /** The newest line of each customer that was found. */
  readonly newest: ReadonlyMap<number | null, SealedCheckpoint>
}

/** How much of a file is read that was not read before: some fourteen thousand lines. */
const tailBytes = 4 * 1024 * 1024

/**
 * A file that is only ever appended to, by one process at a time. `append` asks for lines with the end of the file in hand
 * and writes them at once; it resolves when they are on the disk.
 */
export function appendOnly(file: string): {
  append(make: (tail: Tail) => Promise<readonly string[]>): Promise<number>
} {
  const seen = { ino: 0, size: 0, last: undefined as SealedCheckpoint | undefined }
  const newest = new Map<number | null, SealedCheckpoint>()

  /** Reads what was added since the last time, by whomever. Returns whether the file ends within a line. */
  const catchUp = async (handle: FileHandle): Promise<boolean> => {
    const { ino, size } = await handle.stat()
    if (ino !== seen.ino || size < seen.size) {
      Object.assign(seen, { ino, size: Math.max(0, size - tailBytes), last: undefined })
      newest.clear()
    }
    const bytes = Buffer.alloc(size - seen.size)
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, seen.size)
    const end = bytes.lastIndexOf('\n') + 1
    for (const text of bytes.toString('utf8', 0, end).split('\n')) {
      const line = readLine(text)
      if (!line) continue
      seen.last = line
      newest.set(line.customerKey, line)
    }
    seen.size += end
    return end < bytesRead
  }

  return {
    async append(make) {
      makeFolder(dirname(file))
      return withFileLock(file.replace(/(\.\w+)?$/, '.lock'), async () => {
        const handle = await open(file, 'a+', 0o600)
        try {
          const isTorn = await catchUp(handle)
          const lines = await make({ last: seen.last, newest })
          if (lines.length > 0) await writeWhole(handle, `${isTorn ? '\n' : ''}${lines.join('\n')}\n`)
          return lines.length
        } finally {
          await handle.close()
        }
      })
    },
  }
}

/** One write, so that a reader never finds a line inside another. What a full disk cuts off is told from a line later. */
async function writeWhole(handle: FileHandle, text: string): Promise<void> {
  const bytes = Buffer.from(text)
  const { bytesWritten } = await handle.write(bytes)
  if (bytesWritten < bytes.length) throw new Error('The disk is full.')
  await handle.sync()
}
