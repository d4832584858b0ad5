import { type ReactNode, useEffect, useRef } from 'react'
import { back } from '../model/navigation.ts'
import { useWords } from '../words/words.ts'
import { Icon } from './icon.tsx'

interface Props {
  readonly title: string
  /** A way back in the corner. */
  readonly hasBack?: boolean
  /** Who asks. */
  readonly brand?: string
  /** How something ended, above the heading. */
  readonly seal?: SealKind
  readonly children?: ReactNode
}

/** One screen: its heading takes the focus, so that a screen reader begins there. */
export function Screen({ title, hasBack = false, brand, seal, children }: Props) {
  const words = useWords()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${title} · ${words.app}`
    if (document.activeElement === document.body || !document.activeElement) heading.current?.focus()
  }, [title, words])
  return (
    <main className={seal ? 'screen ending' : 'screen'}>
      <header>
        {hasBack && (
          <button type="button" className="round" onClick={back} aria-label={words.back}>
            <Icon name="back" />
          </button>
        )}
        {brand !== undefined && <Brand name={brand} />}
        {seal && <Seal kind={seal} />}
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
      </header>
      {children}
    </main>
  )
}

/** Who asks. */
export function Brand({ name }: { readonly name: string }) {
  return (
    <p className="brand">
      <Badge name={name} />
      <span>{name}</span>
    </p>
  )
}

/** The first letter of a name, in a colour that stays the same for it. */
export function Badge({ name }: { readonly name: string }) {
  const hue = [...name].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 6, 0)
  return (
    <span className={`badge hue-${hue}`} aria-hidden="true">
      {[...name.trim()][0]?.toUpperCase() ?? '·'}
    </span>
  )
}

const seals = { yes: 'check', no: 'cross', quiet: 'clock' } as const
type SealKind = keyof typeof seals

function Seal({ kind }: { readonly kind: SealKind }) {
  return (
    <p className={`seal ${kind}`}>
      <Icon name={seals[kind]} />
    </p>
  )
}
