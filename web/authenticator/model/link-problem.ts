import type { Problem } from '../device/calls.ts'

/** Why a scanned, pasted or opened code cannot be followed. */
export type LinkProblem = Problem | 'foreign-server' | 'unknown-link' | 'no-pairing'
