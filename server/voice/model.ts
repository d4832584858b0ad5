import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { mixtureEngine, mixtureId, type VoiceEngine } from '../methods/voice/speaker.ts'
import { type BackgroundFile, readBackground } from '../methods/voice/speaker-model.ts'

/** The files of a background model, as `voice train` writes them. */
export const modelFiles = { mixture: 'ubm.json', cohort: 'cohort-40x128x39-f32le.bin' } as const

/** Ships with the product; NOTICE says what it was made of. */
export const shippedModel = fileURLToPath(new URL('../methods/voice/model', import.meta.url))

/** The engine's name with the model of a folder. Throws when a file cannot be read. */
export function engineIdOf(folder: string): string {
  const hash = createHash('sha256')
  for (const name of Object.values(modelFiles)) hash.update(readFileSync(join(folder, name)))
  return mixtureId(hash.digest('hex'))
}

/** The engine with the model of a folder. Throws when it is no model of this recipe. */
export function loadMixture(folder: string): VoiceEngine {
  const file = JSON.parse(readFileSync(join(folder, modelFiles.mixture), 'utf8')) as BackgroundFile // checked by its reader
  return mixtureEngine(readBackground(file, readFileSync(join(folder, modelFiles.cohort))), engineIdOf(folder))
}
