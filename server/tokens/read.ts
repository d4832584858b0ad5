import { readCsv } from './csv.ts'
import { readOathCsv } from './oath-csv.ts'
import type { FileProblem } from './problems.ts'
import { readPskc } from './pskc.ts'
import type { Unlock } from './pskc-lock.ts'
import { fileLimits, type TokenFile } from './rows.ts'
import { isYubicoCsv, readYubicoCsv } from './yubico-csv.ts'

/** Every kind of file; a new one is its file and a line here. */
const formats = {
  'oath-csv': async (text: string) => readOathCsv(text),
  pskc: readPskc,
  yubico: async (text: string) => readYubicoCsv(text),
} satisfies Record<string, (text: string, unlock: Unlock) => Promise<TokenFile | FileProblem>>

export type TokenFormat = keyof typeof formats

export const formatNames = Object.keys(formats) as readonly TokenFormat[] // its own keys

/** A file of seeds, with what opens it where it is encrypted. */
export interface ToRead extends Unlock {
  readonly text: string
  readonly format: TokenFormat | 'auto'
}

export type TokenFileRead = TokenFile & { readonly format: TokenFormat }

/** Reads a vendor's file of seeds. Pure but for the time that a password takes. */
export async function readTokens({ text, format: asked, ...unlock }: ToRead): Promise<TokenFileRead | FileProblem> {
  if (text.length > fileLimits.lettersMax) return 'too-large'
  const plain = text.replace(/^\ufeff/, '')
  const format = asked === 'auto' ? formatOf(plain) : asked
  const file = await formats[format](plain, unlock)
  if (typeof file === 'string') return file
  const count = file.rows.length + file.errors.length
  if (count === 0) return 'empty'
  return count > fileLimits.rowsMax ? 'too-large' : { ...file, format }
}

function formatOf(text: string): TokenFormat {
  if (/^\s*</.test(text)) return 'pskc'
  const beginning = text.slice(0, 10_000)
  return isYubicoCsv(readCsv(beginning)) ? 'yubico' : 'oath-csv'
}
