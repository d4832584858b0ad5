import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

// What Linux tells of a process (proc(5)).

let ticksPerSecond = 0

/** Processor time that a process has used, its own and the kernel's for it. */
export function cpuSeconds(pid: number): number {
  ticksPerSecond ||= Number(spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).stdout) || 100
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
  // The name in parentheses may hold spaces; utime and stime are the 14th and 15th fields of the line.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/** Memory of a process, shared pages divided by their users (PSS), in megabytes of a million bytes. */
export function memoryMb(pid: number): number {
  const kibibytes = /^Pss: +(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1]
  return (Number(kibibytes) * 1024) / 1e6
}
