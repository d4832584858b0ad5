import type { Asked } from '../../engine/person.ts'
import type { Customer } from '../../vocabulary/customer.ts'

/**
 * The customers that plugins sign as before a site has its own: 16555 in WordPress, Magento and Joomla, 16622 in Drupal.
 * The plugins print their API keys, so whoever signs with them is a stranger: he may ask for a sign-up code and about
 * customers, and for nothing else.
 */
export const defaultCustomerKeys: ReadonlySet<number> = new Set([16555, 16622])

export function isDefaultCustomer({ id }: Customer): boolean {
  return defaultCustomerKeys.has(id)
}

export const onlySignUp =
  'Everybody knows the key of this customer: it is for sign-up codes only. Use the key of a customer of your own.'

/** Whether a stranger may be asked in this way: by a code that he types, and by no link with our name on it. */
export function isSignUpCode(asked: Asked | null): boolean {
  return asked?.method === 'message-code'
}
