import { createHash } from 'node:crypto'

const server = process.env.COUNTERSIGN_URL
const customerKey = process.env.CUSTOMER_KEY
const apiKey = process.env.API_KEY

/** Signs and posts a call; every answer has `status` and `message`. */
async function call(path, body) {
  const timestamp = String(Date.now())
  const authorization = createHash('sha512')
    .update(customerKey + timestamp + apiKey)
    .digest('hex')
  const response = await fetch(server + path, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'Customer-Key': customerKey,
      Timestamp: timestamp,
      Authorization: authorization,
    },
    body: JSON.stringify(body),
  })
  return response.json()
}

/** After the password was right: the token for the page's <meta name="countersign-session">. */
export async function openSession(username, origin, more = {}) {
  const answer = await call('/api/risk/session', { username, origin, ...more })
  if (answer.status !== 'SUCCESS') throw new Error(answer.message)
  return answer.session
}

/** Whether the result that the page posted is genuine, new, and of the user who gave the password. */
export async function isProved(username, resultToken) {
  const answer = await call('/api/risk/redeem', { username, resultToken })
  return answer.status === 'SUCCESS'
}
