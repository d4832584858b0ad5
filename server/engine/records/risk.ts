import type {
  CountKey,
  EvaluationState,
  Finish,
  KeptEvaluation,
  KeptSession,
  RememberedDevice,
  RiskUser,
  Uncounted,
} from '../../risk/kept.ts'

export interface RiskCountRecords {
  add(list: readonly Uncounted[]): Promise<void>
  bump(customerId: number, key: CountKey, nowMs: number): Promise<void>
}

export interface RiskDeviceRecords {
  of(customerId: number, userId: string): Promise<RememberedDevice[]>
  add(customerId: number, userId: string, device: RememberedDevice): Promise<void>
  renew(customerId: number, device: RememberedDevice, from: Uint8Array): Promise<boolean>
  remove(customerId: number, userId: string, id: string | null): Promise<number>
}

export interface RiskEvaluationRecords {
  add(list: readonly KeptEvaluation[]): Promise<void>
  find(customerId: number, id: string): Promise<KeptEvaluation | undefined>
  ask(customerId: number, id: string, challengeId: string): Promise<boolean>
  finish(customerId: number, id: string, finish: Finish): Promise<boolean>
  redeem(customerId: number, digest: Uint8Array, nowMs: number): Promise<KeptEvaluation | undefined>
  settle(customerId: number, id: string, state: EvaluationState): Promise<boolean>
  endAll(customerId: number, userId: string): Promise<number>
  count(customerId: number, id: string): Promise<void>
  takeUncounted(limit: number): Promise<Uncounted[]>
  recent(customerId: number, userId: string | null, limit: number): Promise<KeptEvaluation[]>
  removeOf(customerId: number, userId: string): Promise<number>
}

export interface RiskPolicyRecords {
  all(customerId: number): Promise<Map<string, string>>
  put(customerId: number, scope: string, policy: string, nowMs: number): Promise<void>
  remove(customerId: number, scope: string): Promise<boolean>
}

export interface RiskSessionRecords {
  add(
    customerId: number,
    digest: Uint8Array,
    session: KeptSession,
    evaluations: number,
    expiresAtMs: number,
  ): Promise<void>
  find(
    customerId: number,
    digest: Uint8Array,
    nowMs: number,
  ): Promise<(KeptSession & { readonly expiresAtMs: number }) | undefined>
  step(customerId: number, digest: Uint8Array, nowMs: number): Promise<boolean>
  end(customerId: number, digest: Uint8Array): Promise<boolean>
}

export interface RiskUserRecords {
  hold(customerId: number, userId: string): Promise<RiskUser>
  put(customerId: number, userId: string, user: RiskUser): Promise<void>
  remove(customerId: number, userId: string): Promise<boolean>
}
