import { type Bar, barLines, type Footprint, type Row, tables } from './results.ts'

export interface Conditions {
  readonly rounds: number
  readonly seconds: number
  readonly users: number
  readonly cpus: number
}

/** RESULTS.md: what was measured, how, and what it does not say. */
export function report(
  rows: readonly Row[],
  footprints: readonly Footprint[],
  bars: readonly Bar[],
  { rounds, seconds, users, cpus }: Conditions,
): string {
  const date = new Date().toISOString().slice(0, 10)
  return `# How fast it validates

Made by \`npm run bench\` on ${date}: Node ${process.version}, ${cpus} processors, ${rounds} rounds of ${seconds} s for each target and number
of connections, ${users.toLocaleString('en')} users.

${tables(rows, footprints)}

${barLines(bars)}

## What is measured

One request is one signed \`POST /moas/api/auth/validate\` with the right code of an authenticator app, computed when it
is sent; one in fifty carries a wrong code. Replay protection, failure counting, audit and log are on, secrets are
sealed, and every answer has been committed to the disk before it is sent. A code is used once; the same user comes
again in a later 30-second step only. After each stretch the last 20 accepted codes are sent again in fresh requests
and must be refused. One wrong answer — a right code refused, a wrong or used one accepted — voids the row.

- **echo** (\`echo.ts\`): bare \`node:http\`, the signature, JSON in and out. The limit of Node's HTTP.
- **durable echo** (\`echo-durable.ts\`): the same, and one record of about 100 bytes has reached the disk before the
  answer; whatever arrives meanwhile shares the next fdatasync. The limit of a durable answer.
- **SQLite**, **PostgreSQL**: one \`server/main.mjs\` in production mode with its default log level, output to
  \`/dev/null\`. PostgreSQL runs in a cluster of its own with its default settings, so with fsync on. All of them keep
  their data on one disk.

## How to read it

- Trust the **ratios** first. Each is taken inside one round, between stretches a few seconds apart, and the median
  over the rounds is shown; requests per second move by a factor of two and more between minutes on shared machines.
- Then **server CPU µs**: processor time of the server process for one request. For PostgreSQL the processes of the
  database come on top.
- Requests per second last: the median over the rounds, and the least and the most of them.
- p50 and p99 are medians over the rounds of each round's own percentile.
- Memory is PSS (shared pages divided by their users) after five idle seconds. Times count from the start of the process.

## Caveats

- The driver runs on the processors of the server. It costs every target about the same (**driver CPU µs**; with one
  connection every request also pays for waking up), and the faster a target is, the more of the machine it is.
- With one connection a request is one fsync and little else: that row tells of the disk.
- The driver makes one signature for all requests of one millisecond. The servers check each of them.
- A stretch ends early when everybody's code of the step was used; rates count the time that was really measured.
- Each target is warmed up by five stretches of three seconds before the first round: Node compiles what is hot while it
  runs. In its first seconds a server does about two thirds of this.
`
}
