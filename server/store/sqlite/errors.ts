/** SQLITE_BUSY; what stands above the lowest byte says why. */
const busy = 5

/** Whether somebody else holds the lock. */
export function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === busy
}
