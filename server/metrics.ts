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
  const deliveries = counter('deliveries_total', 'Messages by way, provider and outcome.', [
    'via',
    'provider',
    'outcome',
  ])
  const receipts = counter('receipts_total', 'Receipts by provider and state.', ['provider', 'state'])

  const notices = counter('notices_total', 'Notices that could not be kept, by event.', ['method', 'outcome'])
  const weighings = counter('weighings_total', 'Weighings of sign-ins by decision; broken: the weighing failed.', [
    'method',
    'outcome',
  ])
  const counted = { challenge: challenges, answer: answers, notice: notices, risk: weighings }

  return {
    registry,
    observe({ kind, method, outcome }: Observed): void {
      counted[kind].inc({ method, outcome })
    },
    delivered(via: string, provider: string, isTaken: boolean): void {
      deliveries.inc({ via, provider, outcome: isTaken ? 'taken' : 'failed' })
    },
    received(provider: string, state: string): void {
      receipts.inc({ provider, state })
    },
  }
}
