import type { GatewayHealth } from '../../../contract/console/home.ts'
import type { Tone } from '../parts/tag.tsx'

/** How a gateway does, in a word. */
export const healths = {
  idle: ['plain', 'Idle'],
  well: ['good', 'Well'],
  troubled: ['warn', 'Troubled'],
  failing: ['bad', 'Failing'],
} as const satisfies Record<GatewayHealth['state'], readonly [Tone, string]>
