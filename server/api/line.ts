import Type from 'typebox'

/**
 * A text of one line with something to see in it: no control, format (bidirectional) or line-separating character and no
 * half of a surrogate pair can pass into a message, a name or a log.
 */
export function line(maxLength: number, description: string) {
  return Type.String({
    minLength: 1,
    maxLength,
    pattern: '^(?=.*[^\\p{Z}])[^\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]*$',
    description,
  })
}
