import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'

// Another process that writes to the SQLite file, as the command line does: `hold-lock.ts <file>`. At each line `hold`
// it takes the write lock and says `held`; at `release` it writes, commits and says `released`.
const database = new DatabaseSync(process.argv[2] ?? '', { timeout: 5_000 })
database.exec('create table if not exists written_by_another (at_ms integer)')
process.stdout.write('ready\n')
for await (const line of createInterface(process.stdin)) {
  if (line === 'hold') database.exec('begin immediate')
  if (line === 'release') database.exec('insert into written_by_another values (unixepoch()); commit')
  process.stdout.write(line === 'hold' ? 'held\n' : 'released\n')
}
database.close()
