/**
 * libpq's parameters beyond those that `ConnectionSettings` names, each with the variable that PostgreSQL's programs read
 * it from; null where libpq has none.
 *
 * https://www.postgresql.org/docs/current/libpq-envars.html
 */
export const PARAMETER_VARIABLES: Readonly<Record<string, string | null>> = {
  hostaddr: 'PGHOSTADDR',
  options: 'PGOPTIONS',
  channel_binding: 'PGCHANNELBINDING',
  connect_timeout: 'PGCONNECT_TIMEOUT',
  gssencmode: 'PGGSSENCMODE',
  gssdelegation: 'PGGSSDELEGATION',
  gsslib: 'PGGSSLIB',
  krbsrvname: 'PGKRBSRVNAME',
  load_balance_hosts: 'PGLOADBALANCEHOSTS',
  max_protocol_version: 'PGMAXPROTOCOLVERSION',
  min_protocol_version: 'PGMINPROTOCOLVERSION',
  require_auth: 'PGREQUIREAUTH',
  requirepeer: 'PGREQUIREPEER',
  sslcertmode: 'PGSSLCERTMODE',
  sslcompression: 'PGSSLCOMPRESSION',
  sslcrl: 'PGSSLCRL',
  sslcrldir: 'PGSSLCRLDIR',
  sslnegotiation: 'PGSSLNEGOTIATION',
  sslsni: 'PGSSLSNI',
  ssl_max_protocol_version: 'PGSSLMAXPROTOCOLVERSION',
  ssl_min_protocol_version: 'PGSSLMINPROTOCOLVERSION',
  target_session_attrs: 'PGTARGETSESSIONATTRS',
  keepalives: null,
  keepalives_count: null,
  keepalives_idle: null,
  keepalives_interval: null,
  tcp_user_timeout: null,
}

/** Parameters that mean something only to the program that the string was first written for, or that we set ourselves. */
export const IGNORED_PARAMETERS: ReadonlySet<string> = new Set([
  'application_name',
  'client_encoding',
  'fallback_application_name',
  // Prisma and other drivers
  'connection_limit',
  'pool_timeout',
  'schema',
  'socket_timeout',
  'sslaccept',
  'statement_cache_size',
  'uselibpqcompat',
])
