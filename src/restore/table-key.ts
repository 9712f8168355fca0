/**
 * A table as a key that no other table has: `public.animals`, as a person writes it; a part with a dot or a quote mark
 * in it is quoted, because `a.b` in schema `c` is not `b.c` in `a`. Without a schema, for scripts that leave it out, the
 * name alone.
 */
export function tableKey({ schema, name }: { schema: string | null; name: string }): string {
  return schema === null ? part(name) : `${part(schema)}.${part(name)}`
}

function part(name: string): string {
  return /[."]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name
}
