import type { Token, TokenMove, TokensWanted } from '../../vocabulary/token.ts'

export interface TokenRecords {
  find(customerId: number, serial: string): Promise<Token | undefined>
  byPublicId(customerId: number, publicId: string): Promise<Token | undefined>
  page(customerId: number, offset: number, limit: number, wanted?: TokensWanted): Promise<Token[]>
  count(customerId: number, wanted?: TokensWanted): Promise<number>
  add(customerId: number, list: readonly Omit<Token, 'username'>[]): Promise<Set<string>>
  move(token: Token, to: TokenMove, nowMs: number): Promise<boolean>
}
