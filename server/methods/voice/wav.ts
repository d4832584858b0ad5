/** Samples of one channel, from −1 to 1. */
export interface Sound {
  readonly sampleRate: number
  readonly samples: Float32Array
}

/** Why bytes are no recording that is listened to. */
export type WavProblem = 'unreadable' | 'too-long' | 'too-large'

/** The most of one recording. */
const wavLimits = {
  bytesMax: 1_048_576,
  secondsMax: 10,
  rateMin: 8_000,
  rateMax: 48_000,
  channelsMax: 8,
} as const

const pcm = 1
const extensible = 0xfffe
/** What follows the first two bytes of the subformat of an extensible file (KSDATAFORMAT_SUBTYPE_PCM). */
const subformatTail = '000000001000800000aa00389b71'

/** A RIFF file of 16-bit PCM, 8–48 kHz; several channels are mixed down. Anything else is refused, and never guessed at. */
export function readWav(bytes: Uint8Array): Sound | WavProblem {
  if (bytes.length > wavLimits.bytesMax) return 'too-large'
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (file.length < 12 || file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE')
    return 'unreadable'
  const chunks = chunksOf(file)
  const format = formatOf(chunks.get('fmt '))
  const data = chunks.get('data')
  if (!format || !data || data.length === 0) return 'unreadable'
  const { channels, sampleRate } = format
  const count = Math.floor(data.length / (2 * channels))
  return count > sampleRate * wavLimits.secondsMax
    ? 'too-long'
    : { sampleRate, samples: mixedDown(data, channels, count) }
}

/** Where the first of several files that follow one another ends, by its own header; undefined when it does not say. */
export function lengthOfFirst(bytes: Uint8Array): number | undefined {
  if (bytes.length < 12) return undefined
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = 8 + file.readUInt32LE(4)
  return file.toString('latin1', 0, 4) === 'RIFF' && length <= bytes.length ? length : undefined
}

/** Every whole chunk by its name, the first of each; a chunk that says it is longer than the file is not there. */
function chunksOf(file: Buffer): ReadonlyMap<string, Buffer> {
  const chunks = new Map<string, Buffer>()
  for (let at = 12; at + 8 <= file.length; ) {
    const name = file.toString('latin1', at, at + 4)
    const length = file.readUInt32LE(at + 4)
    const end = at + 8 + length
    if (end > file.length) break
    if (!chunks.has(name)) chunks.set(name, file.subarray(at + 8, end))
    at = end + (length % 2)
  }
  return chunks
}

function formatOf(chunk: Buffer | undefined): { readonly channels: number; readonly sampleRate: number } | undefined {
  if (!chunk || chunk.length < 16) return undefined
  const tag = chunk.readUInt16LE(0)
  const isPcm =
    tag === pcm ||
    (tag === extensible &&
      chunk.length >= 40 &&
      chunk.readUInt16LE(24) === pcm &&
      chunk.toString('hex', 26, 40) === subformatTail)
  const channels = chunk.readUInt16LE(2)
  const sampleRate = chunk.readUInt32LE(4)
  const isWithin =
    channels >= 1 &&
    channels <= wavLimits.channelsMax &&
    sampleRate >= wavLimits.rateMin &&
    sampleRate <= wavLimits.rateMax
  return isPcm && isWithin && chunk.readUInt16LE(14) === 16 ? { channels, sampleRate } : undefined
}

function mixedDown(data: Buffer, channels: number, count: number): Float32Array {
  const samples = new Float32Array(count)
  for (let index = 0; index < count; index++) {
    let sum = 0
    for (let channel = 0; channel < channels; channel++) sum += data.readInt16LE(2 * (index * channels + channel))
    samples[index] = sum / channels / 32_768
  }
  return samples
}

/** A file of one channel, for programs that read sound from one. */
export function writeWav({ sampleRate, samples }: Sound): Buffer {
  const file = Buffer.alloc(44 + 2 * samples.length)
  file.write('RIFF', 0, 'latin1')
  file.writeUInt32LE(36 + 2 * samples.length, 4)
  file.write('WAVEfmt ', 8, 'latin1')
  file.writeUInt32LE(16, 16)
  file.writeUInt16LE(pcm, 20)
  file.writeUInt16LE(1, 22)
  file.writeUInt32LE(sampleRate, 24)
  file.writeUInt32LE(2 * sampleRate, 28)
  file.writeUInt16LE(2, 32)
  file.writeUInt16LE(16, 34)
  file.write('data', 36, 'latin1')
  file.writeUInt32LE(2 * samples.length, 40)
  for (const [index, sample] of samples.entries())
    file.writeInt16LE(Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768))), 44 + 2 * index)
  return file
}
