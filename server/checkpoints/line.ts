import { keyedDigest, same } from '../security/digest.ts'

/** What one line of the file says: on `time` this customer's chain had this block. */
export interface Checkpoint {
  /** Its place in the file, from 1. */
  readonly line: number
  /** Names the key that seals it, and so the server. */
  readonly server: string
  /** Null: the chain of the server itself. */
  readonly customerKey: number | null
  /** Number of the newest block of the chain. */
  readonly block: number
  /** The block's hash, 64 hex digits. It stands for all blocks before it. */
  readonly hash: string
  /** ISO 8601, UTC. */
  readonly time: string
  /** Seal of the line before; null in the first one. */
  readonly before: string | null
}

/** A checkpoint as a line of the file holds it. */
export interface SealedCheckpoint extends Checkpoint {
  /** HMAC-SHA-256 over the line without it, 64 hex digits. */
  readonly seal: string
  /** What is sealed, to the letter. */
  readonly sealed: string
}

/** Purpose of the server's key that seals lines. */
export const checkpointPurpose = 'audit-checkpoints'

/** The name of a key, which tells nothing about it. */
export function serverOf(key: Uint8Array): string {
  return keyedDigest(key, 'server').subarray(0, 8).toString('hex')
}

/** A line with its seal, without the line feed. */
export function sealLine(key: Uint8Array, checkpoint: Checkpoint): { text: string; seal: string } {
  const sealed = JSON.stringify(checkpoint)
  const seal = sealOf(key, sealed).toString('hex')
  return { text: `${sealed.slice(0, -1)},"seal":"${seal}"}`, seal }
}

/** A line as it is in a file; undefined when it is not one. Its seal is not checked. */
export function readLine(text: string): SealedCheckpoint | undefined {
  const [, start, seal] = /^(\{.+),"seal":"([0-9a-f]{64})"\}$/.exec(text) ?? []
  if (start === undefined || seal === undefined) return undefined
  const sealed = `${start}}`
  try {
    const value: unknown = JSON.parse(sealed)
    return isCheckpoint(value) ? { ...value, seal, sealed } : undefined
  } catch {
    return undefined
  }
}

export function isSealedBy(key: Uint8Array, { seal, sealed }: SealedCheckpoint): boolean {
  return same(sealOf(key, sealed), Buffer.from(seal, 'hex'))
}

function sealOf(key: Uint8Array, sealed: string): Buffer {
  return keyedDigest(key, 'line', sealed)
}

function isCheckpoint(value: unknown): value is Checkpoint {
  if (typeof value !== 'object' || value === null) return false
  const { line, server, customerKey, block, hash, time, before } = value as Record<string, unknown>
  const isNumber = (one: unknown, least: number) => Number.isSafeInteger(one) && (one as number) >= least
  return (
    isNumber(line, 1) &&
    typeof server === 'string' &&
    (customerKey === null || isNumber(customerKey, 1)) &&
    isNumber(block, 1) &&
    typeof hash === 'string' &&
    typeof time === 'string' &&
    (before === null || typeof before === 'string')
  )
}
