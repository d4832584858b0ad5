import { hash } from 'node:crypto'
import { logoBytesMax } from '../../../contract/console/policy.ts'

const sideMax = 256
const pixelsMax = 2_048 * 2_048
const secondsMax = 5

export interface Logo {
  readonly png: Buffer
  /** SHA-256 of `png` in hex. */
  readonly digest: string
}

/**
 * Makes a logo of a picture in base64: a PNG of at most 256 × 256 pixels, drawn anew, with nothing of the file but its
 * pixels. `problem` is a sentence that says why not.
 */
export async function readLogo(base64: string): Promise<Logo | { readonly problem: string }> {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return { problem: 'The picture is not in base64.' }
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.length > logoBytesMax)
    return { problem: `The picture has more than ${logoBytesMax / 1024} KB. Make it smaller.` }
  if (!isPicture(bytes)) return { problem: 'This is no PNG, JPEG or WebP picture.' }
  try {
    const png = await redraw(bytes)
    return { png, digest: hash('sha256', png) }
  } catch (error) {
    const isTooLarge = error instanceof Error && error.message.includes('pixel limit')
    return {
      problem: isTooLarge
        ? 'The picture has more than 2,048 × 2,048 pixels. Make it smaller.'
        : 'The picture cannot be read. It may be damaged.',
    }
  }
}

/** Known by how each begins; a name or a declared type says nothing. */
function isPicture(bytes: Buffer): boolean {
  const start = bytes.toString('latin1', 0, 12)
  return start.startsWith('\x89PNG\r\n\x1a\n') || start.startsWith('\xff\xd8\xff') || /^RIFF.{4}WEBP/s.test(start)
}

async function redraw(bytes: Buffer): Promise<Buffer> {
  // Loaded at the first logo, as few servers ever read one.
  const { default: sharp } = await import('sharp')
  return sharp(bytes, { limitInputPixels: pixelsMax, failOn: 'error' })
    .rotate() // as the metadata says, which then goes
    .resize({ width: sideMax, height: sideMax, fit: 'inside', withoutEnlargement: true })
    .png()
    .timeout({ seconds: secondsMax })
    .toBuffer()
}
