import { Component, type ReactNode } from 'react'
import { Trouble } from './trouble.tsx'

interface State {
  readonly error: Error | null
}

/** Keeps the navigation when a page breaks. React knows no other way than a class. */
export class Boundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { error: null }

  static getDerivedStateFromError(error: Error): State {
    return { error }
  }

  override render() {
    const { error } = this.state
    if (!error) return this.props.children
    const told = new Error(
      `This page broke: ${error.message}. Load it again; if that does not help, the server may be newer than the page.`,
    )
    return <Trouble error={told} onRetry={() => location.reload()} />
  }
}
