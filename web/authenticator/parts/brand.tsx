import { useState } from 'react'
import type { AccountInfo } from '../../../contract/device/pairing.ts'

/** Who asks. */
export function Brand({ account }: { readonly account: AccountInfo }) {
  return (
    <p className="brand">
      <Badge name={account.customerName} logo={account.logo} />
      <span>{account.customerName}</span>
    </p>
  )
}

interface Props {
  readonly name: string
  /** Its path; absent in what an older release of this app kept. */
  readonly logo?: string | null | undefined
}

/** A logo; where there is none, or it cannot be had, the first letter of the name in a colour that stays the same for it. */
export function Badge({ name, logo }: Props) {
  const [missing, setMissing] = useState<string | null>(null)
  if (logo && logo !== missing) return <img className="badge logo" src={logo} alt="" onError={() => setMissing(logo)} />
  const hue = [...name].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 6, 0)
  return (
    <span className={`badge hue-${hue}`} aria-hidden="true">
      {[...name.trim()][0]?.toUpperCase() ?? '·'}
    </span>
  )
}
