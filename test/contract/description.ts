/** As much of `/openapi.json` as the tests read. */
export interface Description {
  readonly openapi: string
  readonly info: { readonly title: string; readonly version: string }
  readonly servers: readonly { readonly url: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly securitySchemes: Readonly<Record<string, { type: string; description?: string }>> }
}

export interface Operation {
  readonly summary?: string
  readonly tags?: readonly string[]
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[]
  readonly requestBody?: { readonly required?: boolean; readonly content: Contents }
  readonly responses: Readonly<Record<string, { readonly description?: string; readonly content?: Contents }>>
}

type Contents = Readonly<Record<string, { readonly schema: Schema }>>

/** JSON Schema 2020-12, as far as it is used. */
export interface Schema {
  readonly type?: string
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean
  readonly anyOf?: readonly Schema[]
  readonly enum?: readonly unknown[]
  readonly format?: string
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
}

/** One call: its path and what its body may hold. */
export interface Route {
  readonly path: string
  readonly operation: Operation
  readonly body: Schema
  readonly fields: Readonly<Record<string, Schema>>
}

export async function descriptionOf(baseUrl: string): Promise<Description> {
  const response = await fetch(`${baseUrl}/openapi.json`)
  return (await response.json()) as Description
}

/** Every call of a vendor that posts a body, by how its paths begin. */
export function routesOf({ paths }: Description, begin = /^\/moas\//): Route[] {
  const own = Object.entries(paths).filter(([path]) => begin.test(path))
  return own.flatMap(([path, { post }]) => {
    const body = post?.requestBody?.content['application/json']?.schema
    return post && body ? [{ path, operation: post, body, fields: body.properties ?? {} }] : []
  })
}
