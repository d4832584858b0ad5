/** Who may write next: the decisions of the worker, or a group of the main thread once it has asked. */

const wanted = 0

/** What one side shares with the other. */
export function createLane(): SharedArrayBuffer {
  return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
}

/** The main thread asks for its turn, and gives it back. */
export function mainSide(shared: SharedArrayBuffer) {
  const cells = new Int32Array(shared)
  return {
    ask: () => Atomics.store(cells, wanted, 1),
    giveBack: () => {
      Atomics.store(cells, wanted, 0)
      Atomics.notify(cells, wanted)
    },
  }
}

/** The worker lets the main thread go first. It waits in its own thread, and never longer than `waitMsMax`. */
export function workerSide(shared: SharedArrayBuffer, waitMsMax: number) {
  const cells = new Int32Array(shared)
  return { letMainGoFirst: () => Atomics.wait(cells, wanted, 1, waitMsMax) }
}
