import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

// Plain JavaScript, so that Node does not load what strips types for this file alone. Stripping the types of every file at
// every start costs half a second and twenty megabytes; the cache keeps the result, for this thread and, through the
// environment, for those it starts.
const cache = fileURLToPath(new URL('../node_modules/.cache/countersign', import.meta.url))
process.env['NODE_COMPILE_CACHE'] ??= cache
enableCompileCache(cache)
await import('./start.ts')

// What only the start needed, about thirty megabytes, would otherwise stay until there is much work.
const settledMs = 1_000
setTimeout(() => {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}, settledMs).unref()
