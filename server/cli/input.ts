import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { reasonOf } from '../why-not-started.ts'
import { Refusal } from './report.ts'

const inputBytesMax = 1024 * 1024

/** The text of a file, or of standard input for `-`. */
export async function readText(file: string): Promise<string> {
  const bytes = await bytesOf(file)
  if (bytes.length > inputBytesMax) throw new Refusal(`${nameOf(file)} is larger than 1 MiB.`)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Refusal(`${nameOf(file)} is not text in UTF-8.`)
  }
}

/** The value of a JSON file. What is wrong is told by its place alone: the file may hold secrets. */
export async function readInput(file: string): Promise<unknown> {
  const text = await readText(file)
  try {
    return JSON.parse(text)
  } catch {
    const where = text.trim() === '' ? 'it is empty' : `see line ${brokenLine(text)}`
    throw new Refusal(`${nameOf(file)} is not JSON: ${where}.`)
  }
}

/** The line in which a text stops being JSON: the parser tells it of some mistakes only, and quotes the text for others. */
function brokenLine(text: string): number {
  let [fine, broken] = [0, text.length + 1]
  while (broken - fine > 1) {
    const middle = Math.floor((fine + broken) / 2)
    if (isBeginning(text.slice(0, middle))) fine = middle
    else broken = middle
  }
  return text.slice(0, broken).split('\n').length
}

/** Whether something could follow that makes it JSON. */
function isBeginning(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch (error) {
    const at = /at position ([0-9]+)/.exec(String(error))?.[1]
    return at === undefined ? String(error).includes('end of JSON') : Number(at) >= text.length
  }
}

async function bytesOf(file: string): Promise<Buffer> {
  try {
    return file === '-' ? await buffer(process.stdin) : await readFile(file)
  } catch (error) {
    throw new Refusal(`${nameOf(file)} cannot be read: ${reasonOf(error)}.`)
  }
}

function nameOf(file: string): string {
  return file === '-' ? 'Standard input' : file
}
