/** What to do about a transaction pooler, everywhere the same. */
export const POOLER_ADVICE =
  'A dump needs one server connection with its own settings from beginning to end. Use the direct address of the database, or ' +
  'the session pooler: on Supabase port 5432 instead of 6543, on Neon the host without "-pooler", with PgBouncer pool_mode=session.'
