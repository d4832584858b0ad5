import { Breakable } from './breakable.tsx'

/** What is known, name by name. Rows without a value are left out. */
export function Facts({ rows }: { readonly rows: readonly (readonly [string, string | null])[] }) {
  return (
    <dl className="facts">
      {rows.map(
        ([name, value]) =>
          value !== null && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <Breakable text={value} />
              </dd>
            </div>
          ),
      )}
    </dl>
  )
}
