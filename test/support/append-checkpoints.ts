import { appendOnly } from '../../server/checkpoints/file.ts'
import { sealLine } from '../../server/checkpoints/line.ts'

/** A process of its own that appends so many checkpoints: node append-checkpoints.ts FILE KEY LINES. */
const [, , file = '', key = '', lines = '0'] = process.argv
const { append } = appendOnly(file)
process.stdin.once('data', async () => {
  for (let n = 1; n <= Number(lines); n++)
    await append(async ({ last }) => [
      sealLine(Buffer.from(key, 'hex'), {
        line: (last?.line ?? 0) + 1,
        server: `process ${process.pid}`,
        customerKey: null,
        block: n,
        hash: 'h'.repeat(20_000), // more than a pipe or a page takes at once
        time: '',
        before: last?.seal ?? null,
      }).text,
    ])
  process.exit()
})
process.stdout.write('ready')
