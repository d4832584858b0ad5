import { type ReactNode, useId } from 'react'

interface Props {
  readonly title?: ReactNode
  readonly lead?: ReactNode
  readonly actions?: ReactNode
  /** Lets a list reach the edges. */
  readonly isFlush?: boolean
  readonly className?: string
  readonly children: ReactNode
}

/** A part of a page, on paper of its own. */
export function Panel({ title, lead, actions, isFlush = false, className = '', children }: Props) {
  const id = useId()
  return (
    <section className={`panel ${className}`} aria-labelledby={title ? id : undefined}>
      {(title || actions) && (
        <div className="panel-head">
          <div>
            {title && <h2 id={id}>{title}</h2>}
            {lead && <p>{lead}</p>}
          </div>
          {actions && <div className="panel-actions">{actions}</div>}
        </div>
      )}
      <div className={isFlush ? undefined : 'panel-body'}>{children}</div>
    </section>
  )
}
