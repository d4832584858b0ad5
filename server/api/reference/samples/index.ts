import { curl } from './curl.ts'
import { java } from './java.ts'
import { node } from './node.ts'
import { php } from './php.ts'
import { python } from './python.ts'
import type { Sample } from './sample.ts'

/** Every language of the samples. A new one is its file, a line here and one in `reference.css`. */
export const samples: readonly Sample[] = [curl, node, php, java, python]
