/** A text with its `{names}` filled in. A value that ends with a full stop of its own, such as Inc., brings no second one. */
export function fillIn(text: string, read: (name: string) => string | undefined): string {
  return text.replaceAll(/\{([a-z]+)\}(\.?)/g, (found: string, name: string, stop: string) => {
    const value = read(name)
    if (value === undefined) return found
    return value.endsWith('.') ? value : value + stop
  })
}
