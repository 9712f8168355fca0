import { shell } from './text.js'

/** What `restore.sh` checks of the programs, the server and the database before it writes anything. */
export const SCRIPT_CHECKS = shell`
check_programs() {
  for program in psql pg_restore; do
    command -v "$program" >/dev/null ||
      stop 1 "$program is not on PATH. Install PostgreSQL's client programs of major $dump_major or newer."
  done
  if [ "$format" = plain ]; then
    case $dump in
      *.gz) command -v gzip >/dev/null || stop 1 'gzip is not on PATH.' ;;
    esac
  else
    restore_major=$(major_of pg_restore)
    [ "$restore_major" -ge "$dump_major" ] ||
      stop 5 "pg_restore is of major $restore_major, the dump was written by $dump_major. Install the client programs of $dump_major or newer."
    # This reads the list only; what it cannot decompress it says all the same.
    pg_restore --list "$here/$dump" >"$tmp/list" 2>"$tmp/errors" ||
      stop 1 "pg_restore cannot read the dump: $(cat "$tmp/errors")"
    case $(cat "$tmp/errors") in
      *'does not support'*) stop 1 "pg_restore cannot decompress this dump: $(cat "$tmp/errors")" ;;
    esac
  fi
}

check_server() {
  for candidate in postgres template1; do
    maintenance="dbname='$candidate'"
    server=$(ask "$maintenance" 2>"$tmp/errors" <<'END'
SELECT current_setting('server_version_num')
END
    ) && break
    server=''
  done
  [ -n "$server" ] || stop 1 "the server cannot be reached: $(cat "$tmp/errors")"
  server_major=$((server / 10000))
  say "The server is of major $server_major, this backup is of PostgreSQL $source_version."
  [ "$server_major" -ge "$source_major" ] ||
    stop 5 "the server is older than the backup. Restore into PostgreSQL $source_major or newer."
  [ "$server_major" -eq "$source_major" ] ||
    note 'the server is of a newer major than the source; read the release notes before you go live.'
  check_psql
  powers=$(ask "$maintenance" <<'END'
SELECT CASE WHEN rolsuper THEN 'superuser' WHEN rolcreaterole THEN 'createrole' ELSE 'none' END
  FROM pg_catalog.pg_roles WHERE rolname = current_user
END
  )
  [ "$powers" = superuser ] ||
    note 'you are not a superuser here: what belongs to others can perhaps not be restored as it was.'
}

missing_roles() {
  needed_roles | ask "$maintenance"
}

check_roles() {
  lacking=$(missing_roles)
  if [ -z "$lacking" ]; then
    say "Roles: all that are needed are there, and stay as they are."
  elif [ "$powers" = none ]; then
    listed "$lacking" >&2
    stop 5 'these roles are missing, and you may not create roles. Connect as a superuser, or have them created (CREATE ROLE …).'
  else
    say 'Roles that globals.sql will create (without passwords):'
    listed "$lacking"
  fi
}

check_extensions() {
  lacking=$(needed_extensions | ask "$maintenance" --set=wanted=missing)
  if [ -n "$lacking" ]; then
    listed "$lacking" >&2
    stop 5 'these extensions are not installed on the server. Install their packages there, then start again.'
  fi
  others=$(needed_extensions | ask "$maintenance" --set=wanted=other)
  if [ -n "$others" ]; then
    note "extensions of another version than at the source:$newline$(listed "$others")"
  fi
  say "Extensions: all that are needed can be created."
}

# Only a script names tablespaces; otherwise everything goes into the default one.
check_tablespaces() {
  [ "$format" = plain ] || return 0
  lacking=$(needed_tablespaces | ask "$maintenance")
  if [ -n "$lacking" ]; then
    listed "$lacking" >&2
    stop 5 'these tablespaces are missing, and the script puts tables into them. Create them (CREATE TABLESPACE …) first.'
  fi
}

check_database() {
  exists=$(ask "$maintenance" --set=database="$database" <<'END'
SELECT count(*) FROM pg_catalog.pg_database WHERE datname = :'database'
END
  )
  [ "$exists" -eq 1 ] || return 0
  objects=$(ask "$target" <<'END'
SELECT (SELECT count(*) FROM pg_catalog.pg_class WHERE oid >= 16384)
  + (SELECT count(*) FROM pg_catalog.pg_proc WHERE oid >= 16384)
  + (SELECT count(*) FROM pg_catalog.pg_type WHERE oid >= 16384)
  + (SELECT count(*) FROM pg_catalog.pg_extension WHERE oid >= 16384)
  + (SELECT count(*) FROM pg_catalog.pg_event_trigger)
  + (SELECT count(*) FROM pg_catalog.pg_publication)
  + (SELECT count(*) FROM pg_catalog.pg_foreign_data_wrapper)
  + (SELECT count(*) FROM pg_catalog.pg_largeobject_metadata)
  + (SELECT count(*) FROM pg_catalog.pg_namespace WHERE oid >= 16384 AND nspname !~ '^pg_')
END
  )
  [ "$objects" -eq 0 ] ||
    stop 5 "the database \"$database\" is there and is not empty ($objects objects). Nothing was written. Give another name, or move it out of the way: ALTER DATABASE … RENAME TO …"
}

`
