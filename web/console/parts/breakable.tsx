import { Fragment } from 'react'

/** A long name that breaks, where it must, behind its dots and its `@` rather than inside a word. */
export function Breakable({ text }: { readonly text: string }) {
  const parts = text.split(/(?<=[@._-])/)
  return parts.map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text have no other name than their place
    <Fragment key={index}>
      {index > 0 && <wbr />}
      {part}
    </Fragment>
  ))
}
