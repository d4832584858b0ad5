import type { ReactNode } from 'react'

interface Props {
  readonly name: string
  readonly number: number | string
  readonly about?: ReactNode
}

/** A number that matters, with what it is of. */
export function Figure({ name, number, about }: Props) {
  return (
    <div>
      <p className="figure-name">{name}</p>
      <p className="figure-number">{typeof number === 'number' ? number.toLocaleString('en') : number}</p>
      {about && <p className="figure-about">{about}</p>}
    </div>
  )
}

/** How much of something is used up. */
export function Meter({ used, of, what }: { readonly used: number; readonly of: number; readonly what: string }) {
  const share = of > 0 ? Math.min(1, used / of) : 1
  return (
    <>
      <p>
        <strong>{used.toLocaleString('en')}</strong> of {of.toLocaleString('en')} <span className="quiet">{what}</span>
      </p>
      <div className={`meter ${share > 0.8 ? 'meter-full' : ''}`} aria-hidden="true">
        <span style={{ width: `${share * 100}%` }} />
      </div>
    </>
  )
}
