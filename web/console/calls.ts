import { notifications } from '@mantine/notifications'
import { keepPreviousData, QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Answered, CallName, Given } from '../../contract/console.ts'
import { call, Problem } from './api.ts'
import { isIdle, whenBack } from './idle.ts'

/** Every node of the server has taken a change over by then; what was read before may be how it was. */
const settledMs = 1_200

/** What was read stays good for this long, and is shown at once meanwhile. */
const freshMs = 10_000

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: freshMs,
      retry: (count, error) => count < 2 && error instanceof Problem && ['offline', 'busy'].includes(error.code),
      refetchOnWindowFocus: true,
    },
  },
})

whenBack(() => void queries.invalidateQueries())

interface Reading {
  readonly isOn?: boolean
  /** Asks again each so many milliseconds. */
  readonly everyMs?: number
}

/** Reads by a call; what was there stays on the page until the next answer. */
export function useReading<Name extends CallName>(
  name: Name,
  given?: Given<Name>,
  { isOn = true, everyMs }: Reading = {},
) {
  return useQuery<Answered<Name>, Error>({
    queryKey: [name, given ?? null],
    queryFn: ({ signal }) => call(name, given, signal),
    enabled: isOn,
    placeholderData: keepPreviousData as never, // TanStack's type for "the last answer of this query"
    ...(everyMs === undefined ? {} : { refetchInterval: () => (isIdle() ? false : everyMs) }),
  })
}

interface Acting<Name extends CallName> {
  /** Calls whose answers it changes; they are read again. */
  readonly changes?: readonly CallName[]
  /** What to say when it is done. */
  readonly done?: string | ((answer: Answered<Name>) => string)
  readonly onDone?: (answer: Answered<Name>) => void
}

/** Changes something by a call. A refusal is left in `error`, for whoever shows the form. */
export function useActing<Name extends CallName>(name: Name, { changes = [], done, onDone }: Acting<Name> = {}) {
  const client = useQueryClient()
  return useMutation<Answered<Name>, Error, Given<Name>>({
    mutationFn: (given) => call(name, given),
    onSuccess(answer) {
      const readAgain = () => changes.map((changed) => client.invalidateQueries({ queryKey: [changed] }))
      readAgain()
      if (changes.length > 0) setTimeout(readAgain, settledMs)
      if (done) tell(typeof done === 'string' ? done : done(answer))
      onDone?.(answer)
    },
  })
}

/** A short word that something is done. */
export function tell(message: string): void {
  notifications.show({ message, autoClose: 5_000, withBorder: true, closeButtonProps: { 'aria-label': 'Close' } })
}
