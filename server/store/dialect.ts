/** The two databases, as the migrations and the few differing statements know them. */
export type Dialect = 'sqlite' | 'postgres'
