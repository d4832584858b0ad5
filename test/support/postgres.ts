import { randomUUID } from 'node:crypto'
import pg from 'pg'

/** The throwaway cluster that `npm test` starts; unset under `npm run check`, which is fast because of it. */
export const clusterUrl = process.env['TEST_DATABASE_URL']

/** An empty database of its own. `remove` drops it with everything that is still connected. */
export async function emptyDatabase(): Promise<{ url: string; remove(): Promise<void> }> {
  if (!clusterUrl) throw new Error('TEST_DATABASE_URL is not set: start the tests with npm test.')
  const name = `t${randomUUID().replaceAll('-', '')}`
  await run(`create database ${name}`)
  const url = new URL(clusterUrl)
  url.pathname = `/${name}`
  return { url: url.href, remove: () => run(`drop database ${name} with (force)`) }
}

async function run(statement: string): Promise<void> {
  const client = new pg.Client(clusterUrl)
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
