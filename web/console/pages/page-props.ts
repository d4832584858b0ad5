export interface PageProps {
  /** What follows the page's own path, without slashes around it: a user's id. Empty: nothing. */
  readonly rest: string
}
