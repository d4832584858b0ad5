import { assemble } from './assemble.ts'
import { banner } from './banner.ts'
import { bootstrap, bootstrapAdmin } from './bootstrap.ts'
import { ConfigError, readConfig } from './config.ts'
import { shownCustomers } from './shown-customers.ts'
import { whyNotListening } from './why-not-started.ts'

/** How long requests that are running at a stop may take to end. */
const drainMs = 10_000

try {
  await start()
} catch (error) {
  const text =
    error instanceof ConfigError
      ? error.message
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error)
  process.stderr.write(`\nCountersign did not start.\n${text}\n\n`)
  process.exitCode = 1
}

async function start(): Promise<void> {
  const config = readConfig(process.env)
  const server = await assemble(config)
  const { store } = server
  let shown: string
  try {
    const first = await bootstrap(store, config, Date.now())
    const baseUrl = await server.listen()
    const admin = await bootstrapAdmin(store, config, baseUrl, Date.now())
    shown = banner({ config, baseUrl, first, customer: await customerToShow(server, config), admin })
  } catch (error) {
    await server.close()
    const why = whyNotListening(config, error)
    throw why === undefined ? error : new ConfigError(why, { cause: error })
  }

  let isStopping = false
  const stop = async (): Promise<void> => {
    if (isStopping) return
    isStopping = true
    setTimeout(() => process.exit(1), drainMs).unref()
    await server.close()
  }
  // Without a certificate it keeps its old meaning: the terminal was closed.
  if (config.tls) process.on('SIGHUP', () => server.reload())
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  // Last: whoever reads that it is ready may stop it at once.
  process.stdout.write(shown)
}

/** In development the box shows the key at every start; in production only when it was just made. */
async function customerToShow({ store }: Awaited<ReturnType<typeof assemble>>, config: ReturnType<typeof readConfig>) {
  if (config.mode === 'production') return null
  return (await shownCustomers(store))[0] ?? null
}
