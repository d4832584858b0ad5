/** The logo: an open C that a tick closes. */
export function Mark({ size = 32 }: { readonly size?: number }) {
  return (
    <svg className="mark" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="9" />
      <path d="M21.6 9.4A8.6 8.6 0 1 0 24 19.2" />
      <path className="mark-tick" d="m12.6 15.6 3.5 3.6 9.2-9.4" />
    </svg>
  )
}
