import { startCluster } from './cluster.ts'
import { ensureInstalled } from './debian.ts'
import { isClean, pass } from './steps.ts'

// `npm test`: everything, on real parts. What is missing is installed, or named; nothing is skipped.
ensureInstalled()
const isFine = isClean()
const cluster = await startCluster()
try {
  const passes = pass(['server/**/*.test.ts', 'test/**/*.test.ts'], { TEST_DATABASE_URL: cluster.url })
  process.exitCode = isFine && passes ? 0 : 1
} finally {
  cluster.stop()
}
