import { readFileSync } from 'node:fs'

// The functions of a .cpuprofile that used the processor most, by their own time: node bench/top.ts FILE.cpuprofile

/** What `--cpu-prof` writes: https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile */
interface Profile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: Frame }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

interface Frame {
  readonly functionName: string
  readonly url: string
  readonly lineNumber: number
}

const shown = 40

const [file] = process.argv.slice(2)
if (!file) throw new Error('Which profile? node bench/top.ts FILE.cpuprofile')
const profile: Profile = JSON.parse(readFileSync(file, 'utf8'))

const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]))
const timesUs = new Map<string, number>()
for (const [index, id] of profile.samples.entries()) {
  const name = names.get(id) ?? '?'
  const untilNextUs = profile.timeDeltas[index + 1] ?? 0
  timesUs.set(name, (timesUs.get(name) ?? 0) + untilNextUs)
}
timesUs.delete('(idle)')
const busyUs = [...timesUs.values()].reduce((sum, us) => sum + us, 0)
const heaviest = [...timesUs].sort((left, right) => right[1] - left[1]).slice(0, shown)

const lines = heaviest.map(([name, us]) => {
  return `${((us / busyUs) * 100).toFixed(2).padStart(6)} % ${(us / 1000).toFixed(0).padStart(7)} ms  ${name}`
})
process.stdout.write(
  `${(busyUs / 1e6).toFixed(2)} s busy; the share of each function's own time:\n${lines.join('\n')}\n`,
)

function nameOf({ functionName, url, lineNumber }: Frame): string {
  const place = url.replace(/^.*\/(?=node_modules\/|server\/)/, '')
  return place === '' ? functionName || '(native)' : `${functionName || '(anonymous)'}  ${place}:${lineNumber + 1}`
}
