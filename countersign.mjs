#!/usr/bin/env node
// The product's command line. Starts server/cli.ts on the Node release that is pinned among the dependencies.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const at = (path) => fileURLToPath(new URL(path, import.meta.url))
await import('./install.mjs')
const child = spawn(at('node_modules/.bin/node'), [at('server/cli.ts'), ...process.argv.slice(2)], { stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
