import assert from 'node:assert/strict'
import { it } from 'node:test'
import { fillIn } from './fill-in.ts'

it('a name that ends with a full stop brings no second one, and what is unknown stays', () => {
  const read = (name: string) => ({ customer: 'Acme Inc.', code: '123456' })[name]
  assert.equal(
    fillIn('Tell {customer}. {customer} asks: {code}. {odd}.', read),
    'Tell Acme Inc. Acme Inc. asks: 123456. {odd}.',
  )
})
