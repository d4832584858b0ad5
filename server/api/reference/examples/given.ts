/** What several examples speak of. */

/** How it went, and the same again under the names that older clients read. */
export function said(status: string, message: string) {
  return { status, message, statusCode: status, statusMessage: message }
}

export const done = said('SUCCESS', 'Success')
export const customerKey = 'customerKey'
export const customerId = customerKey
export const username = 'alice@example.com'
export const txId = '60e0e9d3-6cc3-4f43-a4be-4f9f1f4a7d0c'
