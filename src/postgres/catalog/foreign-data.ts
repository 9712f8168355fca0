import { FIRST_USER_OID, isNoMember, objectQuery, options, procedure, quoted } from './sql.js'
import { MAPPING_IS_READABLE } from './undumped.js'

export function foreignDataWrappers(): string {
  return objectQuery({
    kind: `'foreign-data wrapper'`,
    name: quoted('w.fdwname'),
    owner: 'w.fdwowner',
    acl: { column: 'w.fdwacl', type: `'F'` },
    facts: {
      handler: procedure('w.fdwhandler'),
      validator: procedure('w.fdwvalidator'),
      options: options('w.fdwoptions'),
    },
    from: `FROM pg_foreign_data_wrapper w
      WHERE w.oid >= ${FIRST_USER_OID} AND ${isNoMember('pg_foreign_data_wrapper', 'w.oid')}`,
  })
}

export function foreignServers(): string {
  return objectQuery({
    kind: `'server'`,
    name: quoted('s.srvname'),
    owner: 's.srvowner',
    acl: { column: 's.srvacl', type: `'S'` },
    facts: {
      wrapper: 'w.fdwname',
      type: 's.srvtype',
      version: 's.srvversion',
      options: options('s.srvoptions'),
    },
    from: `FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
      WHERE ${isNoMember('pg_foreign_server', 's.oid')}`,
  })
}

/**
 * Who is mapped where, and to whom. Who may read the options differs from role to role; where this one may not, its dump
 * does not hold them either.
 */
export function userMappings(): string {
  return objectQuery({
    kind: `'user mapping'`,
    name: `(${quoted('m.usename')} || ' on ' || ${quoted('m.srvname')})`,
    of: `'server ' || ${quoted('m.srvname')}`,
    facts: {
      options: options('m.umoptions'),
      optionsReadable: `(${MAPPING_IS_READABLE})`,
    },
    from: 'FROM pg_user_mappings m WHERE m.usename IS NOT NULL',
  })
}
