import { type ReactNode, useEffect, useRef } from 'react'
import type { AccountInfo } from '../../../contract/device/pairing.ts'
import { back } from '../model/navigation.ts'
import { useWords } from '../words/words.ts'
import { Brand } from './brand.tsx'
import { Icon } from './icon.tsx'

interface Props {
  readonly title: string
  /** A way back in the corner. */
  readonly hasBack?: boolean
  /** Who asks. */
  readonly brand?: AccountInfo
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
        {brand && <Brand account={brand} />}
        {seal && <Seal kind={seal} />}
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
      </header>
      {children}
    </main>
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
