import type { Logger } from 'pino'
import { countFinished } from './engine/adaptive-learn.ts'
import { readPolicies } from './engine/adaptive-policy.ts'
import type { RiskCore } from './engine/ports.ts'
import { type NetworkFiles, openNetworks } from './networks.ts'
import { remember } from './remember.ts'
import type { Store } from './store/open.ts'

/** What weighing needs beside the store and the clock, and what is done for it in the background. */
export function riskPorts(files: NetworkFiles, store: Store, logger: Logger, freshMs: number) {
  const networks = openNetworks(files)
  const policies = remember((id: number) => readPolicies(store.read.riskPolicies.all, id), freshMs)
  const ports: Pick<RiskCore, 'networkOf' | 'policies'> = {
    networkOf: (address) => networks.of(address),
    policies: async (id) => (await policies(id)) ?? new Map(),
  }
  return {
    ports,
    /** Counts finished sign-ins in for everybody. */
    count: () => countFinished(store),
    /** Reads files about addresses again that changed. */
    async reload(): Promise<void> {
      const unread = networks.reload()
      if (unread.length > 0)
        logger.warn({ files: unread }, 'files about addresses cannot be read; what they held before counts')
    },
  }
}
