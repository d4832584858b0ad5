import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type InlineConfig } from 'vite'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Files that pages of document 002 load and that have nothing to do any more. */
const shims = ['client', 'swfobject', 'fontdetect', 'ua-parser', 'murmurhash3'] as const
const notice =
  '/*! Countersign, Apache-2.0. Contains FingerprintJS, MIT: see fingerprintjs.license.txt beside this file. */'

/** Builds the files that a site's pages load, into a folder. */
export async function buildSdk(folder: string): Promise<void> {
  await build(configOf(folder, 'miniorange-fp.ts', 'iife', 'miniorange-fp.js'))
  await build(configOf(folder, 'countersign.ts', 'es', 'countersign.mjs'))
  const types = readFileSync(join(root, 'contract', 'risk.ts'), 'utf8')
  const signature = 'export declare function createCountersign(options: Options): Countersign\n'
  writeFileSync(join(folder, 'countersign.d.mts'), `${types}\n${signature}`)
  for (const name of shims) copyFileSync(join(root, 'sdk', 'shims', `${name}.js`), join(folder, `${name}.js`))
  const licence = join(root, 'node_modules', '@fingerprintjs', 'fingerprintjs', 'LICENSE')
  copyFileSync(licence, join(folder, 'fingerprintjs.license.txt'))
}

function configOf(folder: string, entry: string, format: 'iife' | 'es', file: string): InlineConfig {
  return {
    configFile: false,
    root: join(root, 'sdk'),
    publicDir: false,
    logLevel: 'warn',
    build: {
      outDir: folder,
      emptyOutDir: false,
      target: 'es2020',
      reportCompressedSize: false,
      lib: { entry, formats: [format], name: 'countersign', fileName: () => file },
      rolldownOptions: { output: { minify: true, postBanner: notice } },
    },
  }
}
