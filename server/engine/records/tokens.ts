import type { Token } from '../../vocabulary/token.ts'

export interface TokensWanted {
  readonly state?: Token['state'] | undefined
  readonly serial?: string | undefined
}

/** Where a token goes. `usedStep`: with this step used up already, which must be newer than every other. */
export interface TokenMove {
  readonly state: Token['state']
  readonly userId: string | null
  readonly usedStep?: number
}

export interface TokenRecords {
  find(customerId: number, serial: string): Promise<Token | undefined>
  byPublicId(customerId: number, publicId: string): Promise<Token | undefined>
  page(customerId: number, offset: number, limit: number, wanted?: TokensWanted): Promise<Token[]>
  count(customerId: number, wanted?: TokensWanted): Promise<number>
  add(customerId: number, list: readonly Omit<Token, 'username'>[]): Promise<Set<string>>
  move(token: Token, to: TokenMove, nowMs: number): Promise<boolean>
}
