// Runs before anything is installed, on whatever Node the machine has: brings node_modules up to package-lock.json, and the
// web parts up to their sources.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('.', import.meta.url))
const stampFile = `${root}node_modules/.installed`
const wanted = createHash('sha256')
  .update(readFileSync(`${root}package-lock.json`))
  .digest('hex')
const installed = existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : ''

if (installed !== wanted) {
  process.stderr.write('Installing packages …\n')
  const { status } = spawnSync('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  })
  if (status !== 0) {
    process.stderr.write('The packages could not be installed. The lines above say why; npm ci repeats the attempt.\n')
    process.exit(status ?? 1)
  }
  writeFileSync(stampFile, wanted)
}

const built = spawnSync(`${root}node_modules/.bin/node`, [`${root}web/build.ts`], {
  cwd: root,
  stdio: ['ignore', 2, 2],
})
if (built.status !== 0) {
  process.stderr.write('The web parts could not be built. The lines above say why.\n')
  process.exit(built.status ?? 1)
}
