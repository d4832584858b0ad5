import { judgeCode as judge } from '../../server/engine/judge-code.ts'

/** Ends the thread that it judges in, as running out of memory does. */
export const ending = '999999'

export const judgeCode: typeof judge = (code, ...rest) => {
  if (code.code === ending) process.exit(1)
  return judge(code, ...rest)
}
