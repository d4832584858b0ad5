/** A name that may be an address: a narrow screen breaks it before the `@` rather than anywhere. */
export function Breakable({ text }: { readonly text: string }) {
  const [first, ...rest] = text.split('@')
  return (
    <>
      {first}
      {rest.map((part) => (
        <span key={part}>
          <wbr />@{part}
        </span>
      ))}
    </>
  )
}
