import { type ReactNode, useEffect } from 'react'
import { Mark } from '../parts/mark.tsx'

interface Props {
  readonly title: string
  readonly lead?: ReactNode
  readonly children: ReactNode
  readonly foot?: ReactNode
}

/** What the pages before the console look like: one task on a quiet page. */
export function Frame({ title, lead, children, foot }: Props) {
  useEffect(() => {
    document.title = `${title} · Countersign`
  }, [title])
  return (
    <div className="gate">
      <aside className="gate-side" aria-hidden="true">
        <Mark size={40} />
        <p className="gate-claim">
          Asked, answered,
          <br />
          countersigned.
        </p>
        <svg className="gate-art" viewBox="0 0 400 400" aria-hidden="true">
          <path d="m100 206 63 63 137-137" />
        </svg>
      </aside>
      <main className="gate-main">
        <div className="gate-card">
          <div className="gate-brand">
            <Mark size={30} />
            <span>Countersign</span>
          </div>
          <h1>{title}</h1>
          {lead && <p className="gate-lead">{lead}</p>}
          {children}
          {foot && <div className="gate-foot">{foot}</div>}
        </div>
      </main>
    </div>
  )
}
