/** A user's own name, or nothing. */
export function nameOf(user: { readonly firstName: string | null; readonly lastName: string | null }): string {
  return [user.firstName, user.lastName].filter(Boolean).join(' ')
}
