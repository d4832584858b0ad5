import type { MethodId } from './method.ts'

/** Users of a customer under one name. A user may be in any number of groups. */
export interface Group {
  readonly id: number
  readonly customerId: number
  readonly name: string
  /** Whether new users join it; true of exactly one group of a customer. */
  readonly isDefault: boolean
  /** Whether it is the group `DEFAULT`, which every customer has from the beginning and keeps. */
  readonly isBuiltIn: boolean
  /** Texts by their number, 1–50, which mean something to the caller alone. */
  readonly attributes: GroupAttributes
  /** The methods that its members may use; null: it names none. What several groups mean together: `methodsOf`. */
  readonly methods: readonly MethodId[] | null
  readonly createdAtMs: number
  readonly updatedAtMs: number
}

export type GroupAttributes = Readonly<Record<number, string>>

export type GroupName = Pick<Group, 'id' | 'name'>

/** `nameFolded` is what its name is found by, and unique of a customer. */
export interface NewGroup extends Pick<Group, 'name' | 'attributes'> {
  readonly nameFolded: string
  /** Absent: it names none. */
  readonly methods?: Group['methods']
}

/** What can be changed of a group; an absent field stays as it is. */
export type GroupChange = Partial<NewGroup>

/** A user in a group. */
export interface Membership {
  readonly userId: string
  readonly username: string
  readonly groupId: number
  readonly groupName: string
  readonly createdAtMs: number
}

/** A group as lists show it. */
export interface CountedGroup extends Group {
  readonly members: number
}

/** A part of a list. With `searchFolded`: of those whose folded name holds it. */
export interface GroupPage {
  readonly searchFolded?: string
  readonly offset: number
  readonly limit: number
}
