/** A name as SQL takes it, always in double quotes. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A database as a connection string, for programs that take a name with `=` in it or like a URI for a connection string. */
export function connectionStringOf(database: string): string {
  return `dbname='${database.replaceAll(/[\\']/g, String.raw`\$&`)}'`
}

/** `"schema"."name"` */
export function qualifiedTable({ schema, name }: { schema: string; name: string }): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`
}
