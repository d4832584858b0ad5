import { Counter, collectDefaultMetrics, Registry } from 'prom-client'
import type { Observed } from './engine/ports.ts'

/** The counters behind `/metrics`. Labels are our own words, never a name or a contact. */
export function createMetrics() {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'countersign_' })
  const counter = (name: string, help: string, labelNames: string[]) =>
    new Counter({ name: `countersign_${name}`, help, labelNames, registers: [registry] })
  const challenges = counter('challenges_total', 'Challenges by method and outcome.', ['method', 'outcome'])
  const answers = counter('answers_total', 'Answers by method and outcome.', ['method', 'outcome'])
  const deliveries = counter('deliveries_total', 'Messages by way, gateway and outcome.', ['via', 'channel', 'outcome'])

  return {
    registry,
    observe({ kind, method, outcome }: Observed): void {
      const counted = kind === 'challenge' ? challenges : answers
      counted.inc({ method, outcome })
    },
    delivered(via: string, channel: string, isSent: boolean): void {
      deliveries.inc({ via, channel, outcome: isSent ? 'sent' : 'failed' })
    },
  }
}
