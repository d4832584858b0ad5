import { parseArgs } from 'node:util'
import { evidenceOf, noNetwork } from '../server/risk/evidence.ts'
import { freeman, freemanWeights } from '../server/risk/freeman.ts'
import { type LevelName, levelIndex } from '../server/risk/levels.ts'
import { assess } from '../server/risk/policy.ts'
import { defaultPolicy } from '../server/risk/policy-file.ts'
import { readLogins } from './risk-csv.ts'
import { makeLogins } from './risk-people.ts'
import {
  attacks,
  countersign,
  countersignIpua,
  type Login,
  type Moment,
  replay,
  type Scorer,
  type Scores,
  scoreIn,
} from './risk-protocol.ts'

// `npm run bench:risk`: how many sign-ins are challenged when 99.5 % of attackers are to be stopped, as Wiefling et al.
// measure it. `-- FILE.csv` takes sign-ins from a file; docs/risk-model.md has the columns and says what this is worth.

const { values: options, positionals: files } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string', default: '1' }, users: { type: 'string', default: '6000' } },
})

/** What is promised, in per cent of legitimate sign-ins, by kind of attacker. */
const promised: Readonly<Record<string, readonly number[]>> = { countersign: [1, 1.3, 4, 20], ipua: [20, 25, 30, 55] }
/** Share of attackers that must be stopped. */
const stopped = 0.995

const freemanScore: Scorer = ({ seen, world, users, distinct }: Moment) => {
  const levelsOf = (weights: Readonly<Record<string, number>>) =>
    Object.entries(weights).map(([name, weight]) => {
      const level = levelIndex[name as LevelName] // the table's own names
      const ofAll = world.value[level] ?? 0
      return {
        weight,
        user: seen.value[level] ?? 0,
        world: ofAll,
        distinct: distinct[level] ?? 0,
        distinctWithin: ofAll > 0 ? 1 : 0,
      }
    })
  const features = [levelsOf(freemanWeights.address), levelsOf(freemanWeights.userAgent)] as const
  return Math.log(freeman({ userTotal: seen.total, worldTotal: world.total, users, features }) ?? 1)
}

/** 1 where the default policy asks, with its rules. */
const withRules: Scorer = (moment) => {
  const { login, seen, marks, world, tokens, devices } = moment
  const isKnown = tokens.has(login.token)
  const { sum } = scoreIn(moment)
  const evidence = evidenceOf({
    ...{ atMs: login.atMs, address: null, network: noNetwork, deviceLabel: '', marks, seen, world },
    ...{ token: isKnown ? 'known' : 'none', isTrusted: isKnown, likeness: undefined, devices: devices.length },
    ...{ lastPlace: null, failures: 0, addressFailures: 0, prompts: 0, isReported: false },
    users: moment.users,
  })
  const { decision } = assess(evidence, defaultPolicy)
  return Number.isFinite(sum) && decision === 'allow' ? 0 : 1
}

const scorers = { countersign, ipua: countersignIpua, freeman: freemanScore }

let isFine = true
for (const [name, logins] of sources()) {
  const results = replay(logins, { ...scorers, rules: withRules })
  say(`\n${name}: ${logins.length} sign-ins\n`)
  say('| share challenged, in % | naive | VPN | targeted | very targeted |')
  say('|---|---:|---:|---:|---:|')
  for (const [scorer, scores] of results) say(lineOf(scorer, scores))
}
say(
  `\nAt ${stopped * 100} % of each kind of attacker stopped. ipua: our score with the inputs of Freeman et al. alone.`,
)
say('rules: the default policy with all its rules; then the share of attackers that it stops.')
say(`\nThe score alone: ${scoringUs().toFixed(1)} µs with a history of 20 sign-ins (under 50 is wanted).`)
process.exitCode = isFine ? 0 : 1

function sources(): (readonly [string, readonly Login[]])[] {
  if (files.length > 0) return files.map((file) => [file, readLogins(file)] as const)
  const seed = Number(options.seed)
  return [[`seed ${seed}, ${options.users} users`, makeLogins(seed, Number(options.users))]]
}

function lineOf(scorer: string, scores: Scores): string {
  const legit = Float64Array.from(scores.legit, ({ score }) => score).sort()
  if (scorer === 'rules') {
    const asked = (100 * legit.filter((score) => score > 0).length) / legit.length
    const caught = attacks.map(
      (attack) => (100 * scores.attacks[attack].filter((score) => score > 0).length) / scores.attacks[attack].length,
    )
    return `| rules: ${asked.toFixed(2)} challenged; stopped | ${caught.map((share) => share.toFixed(2)).join(' | ')} |`
  }
  const shares = attacks.map((attack) => challenged(legit, scores.attacks[attack]))
  const limits = promised[scorer]
  const cells = shares.map((share, at) => {
    const limit = limits?.[at]
    if (limit === undefined) return share.toFixed(2)
    if (share > limit) isFine = false
    return `${share.toFixed(2)} ${share <= limit ? '≤' : '**>**'} ${limit}`
  })
  return `| ${scorer} | ${cells.join(' | ')} |`
}

/** Per cent of legitimate sign-ins at or over the score that stops this share of attackers. */
function challenged(legit: Float64Array, attack: readonly number[]): number {
  const sorted = Float64Array.from(attack).sort()
  const threshold = sorted[Math.floor(sorted.length * (1 - stopped))] ?? 0
  let low = 0
  let high = legit.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((legit[middle] ?? 0) < threshold) low = middle + 1
    else high = middle
  }
  return (100 * (legit.length - low)) / legit.length
}

/** The score alone: counts are there, nothing is read. */
function scoringUs(): number {
  const moments: Moment[] = []
  replay(makeLogins(2, 300), {
    keep(moment) {
      if (moment.seen.total > 10 && moments.length < 200) moments.push({ ...moment, devices: [...moment.devices] })
      return 0
    },
  })
  const run = () => moments.reduce((sum, moment) => sum + scoreIn(moment).sum, 0)
  for (let warm = 0; warm < 50; warm++) run()
  const begin = process.cpuUsage()
  const rounds = 100
  for (let round = 0; round < rounds; round++) run()
  const { user, system } = process.cpuUsage(begin)
  return (user + system) / (rounds * moments.length)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
