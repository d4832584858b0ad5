import { spawn } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { setPriority, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/** Where Debian's packages pocketsphinx and pocketsphinx-en-us put what is needed. */
export interface Pocketsphinx {
  readonly program: string
  readonly model: string
}

const programName = 'pocketsphinx_batch'
const modelFolder = '/usr/share/pocketsphinx/model/en-us/en-us'

/** A clip takes a tenth of a second, and seconds on a machine that is very busy. */
const deadlineMs = 10_000
/** Behind everything that somebody waits for who only types a code. */
const niceness = 10

/** Undefined where it is not installed. */
export function findPocketsphinx(path = process.env['PATH'] ?? '', model = modelFolder): Pocketsphinx | undefined {
  const program = path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, programName))
    .find(isProgram)
  return program !== undefined && existsSync(join(model, 'mdef')) ? { program, model } : undefined
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const words = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'] as const

/** From the model's own dictionary; only these words can be heard. */
const dictionary = `zero Z IH R OW
zero(2) Z IY R OW
oh OW
one W AH N
one(2) HH W AH N
two T UW
three TH R IY
four F AO R
five F AY V
six S IH K S
seven S EH V AH N
eight EY T
nine N AY N
`

const anyDigits = `( ${words.join(' | ')} | oh )+`

/** Frames of 10 ms of 16 kHz, behind a header of 44 bytes. */
const frameBytes = 320
const headerBytes = 44

/**
 * How much better the expected digits fit than any others, for each frame: the score of decoding with their grammar less
 * that of a free loop of digits. Not a number when they do not fit at all, or when the program fails. `wav` has 16 kHz.
 */
export async function digitsRatio(
  found: Pocketsphinx,
  wav: Uint8Array,
  digits: string,
  timeoutMs = deadlineMs,
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-voice-'))
  try {
    const asked = [...digits].map((digit) => (digit === '0' ? '( zero | oh )' : words[Number(digit)])).join(' ')
    await Promise.all([
      writeFile(join(folder, 'said.wav'), wav, { mode: 0o600 }),
      writeFile(join(folder, 'files'), 'said\n'),
      writeFile(join(folder, 'dictionary'), dictionary),
      writeFile(join(folder, 'asked.gram'), grammar(asked)),
      writeFile(join(folder, 'any.gram'), grammar(anyDigits)),
    ])
    const own = await decode(found, folder, 'asked', timeoutMs)
    // A hypothesis that stops before the end of the grammar means that the rest of it was not heard.
    if (!own || own.words !== digits.length) return Number.NaN
    const free = await decode(found, folder, 'any', timeoutMs)
    return free ? (own.score - free.score) / ((wav.length - headerBytes) / frameBytes) : Number.NaN
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function grammar(expansion: string): string {
  return `#JSGF V1.0;\ngrammar digits;\npublic <digits> = ${expansion};\n`
}

interface Hypothesis {
  readonly words: number
  readonly score: number
}

async function decode(
  { program, model }: Pocketsphinx,
  folder: string,
  name: string,
  timeoutMs: number,
): Promise<Hypothesis | undefined> {
  const result = join(folder, `${name}.hyp`)
  const options = {
    adcin: 'yes',
    adchdr: String(headerBytes),
    cepdir: folder,
    cepext: '.wav',
    ctl: join(folder, 'files'),
    dict: join(folder, 'dictionary'),
    jsgf: join(folder, `${name}.gram`),
    hyp: result,
    hmm: model,
    logfn: '/dev/null',
    remove_noise: 'no',
    remove_silence: 'no',
    cmn: 'batch',
    beam: '1e-80',
    wbeam: '1e-60',
    pbeam: '1e-80',
  }
  const flags = Object.entries(options).flatMap(([option, value]) => [`-${option}`, value])
  if (!(await runs(program, flags, timeoutMs))) return undefined
  const line = await readFile(result, 'utf8').catch(() => '')
  const [, text = '', score] = /^(.*)\(said (-?\d+)\)/.exec(line) ?? []
  return score === undefined ? undefined : { words: text.trim().split(/\s+/).length, score: Number(score) }
}

/** Whether it ended well and in time. It is given nothing of our environment. */
function runs(program: string, flags: readonly string[], timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, flags, { stdio: 'ignore', timeout: timeoutMs, killSignal: 'SIGKILL', env: {} })
    child.on('error', () => resolve(false))
    child.on('exit', (code) => resolve(code === 0))
    try {
      if (child.pid !== undefined) setPriority(child.pid, niceness)
    } catch {
      // It has ended already.
    }
  })
}
