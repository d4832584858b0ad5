import { readFileSync } from 'node:fs'
import { reasonOf } from '../why-not-started.ts'
import { Refusal } from './report.ts'

/** What a JSON file holds. */
export function jsonOf(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new Refusal(`The file cannot be read as JSON: ${reasonOf(error)}.`)
  }
}
