/** Deadlock, serialization failure, and the unique index that lets one of two simultaneous challenges in. */
const transientCodes = new Set(['40P01', '40001', '23505'])

/** Whether the same work can succeed when it is done again. */
export function isTransient(error: unknown): boolean {
  return error instanceof Error && 'code' in error && transientCodes.has(String(error.code))
}

/** Whether a statement was refused for a value (SQLSTATE class 22) or a constraint (23), and so for one of its rows. */
export function isOfOneRow(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^2[23]...$/.test(String(error.code))
}
