/** Where and as whom to connect: what libpq needs, resolved once from a URI or the PG* variables. */
export interface ConnectionSettings {
  /** A host name, an address, or the folder of a Unix socket. */
  host: string
  port: number
  user: string
  password?: string
  database: string
  /** libpq's sslmode, with libpq's meaning. */
  sslMode: 'disable' | 'allow' | 'prefer' | 'require' | 'verify-ca' | 'verify-full'
  sslRootCert?: string
  sslCert?: string
  sslKey?: string
  /** Further libpq parameters, handed on to PostgreSQL's programs: `channel_binding`, `options`, … */
  parameters: Readonly<Record<string, string>>
}
