import type { ReactNode } from 'react'
import { Icon, type IconName } from './icon.tsx'

interface Props {
  readonly kind: 'info' | 'good' | 'warning' | 'problem'
  readonly icon?: IconName
  readonly children: ReactNode
}

const icons = { info: 'bell', good: 'check', warning: 'clock', problem: 'alert' } as const

/** A sentence that a screen reader speaks when it appears; a problem at once. */
export function Notice({ kind, icon, children }: Props) {
  return (
    <div className={`notice ${kind}`} role={kind === 'problem' ? 'alert' : 'status'}>
      <Icon name={icon ?? icons[kind]} />
      <div>{children}</div>
    </div>
  )
}
