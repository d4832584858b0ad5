import { Button } from '@mantine/core'
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react'
import type { MouseEvent, ReactNode } from 'react'
import { setQuery, useAddress } from '../router.ts'
import { Trouble } from './trouble.tsx'

export interface Column<T> {
  readonly name: string
  readonly of: (row: T) => ReactNode
  /** Numbers and times stand at the right. */
  readonly isRight?: boolean
  /** Not shown where the window is narrow. */
  readonly isMinor?: boolean
  /** Its heading is only read aloud: a column of buttons. */
  readonly isUnnamed?: boolean
}

interface Props<T> {
  /** What the list is of, in the singular and in the plural. */
  readonly of: readonly [string, string]
  readonly columns: readonly Column<T>[]
  readonly rows: readonly T[] | undefined
  readonly keyOf: (row: T) => string
  readonly total?: number | undefined
  readonly isTotalExact?: boolean | undefined
  readonly error?: Error | null
  readonly onRetry?: () => void
  readonly empty: ReactNode
  /** How many a page holds, when there are pages; the place stands in the address as `from`. */
  readonly pageSize?: number
}

const waitingRows = 6

/** A list: a table where there is room, cards where there is not; it says how many there are in all. */
export function List<T>({
  of,
  columns,
  rows,
  keyOf,
  total,
  isTotalExact = true,
  error,
  onRetry,
  empty,
  pageSize,
}: Props<T>) {
  if (error) return <Trouble error={error} {...(onRetry ? { onRetry } : {})} />
  if (rows?.length === 0 && !total) return empty
  const count = total ?? rows?.length
  return (
    <div className="list">
      <p className="list-total" aria-live="polite">
        {count === undefined ? 'Loading …' : spokenTotal(count, of, isTotalExact)}
      </p>
      <table className="table">
        <thead>
          <tr>
            {columns.map(({ name, isRight, isMinor, isUnnamed }) => (
              <th key={name} scope="col" data-right={isRight} data-minor={isMinor}>
                {isUnnamed ? <span className="unseen">{name}</span> : name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows
            ? rows.map((row) => (
                <tr key={keyOf(row)}>
                  {columns.map(({ name, of: cell, isRight, isMinor, isUnnamed }) => (
                    <td key={name} data-label={isUnnamed ? undefined : name} data-right={isRight} data-minor={isMinor}>
                      {cell(row)}
                    </td>
                  ))}
                </tr>
              ))
            : Array.from({ length: waitingRows }, (_none, index) => `waiting-${index}`).map((key) => (
                <tr key={key} className="waiting">
                  {columns.map(({ name, isMinor }) => (
                    <td key={name} data-minor={isMinor}>
                      <span className="bone" />
                    </td>
                  ))}
                </tr>
              ))}
        </tbody>
      </table>
      {pageSize !== undefined && count !== undefined && (
        <Pages count={count} shown={rows?.length ?? 0} size={pageSize} />
      )}
    </div>
  )
}

/** Where a paged list begins, by the address. */
export function useFrom(): number {
  const from = Number(useAddress().query.get('from') ?? 0)
  return Number.isSafeInteger(from) && from > 0 ? from : 0
}

function Pages({ count, shown, size }: { readonly count: number; readonly shown: number; readonly size: number }) {
  const from = useFrom()
  if (count <= size && from === 0) return null
  const turn = (event: MouseEvent, to: number) => {
    setQuery({ from: to > 0 ? String(to) : null })
    toTopOfList(event)
  }
  return (
    <nav className="pages" aria-label="Pages of the list">
      <span className="quiet" aria-live="polite">
        {(from + 1).toLocaleString('en')}–{(from + shown).toLocaleString('en')}
      </span>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconChevronLeft size={16} />}
        disabled={from === 0}
        onClick={(event) => turn(event, from - size)}
      >
        Back
      </Button>
      <Button
        size="xs"
        variant="default"
        rightSection={<IconChevronRight size={16} />}
        disabled={from + size >= count && shown < size}
        onClick={(event) => turn(event, from + size)}
      >
        Next
      </Button>
    </nav>
  )
}

/** What was turned to is read from its beginning. */
export function toTopOfList({ currentTarget }: MouseEvent): void {
  currentTarget.closest('.panel')?.scrollIntoView({ block: 'start' })
}

function spokenTotal(count: number, [one, many]: readonly [string, string], isExact: boolean): string {
  const number = count.toLocaleString('en')
  if (!isExact) return `More than ${number} ${many}`
  return `${number} ${count === 1 ? one : many}`
}
