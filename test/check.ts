import { isClean, pass } from './steps.ts'

// `npm run check`: what a change should pass before every commit. No PostgreSQL, no browser, no other language.
const isFine =
  isClean() && pass(['server/**/*.test.ts', 'test/contract/**/*.test.ts', 'test/promises/architecture.test.ts'])
process.exitCode = isFine ? 0 : 1
