/** The logo, as on every page of this server: a tick on a rounded square. */
export function Mark({ size = 32 }: { readonly size?: number }) {
  return (
    <svg className="mark" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="9" />
      <path d="m8 16.5 5 5L24 10.5" />
    </svg>
  )
}
