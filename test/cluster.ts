import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { postgresBin } from './debian.ts'

/** A PostgreSQL cluster in a temporary folder, durable as in production. */
export interface Cluster {
  readonly url: string
  stop(): void
}

/** Starts one. PostgreSQL refuses to run as root, so root starts it as the user `postgres`. */
export async function startCluster(): Promise<Cluster> {
  const bin = postgresBin()
  if (!bin) throw new Error('PostgreSQL is not installed.')
  const folder = mkdtempSync(join(tmpdir(), 'countersign-cluster-'))
  const isRoot = process.getuid?.() === 0
  if (isRoot) giveToPostgres(folder)
  const run = (command: string): void => {
    const [program, options] = isRoot ? ['su', ['postgres', '-s', '/bin/sh', '-c', command]] : ['sh', ['-c', command]]
    const { status, stdout, stderr } = spawnSync(program as string, options as string[], { encoding: 'utf8', cwd: '/' })
    if (status !== 0) throw new Error(`${command}\n${stdout}${stderr}`)
  }

  const port = await freePort()
  run(`${bin}/initdb -D ${folder}/data -U postgres -A trust -E UTF8 --no-instructions`)
  const settings = `-c listen_addresses=127.0.0.1 -c port=${port} -c unix_socket_directories=${folder} -c max_connections=200`
  run(`${bin}/pg_ctl -D ${folder}/data -l ${folder}/log -w -o "${settings}" start`)
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    stop() {
      run(`${bin}/pg_ctl -D ${folder}/data -m immediate stop`)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function giveToPostgres(folder: string): void {
  const id = (option: string) => Number(spawnSync('id', [option, 'postgres'], { encoding: 'utf8' }).stdout)
  chownSync(folder, id('-u'), id('-g'))
  chmodSync(folder, 0o700)
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}
