import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { build, type InlineConfig } from 'vite'
import { buildSdk } from '../sdk/build.ts'

// Builds what browsers run into dist/, and only when its sources have changed. `npm start` and `npm test` call it.

const root = fileURLToPath(new URL('..', import.meta.url))
const outFolder = join(root, 'dist')
const stampFile = join(outFolder, '.built')
/** Longer than a build takes on a slow machine. */
const lockWaitMs = 300_000

interface App {
  /** Of web/, with an index.html. */
  readonly folder: string
  /** The path that it is served under. */
  readonly base: string
  /** Its service worker, which becomes `sw.js`: it is told the app's files and their digest. */
  readonly worker?: string
}

const apps: readonly App[] = [
  { folder: 'console', base: '/console/' },
  { folder: 'authenticator', base: '/app/', worker: 'worker/sw.ts' },
]

const sources = ['web/**/*', 'sdk/**/*', 'contract/**/*', 'package-lock.json']

function digestOfSources(): string {
  const digest = createHash('sha256')
  const files = globSync([...sources], { cwd: root }).sort()
  for (const file of files) {
    const path = join(root, file)
    if (statSync(path).isFile()) digest.update(file).update('\0').update(readFileSync(path)).update('\0')
  }
  return digest.digest('hex')
}

function configOf(folder: string, base: string): InlineConfig {
  return {
    configFile: false,
    root: join(root, 'web', folder),
    base,
    publicDir: 'public',
    logLevel: 'warn',
    plugins: [react()],
    build: {
      outDir: join(outFolder, folder),
      emptyOutDir: true,
      target: 'es2023',
      // Everything comes from a file of its own: the content security policy forbids what is inlined.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
    },
  }
}

/** One file at a fixed address, and another one whenever a file of the app is. What is fetched only when needed is left out. */
function configOfWorker({ folder, base, worker }: App): InlineConfig {
  const out = join(outFolder, folder)
  const names = globSync('**/*', { cwd: out }).filter((name) => statSync(join(out, name)).isFile())
  const digest = createHash('sha256')
  for (const name of names.sort())
    digest
      .update(name)
      .update('\0')
      .update(readFileSync(join(out, name)))
  const early = names.filter((name) => !/zxing|index\.html$/.test(name))
  const config = configOf(folder, base)
  return {
    ...config,
    plugins: [],
    publicDir: false,
    define: {
      FILES: JSON.stringify([base, ...early.map((name) => base + name.replaceAll('\\', '/'))]),
      RELEASE: JSON.stringify(digest.digest('hex').slice(0, 16)),
    },
    build: {
      ...config.build,
      emptyOutDir: false,
      lib: {
        entry: join(root, 'web', folder, worker ?? ''),
        formats: ['iife'],
        name: 'worker',
        fileName: () => 'sw.js',
      },
    },
  }
}

/** Text is served as it was compressed here, at the greatest effort and once. */
function compress(): void {
  for (const file of globSync('**/*.{js,mjs,css,html,svg,wasm,json,webmanifest}', { cwd: outFolder })) {
    const path = join(outFolder, file)
    const content = readFileSync(path)
    if (content.length < 1_024) continue
    writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }))
    const quality = { [constants.BROTLI_PARAM_QUALITY]: 11 }
    writeFileSync(`${path}.br`, brotliCompressSync(content, { params: quality }))
  }
}

async function buildAll(): Promise<void> {
  process.stderr.write('Building the web parts …\n')
  rmSync(outFolder, { recursive: true, force: true })
  mkdirSync(outFolder, { recursive: true })
  for (const app of apps.filter(({ folder }) => existsSync(join(root, 'web', folder, 'index.html')))) {
    await build(configOf(app.folder, app.base))
    if (app.worker) await build(configOfWorker(app))
  }
  await buildSdk(join(outFolder, 'js'))
  compress()
  writeFileSync(stampFile, wanted)
}

const wanted = digestOfSources()
const isBuilt = () => existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted
if (!isBuilt()) {
  // A start and a command at once would build into the same folder. The system lifts SQLite's lock when its holder dies.
  const lock = new DatabaseSync(join(root, 'node_modules', '.web-build.lock'), { timeout: lockWaitMs })
  lock.exec('pragma journal_mode = memory; begin exclusive')
  if (!isBuilt()) await buildAll()
  lock.close()
}
